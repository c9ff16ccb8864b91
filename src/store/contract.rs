//! What every backend promises: one suite, run on each of them.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use tokio::task::JoinSet;

use super::samples::{self, record};
use super::{Cursor, History, Journal, LARGEST_PAGE, MemoryStore, Page, Preferences, Record, Seq};
use crate::value::{ChatId, Language};

/// All traits, as one object.
pub(super) trait Store: History + Journal + Preferences {}
impl<T: History + Journal + Preferences> Store for T {}

/// A new, empty store, and what must live as long as it does (its directory).
pub(super) struct Subject {
    pub(super) store: Arc<dyn Store>,
    /// Opens it again, where it outlives its process.
    open: Option<Box<dyn Fn() -> Arc<dyn Store>>>,
    _owned: Box<dyn Any + Send>,
}

impl Subject {
    pub(super) fn new(store: impl Store + 'static, owned: impl Any + Send) -> Self {
        Self { store: Arc::new(store), open: None, _owned: Box::new(owned) }
    }

    /// A store that `open` opens whenever it was closed.
    pub(super) fn reopenable<S: Store + 'static>(open: impl Fn() -> S + 'static, owned: impl Any + Send) -> Self {
        let subject = Self::new(open(), owned);
        Self { open: Some(Box::new(move || Arc::new(open()))), ..subject }
    }

    /// Closes the store and opens it again, as a restart does; not one that a process's end would empty.
    pub(super) fn reopen(&mut self) {
        if let Some(open) = &self.open {
            // The old one first: a directory is open once.
            self.store = Arc::new(MemoryStore::new());
            self.store = open();
        }
    }

    async fn append(&self, record: Record) -> Seq {
        self.store.append(record, None).await.unwrap()
    }

    pub(super) async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Page {
        self.store.page(chat, cursor, limit).await.unwrap()
    }

    /// Fills `chat` with as many records, a minute apart; gives their places, oldest first.
    async fn fill(&self, chat: ChatId, records: usize) -> Vec<Seq> {
        let mut places = Vec::new();
        for minute in 0..records {
            places.push(self.append(record(chat, minute)).await);
        }
        places
    }
}

const CHAT: ChatId = ChatId(7);

/// All of the suite, each part on a store of its own.
pub(super) async fn holds(make: impl Fn() -> Subject) {
    an_empty_history_has_an_empty_page(&make()).await;
    what_is_kept_reads_back_whole(&make()).await;
    pages_lead_back_and_forth(&make()).await;
    chats_are_kept_apart(&make()).await;
    limits_are_kept(&make()).await;
    cursors_need_not_exist(&make()).await;
    appenders_do_not_disturb_each_other(&make()).await;
    a_record_is_found_by_its_place(&make()).await;
    a_chat_has_one_language(&make()).await;
    a_chat_has_one_origin(&make()).await;
}

async fn an_empty_history_has_an_empty_page(store: &Subject) {
    for cursor in [Cursor::Newest, Cursor::OlderThan(Seq(5)), Cursor::NewerThan(Seq(5))] {
        assert_eq!(store.page(CHAT, cursor, 20).await, Page::default(), "{cursor:?}");
    }
}

async fn what_is_kept_reads_back_whole(store: &Subject) {
    let records = samples::each_record();
    let chat = records[0].chat;
    for record in &records {
        store.append(record.clone()).await;
    }
    let read = store.page(chat, Cursor::Newest, records.len()).await.records;
    let read: Vec<Record> = read.into_iter().rev().map(|(_, record)| record).collect();
    assert_eq!(read, records);
}

async fn pages_lead_back_and_forth(store: &Subject) {
    let places = store.fill(CHAT, 25).await;
    assert!(places.is_sorted_by(|a, b| a < b), "later records have higher places");

    let newest = store.page(CHAT, Cursor::Newest, 10).await;
    assert_eq!(shape(&newest), (15..25, true, false));
    let middle = store.page(CHAT, Cursor::OlderThan(last(&newest)), 10).await;
    assert_eq!(shape(&middle), (5..15, true, true));
    let oldest = store.page(CHAT, Cursor::OlderThan(last(&middle)), 10).await;
    assert_eq!(shape(&oldest), (0..5, false, true));

    let back = store.page(CHAT, Cursor::NewerThan(first(&oldest)), 10).await;
    assert_eq!(back, middle);
    let back = store.page(CHAT, Cursor::NewerThan(first(&middle)), 10).await;
    assert_eq!(back, newest);
    let beyond = store.page(CHAT, Cursor::NewerThan(first(&newest)), 10).await;
    assert_eq!(beyond, Page { has_older: true, ..Page::default() });
    let before = store.page(CHAT, Cursor::OlderThan(last(&oldest)), 10).await;
    assert_eq!(before, Page { has_newer: true, ..Page::default() });
}

