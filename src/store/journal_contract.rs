//! What every backend's journal promises: one suite, run on each of them.

use proptest::prelude::*;

use super::contract::Subject;
use super::ledger::REMEMBERED;
use super::samples::{self, entry, record, waiting};
use super::{Cursor, Entry, Error, LONGEST_QUESTION, Page, Record, Seq};
use crate::value::{ChatId, UpdateId};

const CHAT: ChatId = ChatId(-1_001_234_567_890);

/// All of the suite, each part on a store of its own.
pub(super) async fn holds(make: impl Fn() -> Subject) {
    an_entry_lives_until_it_is_finished(&mut make()).await;
    the_unfinished_come_in_the_order_of_acceptance(&mut make()).await;
    no_update_is_taken_twice(&mut make()).await;
    the_last_thousand_finished_are_remembered(&mut make()).await;
    an_update_has_one_record(&mut make()).await;
    a_wait_is_noted(&mut make()).await;
    too_long_a_question_is_refused_with_its_batch(&mut make()).await;
    what_is_not_in_the_journal_is_passed_over(&mut make()).await;
}

impl Subject {
    /// Accepts the samples of as many updates.
    async fn accept(&self, updates: impl IntoIterator<Item = u32>) -> Vec<bool> {
        self.store.accept(updates.into_iter().map(entry).collect()).await.unwrap()
    }

    async fn finish(&self, update: u32) {
        self.store.finish(UpdateId(update)).await.unwrap();
    }

    async fn unfinished(&self) -> Vec<Entry> {
        self.store.unfinished().await.unwrap()
    }

    /// The updates of the unfinished, which must be the same after a restart.
    async fn open_updates(&mut self) -> Vec<u32> {
        let before = self.unfinished().await;
        self.reopen();
        assert_eq!(self.unfinished().await, before);
        before.into_iter().map(|entry| entry.update.0).collect()
    }
}

async fn an_entry_lives_until_it_is_finished(store: &mut Subject) {
    assert!(store.open_updates().await.is_empty());
    assert_eq!(store.accept([7]).await, [true]);
    assert_eq!(store.unfinished().await, [entry(7)]);
    assert_eq!(store.open_updates().await, [7]);
    store.finish(7).await;
    assert!(store.open_updates().await.is_empty());
}

async fn the_unfinished_come_in_the_order_of_acceptance(store: &mut Subject) {
    assert_eq!(store.accept([300, 2, 40]).await, [true; 3]);
    assert_eq!(store.accept([1, u32::MAX, 0]).await, [true; 3]);
    assert_eq!(store.open_updates().await, [300, 2, 40, 1, u32::MAX, 0]);
    store.finish(2).await;
    store.finish(0).await;
    assert_eq!(store.open_updates().await, [300, 40, 1, u32::MAX]);
    assert_eq!(store.accept([3]).await, [true]);
    assert_eq!(store.open_updates().await, [300, 40, 1, u32::MAX, 3]);
}

async fn no_update_is_taken_twice(store: &mut Subject) {
    assert_eq!(store.accept([5, 6, 5]).await, [true, true, false]);
    assert_eq!(store.accept([4, 6, 8, 4]).await, [true, false, true, false]);
    store.finish(6).await;
    store.finish(8).await;
    store.reopen();
    assert_eq!(store.accept([8, 6, 5, 4, 7]).await, [false, false, false, false, true]);
    assert_eq!(store.accept([]).await, [false; 0]);
    assert_eq!(store.open_updates().await, [5, 4, 7]);
}

async fn the_last_thousand_finished_are_remembered(store: &mut Subject) {
    let all = 0..u32::from(REMEMBERED) + 200;
    for batch in all.clone().collect::<Vec<_>>().chunks(1000) {
        store.accept(batch.iter().copied()).await;
        for update in batch {
            store.finish(*update).await;
        }
    }
    store.reopen();
    let mut again = store.accept(all).await.into_iter();
    assert!(again.by_ref().take(200).all(|new| new), "the first are forgotten: what is remembered is bounded");
    assert!(again.all(|new| !new));
}

async fn an_update_has_one_record(store: &mut Subject) {
    store.accept([7, 8]).await;
    let first = store.store.append(record(CHAT, 1), Some(UpdateId(7))).await.unwrap();
    assert_eq!(store.store.append(record(CHAT, 2), Some(UpdateId(7))).await, Ok(first));
    store.reopen();
    assert_eq!(store.unfinished().await, [Entry { kept: Some(first), ..entry(7) }, entry(8)]);
    assert_eq!(store.store.append(record(CHAT, 3), Some(UpdateId(7))).await, Ok(first));
    let second = store.store.append(record(CHAT, 4), Some(UpdateId(8))).await.unwrap();
    let page = store.page(CHAT, Cursor::Newest, 9).await;
    assert_eq!(page.records, [(second, record(CHAT, 4)), (first, record(CHAT, 1))]);
    assert_eq!(store.store.get(CHAT, first).await, Ok(Some(record(CHAT, 1))));
}

