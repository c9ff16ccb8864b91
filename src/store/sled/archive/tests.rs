//! The archive against a model, over stops at any moment and damage at every byte.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::ops::Bound::Included;

use ::sled::IVec;
use proptest::prelude::*;
use tempfile::TempDir;

use super::super::super::paging::Order;
use super::super::super::{Seq, key};
use super::super::mark::{Mark, Reached};
use super::*;

const ID: &str = "0b5e2ba4-9d3a-4c39-8f2c-7f1f6a1b2c3d";
const ORDERS: [Order; 2] = [Order::OldestFirst, Order::NewestFirst];

/// Records by their places, as they must be.
type Model = BTreeMap<(ChatId, Seq), IVec>;

/// An archive with what sled and the mark say of it, and the log that goes with it.
struct Subject {
    dir: TempDir,
    appender: Appender,
    heads: HashMap<ChatId, u64>,
    reached: Reached,
    /// What is committed since the mark.
    log: Vec<Kept>,
    model: Model,
}

impl Subject {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let appender = create(&Layout::new(dir.path()), ID).unwrap();
        let reached = Reached { mark: Mark::default(), archive: START };
        Self { dir, appender, heads: HashMap::new(), reached, log: Vec::new(), model: Model::new() }
    }

    /// With so many records of each of these chats in turn, each in a block of its own.
    fn with_blocks(chats: &[i64], blocks: usize) -> Self {
        let mut subject = Self::new();
        for _ in 0..blocks {
            for chat in chats {
                subject.commit(&[(*chat, 30)]);
                subject.checkpoint();
            }
        }
        subject
    }

    fn layout(&self) -> Layout {
        Layout::new(self.dir.path())
    }

    /// Commits records of these chats with so many bytes.
    fn commit(&mut self, records: &[(i64, usize)]) {
        for (chat, size) in records {
            // Places are the same for all chats, and now and then one is left out.
            self.reached.mark.last += 1 + u64::from(size % 7 == 3);
            let seq = Seq(self.reached.mark.last);
            let record: Vec<u8> = (0..*size).map(|at| (at as u64 * 31 + seq.0) as u8).collect();
            self.log.push((ChatId(*chat), seq, record.as_slice().into()));
            self.model.insert((ChatId(*chat), seq), record.into());
        }
    }

    /// Gives the archive all that the log has, which may have some of it.
    fn replay(&mut self) {
        self.log.sort_by_key(|(chat, seq, _)| (*chat, *seq));
        let heads = &self.heads;
        let newer = self.appender.append(&self.log, |chat| Ok(heads.get(&chat).copied())).unwrap();
        self.heads.extend(newer);
    }

    fn checkpoint(&mut self) {
        self.replay();
        self.log.clear();
        self.reached.mark.history = self.model.len() as u64;
        self.reached.archive = self.appender.archive().end();
    }

    fn scan(&self) -> Result<Found, Error> {
        // The mark was written at the last checkpoint.
        let last = self.log.iter().map(|(_, Seq(seq), _)| *seq).min().map_or(self.reached.mark.last, |first| first - 1);
        let reached = Reached { mark: Mark { last, ..self.reached.mark }, ..self.reached };
        scan(&self.layout(), ID, self.heads.clone(), reached)
    }

    /// Opens it again after a stop, and replays the log.
    fn reopen(&mut self) {
        let found = self.scan().unwrap();
        assert_eq!(found.marked, self.reached.mark.history);
        self.heads.extend(found.newer_heads());
        self.appender = go_on(&self.layout(), self.reached.archive, &found).unwrap();
        self.replay();
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.layout().archive()).unwrap()
    }

    fn write(&self, bytes: &[u8]) {
        fs::write(self.layout().archive(), bytes).unwrap();
    }

    /// All records of a chat between two places, in an order.
    fn records(&self, chat: ChatId, from: Seq, to: Seq, order: Order) -> Result<Vec<(Seq, IVec)>, Error> {
        let Some(newest) = self.heads.get(&chat) else { return Ok(Vec::new()) };
        let rows = self.appender.archive().records(chat, *newest, (from, to), order)?;
        rows.map(|row| row.map(|(key, value)| (key::read_record(&key).unwrap().1, value))).collect()
    }

    fn expected(&self, chat: ChatId, from: Seq, to: Seq, order: Order) -> Vec<(Seq, IVec)> {
        let between =
            if from <= to { Some(self.model.range((Included((chat, from)), Included((chat, to))))) } else { None };
        order
            .of(between
                .into_iter()
                .flatten()
                .map(|((_, seq), value)| (*seq, value.clone()))
                .collect::<Vec<_>>()
                .into_iter())
            .collect()
    }

    fn chats(&self) -> Vec<ChatId> {
        let mut chats: Vec<ChatId> = self.model.keys().map(|(chat, _)| *chat).collect();
        chats.dedup();
        chats
    }

    fn agrees(&self, chat: ChatId, from: Seq, to: Seq) {
        for order in ORDERS {
            let read = self.records(chat, from, to, order).unwrap();
            assert!(read == self.expected(chat, from, to, order), "{chat:?}, {from:?} to {to:?}, {order:?}");
        }
        let one = self.heads.get(&chat).map(|newest| self.appender.archive().record(chat, *newest, from).unwrap());
        assert_eq!(one.flatten().as_ref(), self.model.get(&(chat, from)));
    }

    /// Sees that all is there, once, in the file's own order too.
    fn agrees_whole(&self) {
        self.chats().into_iter().for_each(|chat| self.agrees(chat, Seq(0), Seq(u64::MAX)));
        let mut blocks = Blocks::of(self.appender.archive());
        let mut all = Vec::new();
        loop {
            let next = blocks.next(1000).unwrap();
            if next.is_empty() {
                break;
            }
            all.extend(
                next.iter()
                    .flat_map(|block| block.rows().map(|(key, value)| (key, IVec::from(value))).collect::<Vec<_>>()),
            );
        }
        assert_eq!(all.len(), self.model.len());
        assert!(all.into_iter().all(|(key, value)| self.model.get(&key::read_record(&key).unwrap()) == Some(&value)));
        assert_eq!(self.appender.crc32(), crc32fast::hash(&self.bytes()));
    }
}

