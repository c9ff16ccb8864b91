//! What every backend promises of the history.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use tokio::task::JoinSet;

use super::super::samples::{self, moment, record};
use super::super::{Count, Cursor, Deletion, History, MAX_PAGE_LEN, Page, Record, Search, Seq, Target};
use super::Backend;
use crate::value::{ChatId, CustomerNumber, Provider, UserId, Verdict};

pub(super) const CHAT: ChatId = ChatId(7);

/// All of it, each part on a store of its own.
pub(super) async fn holds<B: Backend>() {
    an_empty_history_has_an_empty_page(&B::fresh().await).await;
    what_is_kept_reads_back_whole(&mut B::fresh().await).await;
    pages_lead_back_and_forth(&B::fresh().await).await;
    chats_are_kept_apart(&B::fresh().await).await;
    limits_are_kept(&B::fresh().await).await;
    cursors_need_not_exist(&B::fresh().await).await;
    appenders_do_not_disturb_each_other(&B::fresh().await).await;
    a_record_is_found_by_its_place(&B::fresh().await).await;
    places_go_on_after_a_restart(&mut B::fresh().await).await;
    each_part_of_a_search_must_fit(&B::fresh().await).await;
    what_is_found_is_paged_as_if_there_were_nothing_else(&B::fresh().await).await;
    all_is_streamed_in_batches(&B::fresh().await).await;
    checks_are_counted_by_day_provider_and_agent(&B::fresh().await).await;
    imported_records_keep_their_places(&mut B::fresh().await).await;
}

pub(super) async fn append(store: &impl Backend, record: Record) -> Seq {
    store.store().append(record).await.unwrap()
}

pub(super) async fn page(store: &impl Backend, chat: ChatId, cursor: Cursor, limit: usize) -> Page {
    store.store().page(chat, cursor, limit).await.unwrap()
}

/// Fills `chat` with as many records, a minute apart; gives their places, oldest first.
pub(super) async fn fill(store: &impl Backend, chat: ChatId, records: usize) -> Vec<Seq> {
    let mut places = Vec::new();
    for minute in 0..records {
        places.push(append(store, record(chat, minute)).await);
    }
    places
}

/// All records of a chat, oldest first.
pub(super) async fn all(store: &impl Backend, chat: ChatId) -> Vec<Record> {
    let streamed = store.store().stream(Some(chat), None, MAX_PAGE_LEN).await.unwrap();
    streamed.into_iter().map(|(_, _, record)| record).collect()
}

async fn an_empty_history_has_an_empty_page(store: &impl Backend) {
    for cursor in [Cursor::Newest, Cursor::OlderThan(Seq(5)), Cursor::NewerThan(Seq(5))] {
        assert_eq!(page(store, CHAT, cursor, 20).await, Page::default(), "{cursor:?}");
        let found = store.store().find(CHAT, &Search::default(), cursor, 20).await.unwrap();
        assert_eq!(found, Page::default(), "{cursor:?}");
    }
    assert!(all(store, CHAT).await.is_empty());
    assert_eq!(store.store().delete(&Deletion::Of(Target::Chat(CHAT)), 9).await, Ok(0));
}

async fn what_is_kept_reads_back_whole(store: &mut impl Backend) {
    let records = samples::each_record();
    let chat = records[0].chat;
    for record in &records {
        append(store, record.clone()).await;
    }
    assert_eq!(all(store, chat).await, records);
    store.reopen().await;
    let read = page(store, chat, Cursor::Newest, records.len()).await.records;
    let read: Vec<Record> = read.into_iter().rev().map(|(_, record)| record).collect();
    assert_eq!(read, records);
}

