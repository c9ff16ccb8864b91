//! History on disk: an append, logged and synced, and the page of the 20 newest, among a thousand, a hundred thousand
//! and a million records in a thousand chats. The largest store takes half a minute to build. And the journal: a batch
//! of 100 questions accepted, recorded and finished, beside the same as history alone.

// A bench that cannot go on may stop, and its figures go to the terminal.
#![allow(clippy::expect_used, clippy::print_stderr)]

use std::hint::black_box;
use std::path::Path;

use ceknomor::store::{Cursor, Entry, History, Journal, Record, SledStore};
use ceknomor::value::{
    ChatId, Customer, CustomerName, CustomerNumber, Outcome, Provider, Reference, ResponseCode, Rupiah, UpdateId,
    UserId, Verdict,
};
use chrono::DateTime;
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Runtime;

/// How many appends are under way at once while a store is built; they share their flushes.
const AT_ONCE: i64 = 250;

fn record(chat: i64, at: i64) -> Record {
    Record {
        at: DateTime::from_timestamp_millis(1_795_331_106_789 + at).expect("a date in range"),
        chat: ChatId(chat),
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

/// Appends `records`, to each of `chats` in turn.
async fn fill(store: &SledStore, records: i64, chats: i64) {
    for start in (0..records).step_by(AT_ONCE as usize) {
        let group = (start..records.min(start + AT_ONCE)).map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.append(record(number % chats, number), None).await })
        });
        for append in group.collect::<Vec<_>>() {
            append.await.expect("no panic").expect("an append");
        }
    }
}

fn disk_use(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    files.map(|path| if path.is_dir() { disk_use(&path) } else { path.metadata().map_or(0, |file| file.len()) }).sum()
}

fn history(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    for records in [1_000, 100_000, 1_000_000] {
        let dir = tempfile::tempdir().expect("a directory");
        let store = SledStore::open(dir.path()).expect("a store");
        let chats = (records / 20).min(1000);
        runtime.block_on(fill(&store, records, chats));
        eprintln!("{records} records: {} KiB on disk", disk_use(dir.path()) / 1024);

        let mut group = criterion.benchmark_group(format!("history of {records}"));
        let mut chat = 0;
        group.bench_function("page of 20", |bencher| {
            bencher.iter(|| {
                chat = (chat + 7) % chats;
                black_box(runtime.block_on(store.page(ChatId(chat), Cursor::Newest, 20)))
            });
        });
        let mut number = 0;
        group.bench_function("append", |bencher| {
            bencher.iter(|| {
                number += 1;
                runtime.block_on(store.append(record(number % chats, number), None))
            });
        });
        group.finish();
    }
}

fn entry(update: u32) -> Entry {
    Entry {
        update: UpdateId(update),
        chat: ChatId(1),
        user: UserId(123_456_789),
        accepted: DateTime::UNIX_EPOCH,
        question: "/cek PLN20 01105691111".to_owned(),
        kept: None,
        waiting: None,
    }
}

/// Takes 100 questions, from `first` on, through their lives.
async fn batch(store: &SledStore, first: u32, with_journal: bool) {
    let updates = first..first + 100;
    if with_journal {
        store.accept(updates.clone().map(entry).collect()).await.expect("accepted");
    }
    let checks = updates.map(|update| {
        let store = store.clone();
        tokio::spawn(async move {
            let number = i64::from(update);
            let update = with_journal.then_some(UpdateId(update));
            store.append(record(number % 50, number), update).await.expect("kept");
            if let Some(update) = update {
                store.finish(update).await.expect("finished");
            }
        })
    });
    for check in checks.collect::<Vec<_>>() {
        check.await.expect("no panic");
    }
}

fn journal(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut group = criterion.benchmark_group("a batch of 100");
    for (name, with_journal) in [("history alone", false), ("with the journal", true)] {
        let dir = tempfile::tempdir().expect("a directory");
        let store = SledStore::open(dir.path()).expect("a store");
        let mut first = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                runtime.block_on(batch(&store, first, with_journal));
                first += 100;
            });
        });
    }
    group.finish();
}

criterion_group!(benches, journal, history);
criterion_main!(benches);