/// What happens to an archive.
#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<(i64, usize)>),
    Checkpoint,
    /// Stopped in the midst of a checkpoint: of what was appended and not synced, a part of this length (of 1000) is in the file, then
    /// come these bytes; sled has the new heads only if all of it was synced.
    Stop {
        part: usize,
        garbage: Vec<u8>,
        has_heads: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let size = prop_oneof![8 => 0_usize..40, 1 => 5_000_usize..20_000];
    let records = prop::collection::vec((-2_i64..2, size), 1..12);
    prop_oneof![
        4 => records.prop_map(Step::Commit),
        4 => Just(Step::Checkpoint),
        1 => (0_usize..=1000, prop::collection::vec(any::<u8>(), 0..100), any::<bool>())
            .prop_map(|(part, garbage, has_heads)| Step::Stop { part, garbage, has_heads }),
    ]
}

impl Subject {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Commit(records) => self.commit(records),
            Step::Checkpoint => self.checkpoint(),
            Step::Stop { part, garbage, has_heads } => {
                let (heads, synced) = (self.heads.clone(), self.appender.archive().end() as usize);
                self.replay();
                let (mut bytes, whole) = (self.bytes(), *part == 1000);
                bytes.truncate(synced + (bytes.len() - synced) * part / 1000);
                bytes.extend(garbage);
                self.write(&bytes);
                if !whole || !has_heads {
                    self.heads = heads;
                }
                self.reopen();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn it_agrees_with_the_model(
        steps in prop::collection::vec(step(), 1..80),
        asked in prop::collection::vec((-2_i64..2, 0_u64..300, 0_u64..300), 1..40),
    ) {
        let mut subject = Subject::new();
        steps.iter().for_each(|step| subject.take(step));
        subject.checkpoint();
        subject.agrees_whole();
        asked.into_iter().for_each(|(chat, from, to)| subject.agrees(ChatId(chat), Seq(from), Seq(to)));
        subject.reopen();
        subject.agrees_whole();
    }
}

#[test]
fn a_long_chain_is_read_from_any_place_both_ways() {
    let subject = Subject::with_blocks(&[7, 8], 200);
    for from in (0..=401).step_by(7) {
        for to in [from, from + 1, from + 40, 401] {
            subject.agrees(ChatId(7), Seq(from), Seq(to));
        }
    }
}

#[test]
fn a_record_longer_than_a_block_usually_is_stands_alone() {
    let mut subject = Subject::new();
    subject.commit(&[(7, 10), (7, 3_000_000), (7, 0), (7, 100_000), (7, 100_001)]);
    subject.checkpoint();
    subject.agrees_whole();
    subject.commit(&[(7, block::LARGEST)]);
    let too_long = subject.appender.append(&subject.log, |chat| Ok(subject.heads.get(&chat).copied()));
    assert!(matches!(too_long, Err(Error::Io { .. })), "{too_long:?}");
}

#[test]
fn a_replay_adds_nothing_twice() {
    let mut subject = Subject::new();
    subject.commit(&[(7, 10), (8, 10), (7, 10)]);
    subject.replay();
    let before = subject.bytes();
    subject.replay();
    assert!(subject.bytes() == before);
    subject.commit(&[(8, 10)]);
    subject.replay();
    subject.agrees_whole();
}

/// Two chats with blocks below the mark and one behind it of each, whose heads sled has or not.
fn small(has_heads: bool) -> Subject {
    let mut subject = Subject::with_blocks(&[-5, 7], 3);
    subject.commit(&[(-5, 20), (7, 20), (7, 0)]);
    let heads = subject.heads.clone();
    subject.replay();
    if !has_heads {
        subject.heads = heads;
    }
    subject
}

#[test]
fn every_byte_that_changes_is_noticed_or_cut_off() {
    for has_heads in [false, true] {
        let subject = small(has_heads);
        let bytes = subject.bytes();
        assert_eq!(subject.scan().unwrap().end, bytes.len() as u64);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            subject.write(&changed);
            match subject.scan() {
                Ok(found) => {
                    assert!(!has_heads && (subject.reached.archive..=at as u64).contains(&found.end), "byte {at}");
                }
                Err(error) => {
                    assert!(matches!(error, Error::Damaged { .. }), "byte {at}: {error:?}");
                    let is_told = error.to_string().contains("cannot be read at byte");
                    assert_eq!(is_told, (START..subject.reached.archive).contains(&(at as u64)), "byte {at}: {error}");
                }
            }
        }
    }
}