async fn pages_lead_back_and_forth(store: &impl Backend) {
    let places = fill(store, CHAT, 25).await;
    assert!(places.is_sorted_by(|a, b| a < b), "later records have higher places");

    let newest = page(store, CHAT, Cursor::Newest, 10).await;
    assert_eq!(shape(&newest), (15..25, true, false));
    let middle = page(store, CHAT, Cursor::OlderThan(last(&newest)), 10).await;
    assert_eq!(shape(&middle), (5..15, true, true));
    let oldest = page(store, CHAT, Cursor::OlderThan(last(&middle)), 10).await;
    assert_eq!(shape(&oldest), (0..5, false, true));

    let back = page(store, CHAT, Cursor::NewerThan(first(&oldest)), 10).await;
    assert_eq!(back, middle);
    let back = page(store, CHAT, Cursor::NewerThan(first(&middle)), 10).await;
    assert_eq!(back, newest);
    let beyond = page(store, CHAT, Cursor::NewerThan(first(&newest)), 10).await;
    assert_eq!(beyond, Page { has_older: true, ..Page::default() });
    let before = page(store, CHAT, Cursor::OlderThan(last(&oldest)), 10).await;
    assert_eq!(before, Page { has_newer: true, ..Page::default() });
}

async fn chats_are_kept_apart(store: &impl Backend) {
    let chats = [i64::MIN, -1_001_234_567_890, -7, -1, 0, 1, 7, i64::MAX].map(ChatId);
    for (number, chat) in chats.into_iter().enumerate() {
        append(store, record(chat, number)).await;
        append(store, record(chat, number + 100)).await;
    }
    for (number, chat) in chats.into_iter().enumerate() {
        for cursor in [Cursor::Newest, Cursor::OlderThan(Seq(u64::MAX)), Cursor::NewerThan(Seq(0))] {
            let page = page(store, chat, cursor, 100).await;
            let times: Vec<_> = page.records.iter().map(|(_, record)| (record.chat, record.at)).collect();
            assert_eq!(times, [(chat, moment(number + 100)), (chat, moment(number))]);
            assert!(!page.has_older && !page.has_newer);
        }
    }
    let streamed = store.store().stream(None, None, 100).await.unwrap();
    let streamed: Vec<ChatId> = streamed.into_iter().map(|(chat, ..)| chat).collect();
    assert_eq!(streamed, chats.iter().flat_map(|chat| [*chat; 2]).collect::<Vec<_>>());
}

async fn limits_are_kept(store: &impl Backend) {
    let places = fill(store, CHAT, MAX_PAGE_LEN + 1).await;
    let nothing = page(store, CHAT, Cursor::Newest, 0).await;
    assert_eq!(nothing, Page { has_older: true, ..Page::default() });
    let one = page(store, CHAT, Cursor::Newest, 1).await;
    assert_eq!(shape(&one), (MAX_PAGE_LEN..MAX_PAGE_LEN + 1, true, false));
    let huge = page(store, CHAT, Cursor::Newest, usize::MAX).await;
    assert_eq!(shape(&huge), (1..MAX_PAGE_LEN + 1, true, false));
    let exact = page(store, CHAT, Cursor::OlderThan(places[20]), 20).await;
    assert_eq!(shape(&exact), (0..20, false, true));
    assert_eq!(store.store().stream(None, None, usize::MAX).await.unwrap().len(), MAX_PAGE_LEN);
}

async fn cursors_need_not_exist(store: &impl Backend) {
    let here = fill(store, CHAT, 2).await;
    let elsewhere = append(store, record(ChatId(8), 2)).await;
    append(store, record(CHAT, 2)).await;
    assert!(here[1] < elsewhere);

    assert_eq!(shape(&page(store, CHAT, Cursor::OlderThan(elsewhere), 9).await), (0..2, false, true));
    assert_eq!(shape(&page(store, CHAT, Cursor::NewerThan(elsewhere), 9).await), (2..3, true, false));
    assert_eq!(shape(&page(store, CHAT, Cursor::OlderThan(Seq(u64::MAX)), 9).await), (0..3, false, false));
    assert_eq!(shape(&page(store, CHAT, Cursor::NewerThan(Seq(0)), 9).await), (0..3, false, false));
    let before = page(store, CHAT, Cursor::OlderThan(Seq(0)), 9).await;
    assert_eq!(before, Page { has_newer: true, ..Page::default() });
    let beyond = page(store, CHAT, Cursor::NewerThan(Seq(u64::MAX)), 9).await;
    assert_eq!(beyond, Page { has_older: true, ..Page::default() });
}