async fn chats_are_kept_apart(store: &Subject) {
    let chats = [i64::MIN, -1_001_234_567_890, -7, -1, 0, 1, 7, i64::MAX].map(ChatId);
    for (number, chat) in chats.into_iter().enumerate() {
        store.append(record(chat, number)).await;
        store.append(record(chat, number + 100)).await;
    }
    for (number, chat) in chats.into_iter().enumerate() {
        for cursor in [Cursor::Newest, Cursor::OlderThan(Seq(u64::MAX)), Cursor::NewerThan(Seq(0))] {
            let page = store.page(chat, cursor, 100).await;
            let times: Vec<_> = page.records.iter().map(|(_, record)| (record.chat, record.at)).collect();
            assert_eq!(times, [(chat, samples::moment(number + 100)), (chat, samples::moment(number))]);
            assert!(!page.has_older && !page.has_newer);
        }
    }
}

async fn limits_are_kept(store: &Subject) {
    let places = store.fill(CHAT, LARGEST_PAGE + 1).await;
    let nothing = store.page(CHAT, Cursor::Newest, 0).await;
    assert_eq!(nothing, Page { has_older: true, ..Page::default() });
    let one = store.page(CHAT, Cursor::Newest, 1).await;
    assert_eq!(shape(&one), (LARGEST_PAGE..LARGEST_PAGE + 1, true, false));
    let huge = store.page(CHAT, Cursor::Newest, usize::MAX).await;
    assert_eq!(shape(&huge), (1..LARGEST_PAGE + 1, true, false));
    let exact = store.page(CHAT, Cursor::OlderThan(places[20]), 20).await;
    assert_eq!(shape(&exact), (0..20, false, true));
}

async fn cursors_need_not_exist(store: &Subject) {
    let here = store.fill(CHAT, 2).await;
    let elsewhere = store.append(record(ChatId(8), 2)).await;
    store.append(record(CHAT, 2)).await;
    assert!(here[1] < elsewhere);

    assert_eq!(shape(&store.page(CHAT, Cursor::OlderThan(elsewhere), 9).await), (0..2, false, true));
    assert_eq!(shape(&store.page(CHAT, Cursor::NewerThan(elsewhere), 9).await), (2..3, true, false));
    assert_eq!(shape(&store.page(CHAT, Cursor::OlderThan(Seq(u64::MAX)), 9).await), (0..3, false, false));
    assert_eq!(shape(&store.page(CHAT, Cursor::NewerThan(Seq(0)), 9).await), (0..3, false, false));
    let before = store.page(CHAT, Cursor::OlderThan(Seq(0)), 9).await;
    assert_eq!(before, Page { has_newer: true, ..Page::default() });
    let beyond = store.page(CHAT, Cursor::NewerThan(Seq(u64::MAX)), 9).await;
    assert_eq!(beyond, Page { has_older: true, ..Page::default() });
}

async fn appenders_do_not_disturb_each_other(store: &Subject) {
    let mut appenders = JoinSet::new();
    for chat in -5..5 {
        let history = store.store.clone();
        appenders.spawn(async move {
            let mut places = Vec::new();
            for minute in 0..20 {
                places.push(history.append(record(ChatId(chat), minute), None).await.unwrap());
            }
            places
        });
    }
    let places: BTreeSet<Seq> = appenders.join_all().await.into_iter().flatten().collect();
    assert_eq!(places.len(), 200, "no place is given twice");
    for chat in -5..5 {
        assert_eq!(shape(&store.page(ChatId(chat), Cursor::Newest, 50).await), (0..20, false, false));
    }
}

async fn a_record_is_found_by_its_place(store: &Subject) {
    let place = store.append(record(CHAT, 3)).await;
    let get = |chat, seq| store.store.get(chat, seq);
    assert_eq!(get(CHAT, place).await, Ok(Some(record(CHAT, 3))));
    assert_eq!(get(ChatId(8), place).await, Ok(None), "a place is one of its own chat");
    assert_eq!(get(CHAT, Seq(place.0 + 1)).await, Ok(None));
}