#[test]
fn every_cut_is_noticed_or_of_what_the_log_has() {
    for has_heads in [false, true] {
        let subject = small(has_heads);
        let bytes = subject.bytes();
        for length in 0..bytes.len() {
            subject.write(&bytes[..length]);
            let found = subject.scan().map(|found| found.end);
            let is_safe = !has_heads && length as u64 >= subject.reached.archive;
            assert_eq!(found.is_ok(), is_safe, "cut to {length}: {found:?}");
        }
    }
}

/// After a power loss an older write may show through behind a newer one.
#[test]
fn a_whole_block_that_does_not_go_on_with_its_chain_is_cut_off() {
    let mut subject = small(true);
    let bytes = subject.bytes();
    let starts = [(START as usize, 94), (bytes.len() - 92, 92)];
    for (start, length) in starts {
        let again = &bytes[start..start + length];
        assert!(Header::decode(again).is_some_and(|header| header.length as usize == length), "it is a block");
        subject.write(&[&bytes, again].concat());
        assert_eq!(subject.scan().unwrap().end, bytes.len() as u64);
    }
    subject.reopen();
    subject.agrees_whole();
}

/// A reader trusts nothing: a byte that changes while the store is open is an error, or in a block that is not asked for.
#[test]
fn what_is_read_is_right_or_an_error() {
    let subject = small(true);
    let bytes = subject.bytes();
    let all = (Seq(0), Seq(u64::MAX));
    for at in START as usize..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        subject.write(&changed);
        let mut failed = 0;
        for (chat, order) in subject.chats().into_iter().flat_map(|chat| ORDERS.map(|order| (chat, order))) {
            match subject.records(chat, all.0, all.1, order) {
                Ok(read) => assert!(read == subject.expected(chat, all.0, all.1, order), "byte {at}"),
                Err(error) => {
                    assert!(matches!(error, Error::Damaged { .. }), "byte {at}: {error:?}");
                    failed += 1;
                }
            }
        }
        assert_eq!(failed, 2, "byte {at}: its block is of one chat");
    }
}