async fn a_wait_is_noted(store: &mut Subject) {
    store.accept([7, 8]).await;
    let seq = store.store.append(record(CHAT, 1), Some(UpdateId(7))).await.unwrap();
    store.store.wait(UpdateId(7), waiting(1)).await.unwrap();
    store.store.wait(UpdateId(7), waiting(2)).await.unwrap();
    store.reopen();
    let noted = Entry { kept: Some(seq), waiting: Some(waiting(2)), ..entry(7) };
    assert_eq!(store.unfinished().await, [noted, entry(8)]);
}

async fn too_long_a_question_is_refused_with_its_batch(store: &mut Subject) {
    let of_length = |bytes| Entry { question: "x".repeat(bytes), ..entry(2) };
    let refused = store.store.accept(vec![entry(1), of_length(LONGEST_QUESTION + 1)]).await;
    assert_eq!(refused, Err(Error::QuestionTooLong { bytes: LONGEST_QUESTION + 1 }));
    assert!(store.open_updates().await.is_empty());
    let longest = vec![entry(1), of_length(LONGEST_QUESTION)];
    assert_eq!(store.store.accept(longest.clone()).await, Ok(vec![true, true]));
    assert_eq!(store.unfinished().await, longest);
}

async fn what_is_not_in_the_journal_is_passed_over(store: &mut Subject) {
    store.accept([7]).await;
    store.finish(7).await;
    for update in [7, 9] {
        store.store.wait(UpdateId(update), waiting(1)).await.unwrap();
        store.finish(update).await;
        store.store.append(record(CHAT, 1), Some(UpdateId(update))).await.unwrap();
    }
    assert!(store.open_updates().await.is_empty());
    assert_eq!(store.page(CHAT, Cursor::Newest, 9).await.records.len(), 2);
    assert_eq!(store.accept([9]).await, [true], "what was never accepted is not finished either");
}

/// Something that happens to a journal.
#[derive(Clone, Debug)]
enum Step {
    Accept(Vec<u32>),
    Append(u32),
    Wait(u32, u32),
    Finish(u32),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let update = || 0_u32..10;
    let step = prop_oneof![
        3 => prop::collection::vec(update(), 0..5).prop_map(Step::Accept),
        3 => update().prop_map(Step::Append),
        2 => (update(), 1_u32..9).prop_map(|(update, asked)| Step::Wait(update, asked)),
        3 => update().prop_map(Step::Finish),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..50)
}

/// The journal and the history as plain lists.
#[derive(Default)]
struct Model {
    open: Vec<Entry>,
    finished: Vec<UpdateId>,
    records: Vec<(Seq, Record)>,
}

impl Model {
    fn accept(&mut self, update: u32) -> bool {
        let update = UpdateId(update);
        let is_new = self.find(update).is_none() && !self.finished.contains(&update);
        self.open.extend(is_new.then(|| entry(update.0)));
        is_new
    }

    fn find(&mut self, update: UpdateId) -> Option<&mut Entry> {
        self.open.iter_mut().find(|entry| entry.update == update)
    }

    fn append(&mut self, update: u32, record: Record, given: Seq) {
        if let Some(entry) = self.find(UpdateId(update)) {
            match entry.kept {
                Some(first) => return assert_eq!(given, first),
                None => entry.kept = Some(given),
            }
        }
        assert!(self.records.iter().all(|(seq, _)| *seq < given), "no place is given twice");
        self.records.push((given, record));
    }

    fn finish(&mut self, update: u32) {
        let update = UpdateId(update);
        let ended = self.open.extract_if(.., |entry| entry.update == update);
        self.finished.extend(ended.map(|entry| entry.update));
    }
}

/// Random lives of a journal, held against plain lists.
pub(super) fn agrees_with_the_model(make: impl Fn() -> Subject) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    proptest!(ProptestConfig::with_cases(24), |(steps in steps())| {
        runtime.block_on(async {
            let (mut store, mut model) = (make(), Model::default());
            for (number, step) in steps.into_iter().enumerate() {
                take(step, number, &mut store, &mut model).await;
                assert_eq!(store.unfinished().await, model.open);
            }
            let records = model.records.into_iter().rev().collect();
            assert_eq!(store.page(CHAT, Cursor::Newest, 99).await, Page { records, ..Page::default() });
        });
    });
}

async fn take(step: Step, number: usize, store: &mut Subject, model: &mut Model) {
    match step {
        Step::Accept(updates) => {
            let expected: Vec<bool> = updates.iter().map(|update| model.accept(*update)).collect();
            assert_eq!(store.accept(updates).await, expected);
        }
        Step::Append(update) => {
            let record = samples::record(CHAT, number);
            let given = store.store.append(record.clone(), Some(UpdateId(update))).await.unwrap();
            model.append(update, record, given);
        }
        Step::Wait(update, asked) => {
            store.store.wait(UpdateId(update), waiting(asked)).await.unwrap();
            if let Some(entry) = model.find(UpdateId(update)) {
                entry.waiting = Some(waiting(asked));
            }
        }
        Step::Finish(update) => {
            store.finish(update).await;
            model.finish(update);
        }
        Step::Reopen => store.reopen(),
    }
}
