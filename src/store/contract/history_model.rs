//! Random lives of histories, held against a plain list.

use proptest::prelude::*;

use super::super::samples::{moment, record};
use super::super::{Cursor, Deletion, Page, Record, Search, Seq, Target};
use super::history::{append, page};
use super::{Backend, runtime};
use crate::value::{ChatId, UserId};

/// Something that happens to a history.
#[derive(Clone, Debug)]
enum Step {
    Append { chat: i64, agent: u64 },
    Delete(Deletion, usize),
    Ask { chat: i64, kind: u8, near: usize, limit: usize, agent: Option<u64> },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let chat = || -1_i64..=1;
    let deletion = prop_oneof![
        chat().prop_map(|chat| Deletion::Of(Target::Chat(ChatId(chat)))),
        (0_u64..3).prop_map(|agent| Deletion::Of(Target::Agent(UserId(agent)))),
        (chat(), 0_u64..3).prop_map(|(chat, agent)| Deletion::Of(Target::AgentInChat(ChatId(chat), UserId(agent)))),
        (0_usize..40).prop_map(|minute| Deletion::Before(None, moment(minute))),
        (chat(), 0_usize..40).prop_map(|(chat, minute)| Deletion::Before(Some(ChatId(chat)), moment(minute))),
    ];
    let step = prop_oneof![
        8 => (chat(), 0_u64..3).prop_map(|(chat, agent)| Step::Append { chat, agent }),
        1 => (deletion, 0_usize..9).prop_map(|(what, limit)| Step::Delete(what, limit)),
        6 => (chat(), 0_u8..3, 0_usize..42, 0_usize..12, prop::option::of(0_u64..3))
            .prop_map(|(chat, kind, near, limit, agent)| Step::Ask { chat, kind, near, limit, agent }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..60)
}

/// Random lives of three chats, held against a plain list.
pub(super) fn agrees_with_the_model<B: Backend>() {
    let runtime = runtime();
    proptest!(ProptestConfig::with_cases(24), |(steps in steps())| {
        runtime.block_on(async {
            let mut store = B::fresh().await;
            let mut model: Vec<(Seq, Record)> = Vec::new();
            for (minute, step) in steps.into_iter().enumerate() {
                take(step, minute, &mut store, &mut model).await;
            }
        });
    });
}

async fn take(step: Step, minute: usize, store: &mut impl Backend, model: &mut Vec<(Seq, Record)>) {
    match step {
        Step::Append { chat, agent } => {
            let record = Record { agent: UserId(agent), ..record(ChatId(chat), minute) };
            let seq = append(store, record.clone()).await;
            assert!(model.iter().all(|(before, _)| *before < seq), "no place is given twice");
            model.push((seq, record));
        }
        Step::Delete(what, limit) => {
            let fits = |record: &Record| match &what {
                Deletion::Of(Target::Chat(chat)) => record.chat == *chat,
                Deletion::Of(Target::Agent(agent)) => record.agent == *agent,
                Deletion::Of(Target::AgentInChat(chat, agent)) => record.chat == *chat && record.agent == *agent,
                Deletion::Before(None, time) => record.at < *time,
                Deletion::Before(Some(chat), time) => record.chat == *chat && record.at < *time,
                Deletion::Of(Target::Number(number)) => record.number == *number,
            };
            let expected = model.iter().filter(|(_, record)| fits(record)).count().min(limit);
            assert_eq!(store.store().delete(&what, limit).await, Ok(expected), "{what:?}");
            // Which of them is the backend's choice.
            let left = store.store().stream(None, None, 100).await.unwrap();
            let before = std::mem::take(model);
            let is_left = |seq| left.iter().any(|(_, place, _)| *place == seq);
            let (left, gone): (Vec<_>, Vec<_>) = before.into_iter().partition(|(seq, _)| is_left(*seq));
            assert_eq!(gone.len(), expected);
            assert!(gone.iter().all(|(_, record)| fits(record)));
            *model = left;
        }
        Step::Ask { chat, kind, near, limit, agent } => {
            let seq = model.get(near).map_or(Seq(near as u64), |(seq, _)| *seq);
            let cursor = [Cursor::Newest, Cursor::OlderThan(seq), Cursor::NewerThan(seq)][usize::from(kind)];
            let chat = ChatId(chat);
            let page = match agent.map(UserId) {
                Some(agent) => {
                    let search = Search { agent: Some(agent), ..Search::default() };
                    store.store().find(chat, &search, cursor, limit).await.unwrap()
                }
                None => page(store, chat, cursor, limit).await,
            };
            let fits = |record: &Record| record.chat == chat && agent.is_none_or(|agent| record.agent == UserId(agent));
            let all: Vec<_> = model.iter().filter(|(_, record)| fits(record)).cloned().collect();
            assert_eq!(page, model_page(&all, cursor, limit), "{cursor:?} {limit} {agent:?}");
        }
        Step::Reopen => store.reopen().await,
    }
}

fn model_page(all: &[(Seq, Record)], cursor: Cursor, limit: usize) -> Page {
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
