//! The store on disk: how many checks it takes flat out, how long one takes at 30 a second, and how long the newest
//! page, a search without a hit and a purge take in a chat of 100,000 records. It prints its figures; building the
//! store takes a few seconds.

// A bench that cannot go on may stop, and its figures go to the terminal.
#![allow(clippy::expect_used, clippy::print_stdout)]

use std::path::Path;
use std::time::{Duration, Instant};

use ceknomor::store::{Claim, Cursor, Deletion, History, Jobs, NewJob, Record, Retries, Search, SledStore, WorkerId};
use ceknomor::value::{
    ChatId, Customer, CustomerName, CustomerNumber, Outcome, Provider, Reference, ResponseCode, Rupiah, UpdateId,
    UserId, Verdict,
};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;

/// The chat with the long history, and how many records are in it.
const CHAT: ChatId = ChatId(7);
const RECORDS: i64 = 100_000;

/// How many checks are under way at once, flat out.
const AT_ONCE: u64 = 64;

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_331_106_789 + millis).expect("a date in range")
}

fn record(chat: ChatId, millis: i64) -> Record {
    Record {
        at: at(millis),
        chat,
        agent: UserId(123_456_789),
        product: "PLN20".to_owned(),
        provider: Provider::Pln,
        number: CustomerNumber::from_record("01105691111").expect("a number"),
        nominal: None,
        outcome: Outcome {
            verdict: Verdict::Found(Customer {
                name: CustomerName::new("BUDI SANTOSO"),
                power: Some("R1/2200VA".to_owned()),
                total: Some(Rupiah(20_546)),
            }),
            code: ResponseCode::new("200990000"),
            reference: Reference::fresh(),
        },
    }
}

/// Takes one check through its life: accepted, claimed, kept, finished. Of those that run at the same time each may
/// take another's.
async fn check(store: &SledStore, update: u64) {
    let user = UserId(update % 1000);
    let body = r#"{"check":{"code":"PLN20","number":"01105691111"}}"#.to_owned();
    let provider = Some(Provider::Pln);
    let job = NewJob { update: UpdateId(update), chat: CHAT, user, accepted: at(0), provider, items: 1, body };
    store.accept(vec![job], 20).await.expect("accepted");
    let claim = Claim {
        now: at(0),
        owner: WorkerId::fresh(),
        lease: TimeDelta::minutes(1),
        limit: 1,
        retries: vec![(Provider::Pln, Retries::UpTo(1))],
        longest_pause: TimeDelta::hours(1),
        longest_wait: TimeDelta::hours(1),
    };
    for job in store.claim(&claim).await.expect("claimed").0 {
        store.keep(job.update, 0, record(ChatId(1), 0)).await.expect("kept");
        store.finish(job.update).await.expect("finished");
    }
}

/// Says how long something took in the middle and in the slowest hundredth of all times.
fn print(name: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |percent: usize| took.get((took.len() * percent / 100).min(took.len() - 1)).copied().unwrap_or_default();
    println!("{name:32} p50 {:>10.2?}  p99 {:>10.2?}", at(50), at(99));
}

/// Does `work` so often, and says how long it took.
async fn timed(name: &str, times: u32, mut work: impl AsyncFnMut(u32)) {
    let mut took = Vec::new();
    for number in 0..times {
        let started = Instant::now();
        work(number).await;
        took.push(started.elapsed());
    }
    print(name, took);
}

fn disk_use(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    files.map(|path| if path.is_dir() { disk_use(&path) } else { path.metadata().map_or(0, |file| file.len()) }).sum()
}

#[tokio::main]
async fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = SledStore::open(dir.path()).expect("a store");

    let (checks, started) = (40_000, Instant::now());
    let mut tasks = JoinSet::new();
    for task in 0..AT_ONCE {
        let store = store.clone();
        tasks.spawn(async move {
            for update in (task..checks).step_by(AT_ONCE as usize) {
                check(&store, update).await;
            }
        });
    }
    tasks.join_all().await;
    println!("{:32} {:.0} checks a second", "flat out", checks as f64 / started.elapsed().as_secs_f64());
    println!("{:32} {:?}", "left open", store.load().await.expect("a load"));

    let mut ticks = tokio::time::interval(Duration::from_millis(33));
    let mut took = Vec::new();
    for update in checks..checks + 300 {
        ticks.tick().await;
        let started = Instant::now();
        check(&store, update).await;
        took.push(started.elapsed());
    }
    print("a check at 30 a second", took);

    let started = Instant::now();
    for first in (0..RECORDS).step_by(1000) {
        let mut appends = JoinSet::new();
        for millis in first..first + 1000 {
            let store = store.clone();
            appends.spawn(async move { store.append(record(CHAT, millis)).await.expect("kept") });
        }
        appends.join_all().await;
    }
    println!("{:32} {:.2?}, {} MiB on disk", "100,000 records", started.elapsed(), disk_use(dir.path()) >> 20);
    timed("newest page of 20", 2000, async |_| {
        assert_eq!(store.page(CHAT, Cursor::Newest, 20).await.expect("a page").records.len(), 20);
    })
    .await;
    for (name, search) in [
        ("search by name, no hit", Search { name: Some("siti".to_owned()), ..Search::default() }),
        ("search by digits, no hit", Search { digits: Some("99999".to_owned()), ..Search::default() }),
    ] {
        timed(name, 10, async |_| {
            assert!(store.find(CHAT, &search, Cursor::Newest, 20).await.expect("a page").records.is_empty());
        })
        .await;
    }
    timed("counts of all", 5, async |_| {
        assert!(!store.counts(None, at(0), at(RECORDS)).await.expect("counts").is_empty());
    })
    .await;
    timed("delete 500 by age", 100, async |_| {
        store.delete(&Deletion::Before(None, at(RECORDS)), 500).await.expect("deleted");
    })
    .await;
    store.close().await.expect("closed");
    timed("open and close", 5, async |_| {
        SledStore::open(dir.path()).expect("a store").close().await.expect("closed");
    })
    .await;
}
