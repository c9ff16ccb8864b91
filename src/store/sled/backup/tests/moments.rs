//! A backup of a store that is written to all the while is what was true at one moment.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Bound::Unbounded;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::task::JoinSet;

use super::super::super::change::Change;
use super::super::super::database::TreeName;
use super::super::super::disk::{Disk, Timing};
use super::super::super::mark::Mark;
use super::super::super::writer::{self, Commit};
use super::*;
use crate::store::paging::Order;
use crate::store::{LARGEST_PAGE, Seq, key};

const AGENTS: u32 = 8;

/// A chat for each agent.
fn chat_of(agent: u32) -> ChatId {
    ChatId(i64::from(agent))
}

/// The update with which an agent asks the how many-th time.
fn update_of(agent: u32, nth: u32) -> u32 {
    nth * AGENTS + agent
}

/// The language that an agent's chat has after so many questions.
fn language_after(nth: u32) -> Language {
    if nth.is_multiple_of(2) { Language::En } else { Language::Id }
}

/// Asks, is answered and changes the language, again and again; counts each step.
async fn ask_until(store: SledStore, agent: u32, steps: Arc<AtomicU64>, stop: Arc<AtomicBool>) {
    for nth in 1.. {
        if stop.load(SeqCst) {
            return;
        }
        let update = UpdateId(update_of(agent, nth));
        store.accept(vec![entry(update.0)]).await.unwrap();
        store.append(record(chat_of(agent), nth as usize), Some(update)).await.unwrap();
        store.finish(update).await.unwrap();
        store.set_language(chat_of(agent), language_after(nth)).await.unwrap();
        steps.fetch_add(1, SeqCst);
    }
}