async fn a_chat_has_one_origin(store: &Subject) {
    let preferences = &store.store;
    let (group, supergroup) = (ChatId(-7), ChatId(-1_001_234_567_890));
    assert_eq!(preferences.origin(supergroup).await, Ok(None));
    preferences.set_origin(supergroup, ChatId(-8)).await.unwrap();
    preferences.set_origin(supergroup, group).await.unwrap();
    preferences.set_language(supergroup, Language::En).await.unwrap();
    assert_eq!(preferences.origin(supergroup).await, Ok(Some(group)));
    assert_eq!(preferences.origin(group).await, Ok(None));
    assert_eq!(preferences.language(supergroup).await, Ok(Some(Language::En)), "the one is not the other");
}

async fn a_chat_has_one_language(store: &Subject) {
    let preferences = &store.store;
    assert_eq!(preferences.language(CHAT).await.unwrap(), None);
    preferences.set_language(CHAT, Language::En).await.unwrap();
    preferences.set_language(ChatId(-7), Language::Id).await.unwrap();
    assert_eq!(preferences.language(CHAT).await.unwrap(), Some(Language::En));
    preferences.set_language(CHAT, Language::Id).await.unwrap();
    assert_eq!(preferences.language(CHAT).await.unwrap(), Some(Language::Id));
    assert_eq!(preferences.language(ChatId(-7)).await.unwrap(), Some(Language::Id));
}

/// Random appends to three chats, then every page of them, held against a plain list.
pub(super) fn agrees_with_the_model(make: impl Fn() -> Subject) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let chats = prop::collection::vec(-1_i64..=1, 0..40);
    let asked = (-1_i64..=1, 0_u8..3, 0_usize..42, 0_usize..12);
    proptest!(ProptestConfig::with_cases(24), |(chats in chats, asked in prop::collection::vec(asked, 1..20))| {
        runtime.block_on(async {
            let store = make();
            let mut model: Vec<(Seq, Record)> = Vec::new();
            for (minute, chat) in chats.iter().enumerate() {
                let record = record(ChatId(*chat), minute);
                model.push((store.append(record.clone()).await, record));
            }
            for (chat, kind, near, limit) in asked {
                let seq = model.get(near).map_or(Seq(near as u64), |(seq, _)| *seq);
                let cursor = [Cursor::Newest, Cursor::OlderThan(seq), Cursor::NewerThan(seq)][usize::from(kind)];
                let page = store.page(ChatId(chat), cursor, limit).await;
                assert_eq!(page, model_page(&model, ChatId(chat), cursor, limit), "{cursor:?} {limit}");
            }
        });
    });
}

fn model_page(model: &[(Seq, Record)], chat: ChatId, cursor: Cursor, limit: usize) -> Page {
    let all: Vec<_> = model.iter().filter(|(_, record)| record.chat == chat).cloned().collect();
    let (start, end) = match cursor {
        Cursor::Newest => (all.len().saturating_sub(limit), all.len()),
        Cursor::OlderThan(seq) => {
            let end = all.iter().filter(|(place, _)| *place < seq).count();
            (end.saturating_sub(limit), end)
        }
        Cursor::NewerThan(seq) => {
            let start = all.iter().filter(|(place, _)| *place <= seq).count();
            (start, (start + limit).min(all.len()))
        }
    };
    let records = all[start..end].iter().rev().cloned().collect();
    Page { records, has_older: start > 0, has_newer: end < all.len() }
}

fn first(page: &Page) -> Seq {
    page.records.first().unwrap().0
}

fn last(page: &Page) -> Seq {
    page.records.last().unwrap().0
}

/// Which minutes a page of consecutive records covers, and what it says of those around it.
fn shape(page: &Page) -> (std::ops::Range<usize>, bool, bool) {
    let minute = |record: &Record| usize::try_from((record.at - samples::moment(0)).num_minutes()).unwrap();
    let minutes: Vec<usize> = page.records.iter().rev().map(|(_, record)| minute(record)).collect();
    let range = minutes[0]..minutes[0] + minutes.len();
    assert!(minutes.iter().copied().eq(range.clone()), "{minutes:?}");
    (range, page.has_older, page.has_newer)
}