async fn appenders_do_not_disturb_each_other(store: &impl Backend) {
    let mut appenders = JoinSet::new();
    for chat in -5..5 {
        let store = store.store().clone();
        appenders.spawn(async move {
            let mut places = Vec::new();
            for minute in 0..20 {
                places.push(store.append(record(ChatId(chat), minute)).await.unwrap());
            }
            places
        });
    }
    let places: BTreeSet<Seq> = appenders.join_all().await.into_iter().flatten().collect();
    assert_eq!(places.len(), 200, "no place is given twice");
    for chat in -5..5 {
        assert_eq!(shape(&page(store, ChatId(chat), Cursor::Newest, 50).await), (0..20, false, false));
    }
}

async fn a_record_is_found_by_its_place(store: &impl Backend) {
    let place = append(store, record(CHAT, 3)).await;
    let get = |chat, seq| History::get(&**store.store(), chat, seq);
    assert_eq!(get(CHAT, place).await, Ok(Some(record(CHAT, 3))));
    assert_eq!(get(ChatId(8), place).await, Ok(None), "a place is one of its own chat");
    assert_eq!(get(CHAT, Seq(place.0 + 1)).await, Ok(None));
}

async fn places_go_on_after_a_restart(store: &mut impl Backend) {
    let first = append(store, record(CHAT, 0)).await;
    store.reopen().await;
    let second = append(store, record(CHAT, 1)).await;
    assert_eq!(store.store().delete(&Deletion::Of(Target::Chat(CHAT)), 9).await, Ok(2));
    store.reopen().await;
    let third = append(store, record(CHAT, 2)).await;
    assert!(first < second && second < third, "not even after all are deleted");
}

/// Four checks that differ in all that is searched for.
fn different() -> [Record; 4] {
    let mut records = [0, 1, 2, 3].map(|minute| record(CHAT, minute));
    records[1].product = "OVO".to_owned();
    records[1].provider = Provider::Ovo;
    records[1].number = CustomerNumber::from_record("081000000001").unwrap();
    records[2].agent = UserId(5);
    records[2].outcome.verdict = Verdict::NotFound;
    records[3].product = "PLN100".to_owned();
    records
}

async fn each_part_of_a_search_must_fit(store: &impl Backend) {
    for record in different() {
        append(store, record).await;
    }
    let all = Search::default();
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (all.clone(), vec![0, 1, 2, 3]),
        (Search { product: text("pln"), ..all.clone() }, vec![0, 2, 3]),
        (Search { product: text("PLN20"), ..all.clone() }, vec![0, 2]),
        (Search { product: text("LN20"), ..all.clone() }, vec![]),
        (Search { product: text("PLN20000000000"), ..all.clone() }, vec![]),
        (Search { provider: Some(Provider::Ovo), ..all.clone() }, vec![1]),
        (Search { name: text("i sant"), ..all.clone() }, vec![0, 1, 3]),
        (Search { name: text("SITI"), ..all.clone() }, vec![]),
        (Search { digits: text("0569"), ..all.clone() }, vec![0, 2, 3]),
        (Search { digits: text("0810"), ..all.clone() }, vec![1]),
        (Search { from: Some(moment(1)), until: Some(moment(3)), ..all.clone() }, vec![1, 2]),
        (Search { agent: Some(UserId(5)), ..all.clone() }, vec![2]),
        (Search { agent: Some(UserId(5)), name: text("budi"), ..all.clone() }, vec![]),
        (Search { product: text("pln20"), digits: text("1111"), until: Some(moment(1)), ..all }, vec![0]),
    ];
    for (search, expected) in cases {
        let page = store.store().find(CHAT, &search, Cursor::Newest, 9).await.unwrap();
        let found: Vec<Record> = page.records.into_iter().rev().map(|(_, record)| record).collect();
        let expected: Vec<Record> = expected.into_iter().map(|number: usize| different()[number].clone()).collect();
        assert_eq!(found, expected, "{search:?}");
        assert!(!page.has_older && !page.has_newer);
        let elsewhere = store.store().find(ChatId(8), &search, Cursor::Newest, 9).await;
        assert_eq!(elsewhere, Ok(Page::default()));
    }
}

