//! What was deleted, taken off or closed since a backup was made is not undone by it.

use chrono::TimeDelta;

use super::*;
use crate::store::forget::DELETIONS_KEPT;
use crate::store::{NewJob, Target, end_jobs, forget};

/// The records of a store, as chat and minute.
async fn kept(store: &SledStore) -> Vec<(i64, i64)> {
    let all = store.stream(None, None, 999).await.unwrap();
    all.into_iter().map(|(chat, _, record)| (chat.0, (record.at - moment(0)).num_minutes())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_does_not_bring_back_what_was_deleted_since() {
    let place = Place::new();
    let (before, after) = (place.path("before"), place.path("after"));
    let store = SledStore::open(&before).unwrap();
    let customer = Row {
        kind: RowKind::Customer,
        key: "9:bu siti".to_owned(),
        value: format!(r#"{{"code":"PLN20","number":"{}"}}"#, record(ChatId(1), 0).number.as_str()),
        expires: None,
    };
    store.put(customer.clone()).await.unwrap();
    for chat in [1, 2] {
        store.append(record(ChatId(chat), 1)).await.unwrap();
    }
    store.accept(vec![NewJob { chat: ChatId(1), ..new_job(1) }], 9).await.unwrap();
    let mut old = Vec::new();
    backup(&store, moment(3), &mut old).await.unwrap();
    assert_eq!(end_jobs(&store, &Target::Chat(ChatId(1))).await, Ok(1));
    forget(&store, &store, &Target::Chat(ChatId(1)), moment(5)).await.unwrap();
    store.append(record(ChatId(1), 9)).await.unwrap();
    let mut new = Vec::new();
    backup(&store, moment(10), &mut new).await.unwrap();
    store.close().await.unwrap();

    // The old backup, into an empty directory with the file of deletions alone.
    fs::create_dir(&after).unwrap();
    fs::copy(before.join("deletions.jsonl"), after.join("deletions.jsonl")).unwrap();
    let restored = restore_dir(&after, place.file(&old)).await.unwrap();
    assert_eq!((restored.left_out.deleted, restored.knows_deletions), (2, true), "a record and a job");
    let store = SledStore::open(&after).unwrap();
    assert_eq!(kept(&store).await, [(2, 1)]);
    assert!(store.open_jobs().await.unwrap().0.is_empty());
    assert_eq!(store.list(RowKind::Customer, None, 9).await, Ok(vec![customer]));
    // What came of it goes on knowing of the deletion.
    let mut again = Vec::new();
    backup(&store, moment(11), &mut again).await.unwrap();
    store.close().await.unwrap();
    for (dir, backup, left_out, expected) in [
        ("elsewhere", &old, 0, vec![(1, 1), (2, 1)]),
        // What is newer than the deletion stays.
        ("newest", &new, 0, vec![(1, 9), (2, 1)]),
        ("again", &again, 0, vec![(2, 1)]),
    ] {
        let dir = place.path(dir);
        let restored = restore_dir(&dir, place.file(backup)).await.unwrap();
        assert_eq!((restored.left_out.deleted, restored.knows_deletions), (left_out, false));
        let store = SledStore::open(&dir).unwrap();
        assert_eq!(kept(&store).await, expected, "{}", dir.display());
        store.close().await.unwrap();
    }

    // A number, of which the file says nothing that can be read.
    let store = SledStore::open(&after).unwrap();
    let number = record(ChatId(1), 0).number;
    forget(&store, &store, &Target::Number(number.clone()), moment(20)).await.unwrap();
    assert!(kept(&store).await.is_empty() && store.list(RowKind::Customer, None, 9).await.unwrap().is_empty());
    store.close().await.unwrap();
    let noted = fs::read_to_string(after.join("deletions.jsonl")).unwrap();
    assert!(noted.lines().count() == 2 && !noted.contains(number.as_str()), "{noted}");
    let last = place.path("last");
    fs::create_dir(&last).unwrap();
    fs::write(last.join("deletions.jsonl"), noted).unwrap();
    assert_eq!(restore_dir(&last, place.file(&new)).await.unwrap().left_out.deleted, 3, "two records and a customer");
    assert!(kept(&SledStore::open(&last).unwrap()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_of_deletions_is_told_and_nothing_is_restored() {
    let place = Place::new();
    let mut file = Vec::new();
    backup(&filled(3).await, moment(3), &mut file).await.unwrap();
    let dir = place.path("data");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("deletions.jsonl"), "{\"t\":5,\n").unwrap();
    let error = restore_dir(&dir, place.file(&file)).await.unwrap_err();
    assert!(error.to_string().contains("deletions.jsonl"), "{error}");
    assert!(!dir.join("store.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_line_that_was_cut_off_is_passed_over_and_written_over() {
    let place = Place::new();
    let mut file = Vec::new();
    backup(&filled(3).await, moment(3), &mut file).await.unwrap();
    let dir = place.path("data");
    let whole = "{\"row\":{\"k\":\"deletion\",\"i\":\"chat:9\",\"v\":\"{\\\"t\\\":5,\\\"chat\\\":9}\"}}\n";
    fs::create_dir(&dir).unwrap();
    for noted in [format!("{whole}{{\"row\":{{\"k"), whole.trim_end().to_owned()] {
        fs::write(dir.join("deletions.jsonl"), noted).unwrap();
        assert!(restore_dir(&dir, place.file(&file)).await.unwrap().knows_deletions);
        let store = SledStore::open(&dir).unwrap();
        forget(&store, &store, &Target::Chat(ChatId(8)), moment(9)).await.unwrap();
        store.close().await.unwrap();
        let noted = fs::read_to_string(dir.join("deletions.jsonl")).unwrap();
        assert!(noted.starts_with(whole) && noted.lines().count() == 2 && noted.ends_with("}\n"), "{noted}");
        for made in ["sled", "store.json"].map(|name| dir.join(name)) {
            if made.is_dir() { fs::remove_dir_all(made).unwrap() } else { fs::remove_file(made).unwrap() }
        }
    }
}

fn row(kind: RowKind, key: &str, value: &str) -> Row {
    Row { kind, key: key.to_owned(), value: value.to_owned(), expires: None }
}

/// A person or a group that is so since then.
fn since(kind: RowKind, key: &str, state: &str, at: u64) -> Row {
    row(kind, key, &format!("{{\"s\":\"{state}\",\"t\":{at}}}"))
}

/// Restores a backup into a new directory that has the notes of `before`.
async fn restore_with_notes(place: &Place, before: &str, backup: &[u8], after: &str) -> (Restored, SledStore) {
    let dir = place.path(after);
    fs::create_dir(&dir).unwrap();
    fs::copy(place.path(before).join("deletions.jsonl"), dir.join("deletions.jsonl")).unwrap();
    (restore_dir(&dir, place.file(backup)).await.unwrap(), SledStore::open(&dir).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_owners_took_off_since_is_not_let_in_by_a_backup() {
    let place = Place::new();
    let person = |key, standing, at| since(RowKind::Person, key, standing, at);
    let store = SledStore::open(&place.path("before")).unwrap();
    for row in [
        person("7", "agent", 1),
        person("8", "agent", 1),
        person("9", "agent", 5),
        row(RowKind::Invite, "abc", "{}"),
        row(RowKind::AccessRequest, "4", "{}"),
        row(RowKind::Counter, "guard:7:0:hash", "1"),
    ] {
        store.put(row).await.unwrap();
    }
    let night = bytes_of(&store).await;
    assert!(!String::from_utf8_lossy(&night).contains("guard:7"));
    let now = moment(0);
    store.put(person("7", "blocked", 2)).await.unwrap();
    let was = person("8", "agent", 1).value;
    assert_eq!(store.put_if(person("8", "guest", 2), Some("other"), now).await, Ok(false));
    assert_eq!(store.put_if(person("8", "guest", 3), Some(&was), now).await, Ok(true));
    store.put(person("10", "blocked", 3)).await.unwrap();
    store.close().await.unwrap();

    let (restored, store) = restore_with_notes(&place, "before", &night, "after").await;
    assert_eq!(restored.left_out, LeftOut { deleted: 0, doors: 2 });
    let expected = [("10", "blocked", 3), ("7", "blocked", 2), ("8", "guest", 3), ("9", "agent", 5)];
    let expected = expected.map(|(key, standing, at)| person(key, standing, at));
    assert_eq!(store.list(RowKind::Person, None, 9).await, Ok(expected.to_vec()));
    for kind in [RowKind::Invite, RowKind::AccessRequest, RowKind::Counter] {
        assert_eq!(store.list(kind, None, 9).await, Ok(vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_was_closed_and_a_pause_are_not_undone_by_a_backup() {
    let place = Place::new();
    let group = |key, state, at| since(RowKind::Group, key, state, at);
    let pause = |key, minutes| Row { expires: Some(moment(minutes)), ..row(RowKind::Pause, key, "{\"g\":true}") };
    let store = SledStore::open(&place.path("before")).unwrap();
    for row in [group("-1", "active", 1), group("-2", "active", 1), group("-3", "active", 1), pause("7", 9)] {
        store.put(row).await.unwrap();
    }
    let night = bytes_of(&store).await;
    store.put(group("-1", "closed", 2)).await.unwrap();
    assert_eq!(store.remove(RowKind::Group, "-2").await, Ok(true));
    assert_eq!(store.remove(RowKind::Pause, "7").await, Ok(true));
    store.put(pause("8", 9)).await.unwrap();
    store.close().await.unwrap();

    // Twice: what comes of a restore knows it, too.
    for (before, after) in [("before", "after"), ("after", "again")] {
        let (_, store) = restore_with_notes(&place, before, &night, after).await;
        let groups = vec![group("-1", "closed", 2), group("-3", "active", 1)];
        assert_eq!(store.list(RowKind::Group, None, 9).await, Ok(groups));
        assert_eq!(store.list(RowKind::Pause, None, 9).await, Ok(vec![pause("8", 9)]));
        store.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_that_say_nothing_any_more_are_dropped_when_the_store_is_opened() {
    let place = Place::new();
    let dir = place.path("before");
    let noted = || fs::read_to_string(dir.join("deletions.jsonl")).unwrap();
    let store = SledStore::open(&dir).unwrap();
    for chat in 1..=4 {
        store.append(record(ChatId(chat), 0)).await.unwrap();
    }
    let old = bytes_of(&store).await;
    let delete = async |chat, at| forget(&store, &store, &Target::Chat(ChatId(chat)), at).await.unwrap();
    let last = moment(9) + DELETIONS_KEPT;
    delete(1, moment(9)).await;
    delete(2, moment(9) + TimeDelta::milliseconds(1)).await;
    for at in 0..20 {
        store.put(since(RowKind::Person, "7", "guest", at)).await.unwrap();
        delete(3, last).await;
    }
    let kept_in_store = store.list(RowKind::Deletion, None, 9).await.unwrap().len();
    assert_eq!((noted().lines().count(), kept_in_store), (42, 3));
    assert_eq!(store.purge(last, 9).await, Ok(1), "the store does not know it for longer either");
    store.close().await.unwrap();

    SledStore::open(&dir).unwrap().close().await.unwrap();
    let lines = noted();
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(!lines.contains("chat:1") && lines.contains("\\\"t\\\":19"), "{lines}");
    assert_eq!(fs::metadata(dir.join("deletions.jsonl")).unwrap().permissions().mode() & 0o777, 0o600);
    SledStore::open(&dir).unwrap().close().await.unwrap();
    assert_eq!(noted(), lines, "what still says something stays");
    let (_, store) = restore_with_notes(&place, "before", &old, "after").await;
    assert_eq!(kept(&store).await, [(1, 0), (4, 0)]);
}