#[test]
fn sleds_heads_and_the_file_must_agree() {
    let with = |change: fn(&mut HashMap<ChatId, u64>)| {
        let mut subject = small(true);
        change(&mut subject.heads);
        subject.scan().map(|found| found.end)
    };
    let damaged = |change| matches!(with(change), Err(Error::Damaged { .. }));
    assert!(with(|_| {}).is_ok());
    assert!(damaged(|heads| _ = heads.remove(&ChatId(7))), "missing");
    assert!(damaged(|heads| _ = heads.insert(ChatId(9), START)), "of a chat that has no blocks");
    assert!(damaged(|heads| _ = heads.insert(ChatId(-5), START)), "older than the mark");
    assert!(damaged(|heads| _ = heads.insert(ChatId(7), heads[&ChatId(-5)])), "of another chat");
    assert!(damaged(|heads| *heads.get_mut(&ChatId(7)).unwrap() += 1), "in the midst of a block");
}

#[test]
fn another_stores_archive_is_told() {
    let subject = small(true);
    let told = |bytes: &[u8]| {
        subject.write(bytes);
        subject.scan().map(|_| ()).unwrap_err().to_string()
    };
    let other = create(&Layout::new(tempfile::tempdir().unwrap().path()), &uuid::Uuid::new_v4().to_string()).unwrap();
    let mut begin = vec![0; START as usize];
    other.archive().file.read_exact_at(&mut begin, 0).unwrap();
    let bytes = [begin, subject.bytes()[START as usize..].to_vec()].concat();
    assert!(told(&bytes).contains("belongs to another store"));
    assert!(told(b"a letter to somebody, longer than the beginning").contains("does not begin as it should"));
    fs::remove_file(subject.layout().archive()).unwrap();
    assert!(subject.scan().map(|_| ()).unwrap_err().to_string().contains("is missing"));
}

/// One reads while another appends: it sees what it saw before, or more.
#[test]
fn readers_do_not_wait_for_the_one_that_appends() {
    let mut subject = Subject::with_blocks(&[7], 50);
    let (archive, newest) = (subject.appender.archive().clone(), subject.heads[&ChatId(7)]);
    let expected = subject.expected(ChatId(7), Seq(0), Seq(u64::MAX), Order::NewestFirst).len();
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            for order in ORDERS.into_iter().cycle().take(200) {
                let read: Result<Vec<_>, _> =
                    archive.records(ChatId(7), newest, (Seq(0), Seq(u64::MAX)), order).unwrap().collect();
                assert_eq!(read.unwrap().len(), expected);
            }
        });
        while !reader.is_finished() {
            subject.commit(&[(7, 100), (8, 10)]);
            subject.checkpoint();
        }
    });
    subject.agrees_whole();
}