async fn what_is_found_is_paged_as_if_there_were_nothing_else(store: &impl Backend) {
    for minute in 0..30 {
        let agent = UserId(minute as u64 % 3);
        append(store, Record { agent, ..record(CHAT, minute) }).await;
    }
    let search = Search { agent: Some(UserId(1)), ..Search::default() };
    let find = async |cursor| store.store().find(CHAT, &search, cursor, 4).await.unwrap();
    let minutes = |page: &Page| page.records.iter().map(|(_, record)| minute(record)).collect::<Vec<_>>();
    let newest = find(Cursor::Newest).await;
    assert_eq!((minutes(&newest), newest.has_older, newest.has_newer), (vec![28, 25, 22, 19], true, false));
    let middle = find(Cursor::OlderThan(last(&newest))).await;
    assert_eq!((minutes(&middle), middle.has_older, middle.has_newer), (vec![16, 13, 10, 7], true, true));
    let oldest = find(Cursor::OlderThan(last(&middle))).await;
    assert_eq!((minutes(&oldest), oldest.has_older, oldest.has_newer), (vec![4, 1], false, true));
    assert_eq!(find(Cursor::NewerThan(first(&oldest))).await, middle);

    let search = Search { among: Some(10), ..search };
    let newest = store.store().find(CHAT, &search, Cursor::Newest, 4).await.unwrap();
    assert_eq!((minutes(&newest), newest.has_older), (vec![28, 25, 22], false), "it looks at no more");
}

async fn all_is_streamed_in_batches(store: &impl Backend) {
    for chat in [9, -3, 7] {
        fill(store, ChatId(chat), 10).await;
    }
    let streamed = async |chat: Option<ChatId>| {
        let (mut after, mut all) = (None, Vec::new());
        loop {
            let batch = store.store().stream(chat, after, 4).await.unwrap();
            assert!(batch.len() <= 4);
            let Some((chat, seq, _)) = batch.last() else { return all };
            after = Some((*chat, *seq));
            all.extend(batch.into_iter().map(|(chat, seq, record)| (chat, seq, minute(&record))));
        }
    };
    let everything = streamed(None).await;
    assert!(everything.is_sorted_by(|(a, b, _), (c, d, _)| (a, b) < (c, d)));
    let chats: Vec<_> = everything.iter().map(|(chat, _, minute)| (chat.0, *minute)).collect();
    let expected = [-3, 7, 9].into_iter().flat_map(|chat| (0..10).map(move |minute| (chat, minute)));
    assert_eq!(chats, expected.collect::<Vec<_>>());
    let of_one: Vec<_> = everything.into_iter().filter(|(chat, ..)| *chat == CHAT).collect();
    assert_eq!(streamed(Some(CHAT)).await, of_one);
    let beyond = store.store().stream(Some(CHAT), Some((ChatId(8), Seq(0))), 9).await;
    assert_eq!(beyond, Ok(Vec::new()));
    let before = store.store().stream(Some(CHAT), Some((ChatId(6), Seq(0))), 99).await.unwrap();
    assert_eq!(before.len(), 10);
}

