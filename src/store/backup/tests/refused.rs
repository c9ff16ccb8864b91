//! What is no whole backup, and where none may be restored: nothing is touched.

use super::*;
use crate::store::sled::set_restoring;

#[tokio::test(flavor = "multi_thread")]
async fn any_byte_changed_and_any_cut_is_noticed() {
    let (place, store) = (Place::new(), SledStore::temporary().unwrap());
    let whole = bytes_of(&filled(2).await).await;
    let refused = async |bytes: &[u8]| not_a_backup(restore(&mut place.file(bytes), &store).await);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        refused(&bytes).await;
        refused(&whole[..at]).await;
    }
    refused(&[&whole[..], b"x"].concat()).await;
    assert!(refused(&[&whole[..], &whole].concat()).await.contains("something stands behind its end"));
    let pieces: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for at in 0..pieces.len() {
        let mut others = pieces.clone();
        let piece = others.remove(at);
        refused(&others.concat()).await;
        others.splice(at..at, [piece, piece]);
        refused(&others.concat()).await;
    }
    assert_eq!(lines(&bytes_of(&store).await).len(), 2, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_is_told_so() {
    let (place, store) = (Place::new(), SledStore::temporary().unwrap());
    let what = async |bytes: &[u8]| not_a_backup(restore(&mut place.file(bytes), &store).await);
    assert_eq!(what(b"").await, "it is cut off: its last line is missing");
    assert_eq!(what(b"a letter to somebody\n").await, "line 1: it does not begin as one");
    assert_eq!(what(b"a letter to somebody").await, "line 1: it is cut off or too long");
    let endless = vec![b'x'; usize::try_from(MAX_LINE_LEN).unwrap() + 1];
    assert_eq!(what(&endless).await, "line 1: it is cut off or too long");
    let later = json!({"ceknomor-backup": {"version": 2, "made": "2026-11-22T07:05:06.789Z", "program": "9"}});
    assert_eq!(what(&sealed(&[later])).await, "line 1: it has version 2, this build reads 1");
    let of_directory = restore_dir(&place.path("data"), File::open(&place.0).unwrap()).await;
    assert_eq!(not_a_backup(of_directory), "it is a directory");
    assert!(!place.path("data").exists());
}

/// Whole and sealed, and not what any store could hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_backup_is_refused() {
    let (place, store) = (Place::new(), SledStore::temporary().unwrap());
    let mut whole = lines(&bytes_of(&filled(2).await).await);
    whole.pop();
    assert!(restore(&mut place.file(sealed(&whole)), &SledStore::temporary().unwrap()).await.is_ok());
    let at = |kind: &str| whole.iter().position(|line| line.get(kind).is_some()).unwrap();
    let huge = json!(u64::MAX - 1);
    let cases: [(&str, usize, &str, Value); 9] = [
        ("its place cannot be", at("record"), "/record/0", huge.clone()),
        ("the place of its record cannot be", at("job"), "/job/k/0/1", huge.clone()),
        ("its update cannot be", at("job"), "/job/i", huge.clone()),
        ("its update cannot be", at("job"), "/job/i", json!(4)),
        ("its update cannot be", at("finished"), "/finished", json!(1)),
        ("without the one that cancelled it", at("job") + 1, "/job/x", json!(77)),
        ("a field is missing or holds what it cannot", at("row"), "/row/k", json!("role")),
        ("a field is missing or holds what it cannot", at("record"), "/record/1/n", json!("x")),
        ("a field is missing or holds what it cannot", at("job"), "/job/j", json!("x".repeat(70_000))),
    ];
    for (expected, line, pointer, value) in cases {
        let mut forged = whole.clone();
        *forged[line].pointer_mut(pointer).unwrap() = value;
        let what = not_a_backup(restore(&mut place.file(sealed(&forged)), &store).await);
        assert!(what.contains(expected), "{pointer}: {what}");
    }
    let twice = |line: usize| [&whole[..=line], &whole[line..]].concat();
    for line in [at("record"), at("job"), at("finished"), 0] {
        not_a_backup(restore(&mut place.file(sealed(&twice(line))), &store).await);
    }
    let many = (0..5000).map(|update| json!({"finished": update}));
    let many: Vec<Value> = [whole[0].clone()].into_iter().chain(many).collect();
    assert!(not_a_backup(restore(&mut place.file(sealed(&many)), &store).await).contains("too many"));
    assert_eq!(lines(&bytes_of(&store).await).len(), 2, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_holds_something_is_left_as_it_is() {
    let place = Place::new();
    let backup = bytes_of(&filled(5).await).await;
    let dir = place.path("data");
    let store = SledStore::open(&dir).unwrap();
    store.finish(UpdateId(1)).await.unwrap();
    store.accept(vec![new_job(1)], 9).await.unwrap();
    let before = bytes_of(&store).await;
    let refused = restore(&mut place.file(&backup), &store).await.unwrap_err();
    assert!(refused.to_string().starts_with("the store is not empty; restore into a new data directory"), "{refused}");
    store.close().await.unwrap();
    let refused = restore_dir(&dir, place.file(&backup)).await.unwrap_err();
    assert!(refused.to_string().contains("restore into a new data directory: move the old one aside"), "{refused}");
    assert!(bytes_of(&SledStore::open(&dir).unwrap()).await == before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_cut_off_is_not_taken_for_a_store() {
    let place = Place::new();
    let dir = place.path("data");
    let store = SledStore::open(&dir).unwrap();
    set_restoring(&dir, true).unwrap();
    History::import(&store, vec![(Seq(1), record(ChatId(1), 0))]).await.unwrap();
    drop(store);
    let error = SledStore::open(&dir).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("is not finished"), "{error}");
    let again = restore_dir(&dir, place.file(bytes_of(&filled(1).await).await)).await;
    assert_eq!(again, Err(error));
}
