//! What every backend promises of the deletion of records, and retention with it.

use super::super::samples::{moment, record};
use super::super::{Deletion, Purged, Record, Row, RowKind, Target, purge};
use super::Backend;
use super::history::{CHAT, all, append, fill};
use crate::value::{ChatId, CustomerNumber, UserId};

/// All of it, each part on a store of its own.
pub(super) async fn holds<B: Backend>() {
    each_kind_of_deletion_deletes_its_records_alone(&mut B::fresh().await).await;
    deletions_go_on_until_none_is_left(&B::fresh().await).await;
    what_is_older_than_it_is_kept_is_purged(&B::fresh().await).await;
}

async fn each_kind_of_deletion_deletes_its_records_alone(store: &mut impl Backend) {
    let records: Vec<Record> = (0..24)
        .map(|number: usize| {
            let agent = UserId(number as u64 / 2 % 3);
            let digits = if number.is_multiple_of(5) { "00000000001" } else { "01105691111" };
            let customer = CustomerNumber::from_record(digits).unwrap();
            Record { agent, number: customer, ..record(ChatId(number as i64 % 4), number) }
        })
        .collect();
    for record in &records {
        append(store, record.clone()).await;
    }
    let mut left = records;
    type Fits = fn(&Record) -> bool;
    let some_number = CustomerNumber::from_record("00000000001").unwrap();
    let kinds: [(Deletion, Fits); 6] = [
        (Deletion::Of(Target::AgentInChat(ChatId(1), UserId(2))), |record| {
            record.chat == ChatId(1) && record.agent == UserId(2)
        }),
        (Deletion::Before(Some(ChatId(3)), moment(9)), |record| record.chat == ChatId(3) && record.at < moment(9)),
        (Deletion::Before(None, moment(5)), |record| record.at < moment(5)),
        (Deletion::Of(Target::Number(some_number)), |record| record.number.as_str() == "00000000001"),
        (Deletion::Of(Target::Agent(UserId(1))), |record| record.agent == UserId(1)),
        (Deletion::Of(Target::Chat(ChatId(2))), |record| record.chat == ChatId(2)),
    ];
    for (kind, fits) in kinds {
        let goes = left.extract_if(.., |record| fits(record)).count();
        assert!(goes > 0);
        assert_eq!(store.store().delete(&kind, 100).await, Ok(goes), "{kind:?}");
        assert_eq!(store.store().delete(&kind, 100).await, Ok(0), "{kind:?}");
        store.reopen().await;
        for chat in (0..4).map(ChatId) {
            let expected: Vec<_> = left.iter().filter(|record| record.chat == chat).cloned().collect();
            assert_eq!(all(store, chat).await, expected, "{kind:?}");
        }
    }
}

async fn deletions_go_on_until_none_is_left(store: &impl Backend) {
    for chat in [-5, 5, i64::MAX] {
        fill(store, ChatId(chat), 10).await;
    }
    for kind in [Deletion::Before(None, moment(6)), Deletion::Of(Target::Agent(record(CHAT, 0).agent))] {
        let mut deleted = Vec::new();
        loop {
            let count = store.store().delete(&kind, 4).await.unwrap();
            assert!(count <= 4);
            if count == 0 {
                break;
            }
            deleted.push(count);
        }
        let all = if matches!(kind, Deletion::Before(..)) { 18 } else { 12 };
        assert_eq!(deleted.iter().sum::<usize>(), all, "{kind:?}: {deleted:?}");
    }
    assert_eq!(store.store().delete(&Deletion::Of(Target::Chat(CHAT)), 0).await, Ok(0));
}

async fn what_is_older_than_it_is_kept_is_purged(store: &impl Backend) {
    const DAY: usize = 24 * 60;
    for chat in [7, 8] {
        for day in 0..600 {
            append(store, record(ChatId(chat), day * DAY)).await;
        }
    }
    let row = Row { kind: RowKind::OpenQuestion, key: String::new(), value: String::new(), expires: Some(moment(1)) };
    store.store().put(row).await.unwrap();
    for (key, since) in [("-5:7", moment(588 * DAY)), ("-5:8", moment(590 * DAY))] {
        let value = since.timestamp_millis().to_string();
        store.store().put(Row { kind: RowKind::Joined, key: key.to_owned(), value, expires: None }).await.unwrap();
    }
    let purged = async |day, keep_days| purge(&**store.store(), moment(day * DAY), keep_days, 0).await.unwrap();
    assert_eq!(purged(599, 0).await, Purged { rows: 1, ..Purged::default() }, "for ever");
    assert_eq!(purged(599, 10).await, Purged { records: 2 * 589, rows: 1, ..Purged::default() });
    let joined = store.store().list(RowKind::Joined, None, 9).await.unwrap();
    assert_eq!(
        joined.iter().map(|row| &*row.key).collect::<Vec<_>>(),
        ["-5:8"],
        "as long as something older may be there"
    );
    assert_eq!(purged(599, 10).await, Purged::default());
    let left = all(store, CHAT).await;
    assert_eq!((left.len(), left[0].at), (11, moment(589 * DAY)));
    assert_eq!(purged(0, u32::MAX).await, Purged::default(), "longer than there is time");
}