/// Takes each part of a backup only once the agents have come further.
struct Slow {
    file: File,
    steps: Arc<AtomicU64>,
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let until = self.steps.load(SeqCst) + 3;
        while self.steps.load(SeqCst) < until {
            std::thread::yield_now();
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_is_what_was_true_at_one_moment() {
    is_what_was_true_at_one_moment(Timing::default()).await;
}

/// What is held becomes the archive's and sled's all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_is_what_was_true_at_one_moment_with_checkpoints_in_between() {
    is_what_was_true_at_one_moment(Timing { checkpoint: Duration::from_millis(1), ..Timing::default() }).await;
}

async fn is_what_was_true_at_one_moment(timing: Timing) {
    let place = Place::new();
    let store = SledStore::open_with(&place.path("data"), timing).unwrap();
    for nth in 0..900 {
        store.append(record(chat_of(1000), nth), None).await.unwrap();
    }
    // All places of finished updates are taken: so the last batch of rows is a long one, at which the reader waits too.
    let earlier = || (1..=4096).map(|nth| nth + 1_000_000);
    store.accept(earlier().map(entry).collect()).await.unwrap();
    for update in earlier().map(UpdateId) {
        store.finish(update).await.unwrap();
    }
    let (steps, stop) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
    let mut agents = JoinSet::new();
    for agent in 0..AGENTS {
        agents.spawn(ask_until(store.clone(), agent, steps.clone(), stop.clone()));
    }
    for nth in 0..5 {
        let file = place.path(&format!("backup-{nth}"));
        let tee = store.0.writer.tee().await.unwrap();
        let source = Source { dir: place.path("data"), readers: store.0.readers.clone(), tee };
        let to = Slow { file: File::create(&file).unwrap(), steps: steps.clone() };
        let begun = file.clone();
        let (before, after) = tokio::task::spawn_blocking(move || {
            let before = to.steps.clone().load(SeqCst);
            let steps = to.steps.clone();
            dump::write(Ok(source), moment(0), to, &begun).unwrap();
            (before, steps.load(SeqCst))
        })
        .await
        .unwrap();
        assert!(after > before + 10, "the agents went on meanwhile");
        let dir = place.path(&format!("restored-{nth}"));
        restore(&dir, &file).unwrap();
        is_of_one_moment(&SledStore::open(&dir).unwrap(), before, after).await;
    }
    stop.store(true, SeqCst);
    agents.join_all().await;
    store.close().await.unwrap();
}

/// Each agent does one thing after another; so at any moment there is no more than one that is begun and not done.
async fn is_of_one_moment(store: &SledStore, before: u64, after: u64) {
    let unfinished: BTreeMap<u32, Entry> =
        store.unfinished().await.unwrap().into_iter().map(|entry| (entry.update.0, entry)).collect();
    let (mut places, mut done) = (Vec::new(), 0);
    for agent in 0..AGENTS {
        let kept = all_places(store, chat_of(agent)).await;
        places.extend(kept.iter().map(|seq| seq.0));
        let answered = kept.len() as u32;
        let known = |nth| unfinished.get(&update_of(agent, nth));
        assert!((1..answered).all(|nth| known(nth).is_none()), "agent {agent}: an earlier one is finished");
        let newest = kept.first();
        assert!(
            known(answered).is_none_or(|entry| entry.kept.as_ref() == newest),
            "agent {agent}: record and entry agree"
        );
        assert!(known(answered + 1).is_none_or(|entry| entry.kept.is_none() && known(answered).is_none()));
        let language = store.language(chat_of(agent)).await.unwrap();
        let is_changed = language == Some(language_after(answered));
        assert!(is_changed || known(answered + 1).is_none(), "agent {agent}: the language is changed before the next");
        assert!(is_changed || language == (answered > 1).then(|| language_after(answered - 1)));
        assert!(!(is_changed && known(answered).is_some()), "agent {agent}: the language is changed after the end");
        done += u64::from(if is_changed { answered } else { answered - answered.min(1) });
    }
    places.sort_unstable();
    assert!((901..).take(places.len()).eq(places), "every record up to the moment, and none after it");
    assert!((before..=after + u64::from(AGENTS)).contains(&done), "{before} <= {done} <= {after}");
}

/// Where the records of a chat are, newest first: on a fast disk more than one page.
async fn all_places(store: &SledStore, chat: ChatId) -> Vec<Seq> {
    let (mut places, mut cursor) = (Vec::new(), Cursor::Newest);
    loop {
        let page = store.page(chat, cursor, LARGEST_PAGE).await.unwrap();
        places.extend(page.records.iter().map(|(seq, _)| *seq));
        match places.last() {
            Some(oldest) if page.has_older => cursor = Cursor::OlderThan(*oldest),
            _ => return places,
        }
    }
}

/// As in the midst of a checkpoint.
#[test]
fn what_is_held_and_archived_is_in_it_once() {
    let place = Place::new();
    let mut disk = Disk::open(&place.path("data"), Timing::default()).unwrap();
    let append = |chat: i64| writer::Write::Append { chat: ChatId(chat), value: vec![1], update: None };
    disk.commit(&[append(7), append(8), append(7)]);
    let trees = disk.readers().trees().unwrap();
    let rows = trees.range(TreeName::History, (Unbounded, Unbounded), Order::OldestFirst);
    let rows = rows.map(|row| {
        row.map(|(key, value)| Change { tree: TreeName::History, key: key.to_vec(), value: Some(value.to_vec()) })
    });
    let rows: Vec<Change> = rows.collect::<Result<_, _>>().unwrap();
    disk.checkpoint().unwrap();
    disk.live.as_ref().unwrap().database.hold(&rows[1..]);
    disk.commit(&[append(9)]);
    let source = Source { dir: place.path("data"), readers: disk.readers(), tee: disk.tee().unwrap() };
    let file = place.path("backup");
    dump::write(Ok(source), moment(0), File::create(&file).unwrap(), &file).unwrap();
    let mut keys = Vec::new();
    let contents = stream::read(open(&file).unwrap(), &file, |rows| {
        keys.extend(rows.into_iter().map(|row| row.key));
        Ok(())
    });
    assert_eq!(contents.unwrap().mark.history, 4);
    keys.sort();
    let expected = [(7, 1), (7, 3), (8, 2), (9, 4)].map(|(chat, seq)| key::of_record(ChatId(chat), Seq(seq)).to_vec());
    assert_eq!(keys, expected);
}

#[test]
fn what_does_not_keep_up_is_given_up_and_holds_nobody_up() {
    let mut tap = Tap::default();
    let tee = tap.open(Mark::default()).unwrap();
    let group = [Change { tree: TreeName::History, key: vec![1; 16], value: Some(vec![2; 1024 * 1024]) }];
    let taken = |tee: &Tee| tee.take().map(|(changes, mark)| (changes.len(), mark.last));
    for last in 1..=100 {
        tap.put(&group, Mark { last, ..Mark::default() }, || ());
        assert_eq!(taken(&tee), Ok((1, last)), "one that keeps up may take as long as it likes");
    }
    for last in 1..=100 {
        tap.put(&group, Mark { last, ..Mark::default() }, || ());
    }
    assert!(matches!(taken(&tee), Err(Error::NoBackup { .. })));
}

#[test]
fn there_is_one_backup_at_a_time() {
    let mut tap = Tap::default();
    let first = tap.open(Mark::default()).unwrap();
    assert!(matches!(tap.open(Mark::default()).map(|_| ()), Err(Error::NoBackup { .. })));
    drop(first);
    assert!(tap.open(Mark::default()).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_is_gone_or_full_disturbs_nobody() {
    struct Gone(mpsc::Sender<()>);
    impl Write for Gone {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(());
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let place = Place::new();
    let dir = place.filled("data", 3).await;
    let store = SledStore::open(&dir).unwrap();
    let (told, heard) = mpsc::channel();
    let source =
        Source { dir: dir.clone(), readers: store.0.readers.clone(), tee: store.0.writer.tee().await.unwrap() };
    let error = dump::write(Ok(source), moment(0), Gone(told), Path::new("a reader")).unwrap_err();
    assert!(heard.recv().is_ok() && error.to_string().starts_with("a reader cannot be"), "{error}");
    store.append(record(CHAT, 3), None).await.unwrap();
    assert!(store.0.writer.tee().await.is_ok(), "the next backup can begin");
}