async fn checks_are_counted_by_day_provider_and_agent(store: &impl Backend) {
    // It is 14:05 in WIB, so that the next day begins before ten hours are over.
    let verdicts = samples::each_verdict();
    for (number, verdict) in verdicts.iter().enumerate() {
        let mut record = samples::with_verdict(CHAT, 60 * number, verdict.clone());
        record.provider = Provider::ALL[number % 2];
        append(store, record).await;
    }
    append(store, Record { agent: UserId(5), ..record(ChatId(8), 1) }).await;
    let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let count = |day, provider, [checks, found, unanswered]: [u64; 3]| {
        let agent = UserId(123_456_789);
        Count { day, provider, agent, checks, found, unanswered }
    };
    // Ten checks end before the next day begins, and every other one is the second provider's.
    let expected = |is_first_day: bool, provider: usize| {
        let of_it = |(number, _): &(usize, &Verdict)| (*number < 10) == is_first_day && number % 2 == provider;
        let those: Vec<&Verdict> = verdicts.iter().enumerate().filter(of_it).map(|(_, verdict)| verdict).collect();
        let is_unanswered = |verdict: &&&Verdict| {
            matches!(verdict, Verdict::ProviderDown | Verdict::ServiceDown | Verdict::NoAnswer | Verdict::Operator(_))
        };
        let found = those.iter().filter(|verdict| matches!(verdict, Verdict::Found(_))).count();
        [those.len(), found, those.iter().filter(is_unanswered).count()].map(|number| number as u64)
    };
    let of_chat = [
        count(day(22), Provider::Pln, expected(true, 0)),
        count(day(22), Provider::Ovo, expected(true, 1)),
        count(day(23), Provider::Pln, expected(false, 0)),
        count(day(23), Provider::Ovo, expected(false, 1)),
    ];
    let counts = async |chat, from, until| store.store().counts(chat, from, until).await.unwrap();
    assert!(verdicts.len() >= 20 && verdicts.len() < 34, "they span two days");
    assert_eq!(counts(Some(CHAT), moment(0), moment(9999)).await, of_chat);
    let of_all = counts(None, moment(0), moment(9999)).await;
    let other = Count { agent: UserId(5), ..count(day(22), Provider::Pln, [1, 1, 0]) };
    assert_eq!(of_all, [vec![other], of_chat.to_vec()].concat());
    let between = counts(Some(CHAT), moment(60), moment(240)).await;
    assert_eq!(
        between.iter().map(|count| count.checks).sum::<u64>(),
        3,
        "the first moment belongs to it, the last not"
    );
}

async fn imported_records_keep_their_places(store: &mut impl Backend) {
    let records: Vec<_> = [(3, 7), (90, 7), (4, 8)]
        .map(|(seq, chat)| (Seq(seq), record(ChatId(chat), usize::try_from(seq).unwrap())))
        .into();
    History::import(&**store.store(), records.clone()).await.unwrap();
    store.reopen().await;
    let streamed = store.store().stream(None, None, 9).await.unwrap();
    let expected = records.into_iter().map(|(seq, record)| (record.chat, seq, record));
    assert_eq!(streamed, expected.collect::<Vec<_>>());
    assert!(append(store, record(ChatId(8), 1)).await > Seq(90));
}

fn first(page: &Page) -> Seq {
    page.records.first().unwrap().0
}

fn last(page: &Page) -> Seq {
    page.records.last().unwrap().0
}

fn minute(record: &Record) -> usize {
    usize::try_from((record.at - moment(0)).num_minutes()).unwrap()
}

/// Which minutes a page of consecutive records covers, and what it says of those around it.
fn shape(page: &Page) -> (std::ops::Range<usize>, bool, bool) {
    let minutes: Vec<usize> = page.records.iter().rev().map(|(_, record)| minute(record)).collect();
    let range = minutes[0]..minutes[0] + minutes.len();
    assert!(minutes.iter().copied().eq(range.clone()), "{minutes:?}");
    (range, page.has_older, page.has_newer)
}
