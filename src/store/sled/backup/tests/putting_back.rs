//! A restore: all comes back, the old is kept, and a crash leaves one of them whole.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::super::super::change::Change;
use super::super::super::database::TreeName;
use super::super::super::manifest::SCHEMA;
use super::super::super::mark::Mark;
use super::super::super::recovery::tests::SmallDisk;
use super::super::super::struck::Struck;
use super::super::super::swap::tests::crashes_after;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_backed_up_comes_back() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let before = held(&dir).await;
    let file = place.path("backup");
    let made = backup(&dir, &file, &clock()).await.unwrap();
    assert_eq!((made.checks, made.choices, made.open), (5, 2, 2));
    assert_eq!(made.at.to_string(), "2026-11-22 14:05:06 +07:00");
    assert_eq!(made.bytes, fs::metadata(&file).unwrap().len());

    let other = place.path("other/data");
    assert_eq!(restore(&other, &file), Ok(Restored { backup: made, before: None }));
    let mut after = held(&other).await;
    // The message that said so may have become the answer since.
    assert_eq!(after.unfinished[1].waiting, None);
    after.unfinished[1].waiting = before.unfinished[1].waiting;
    assert_eq!(after, before);
    let store = SledStore::open(&other).unwrap();
    let again = store.accept([1, 2, 3, 4].map(entry).to_vec()).await;
    assert_eq!(again, Ok(vec![false, false, false, true]), "what it had accepted or finished is known");
    assert_eq!(store.append(record(CHAT, 9), None).await, Ok(Seq(6)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_is_kept_as_it_was() {
    let place = Place::new();
    let file = place.back_up(&place.filled("other", 3).await, "backup").await;
    let dir = place.filled("data", 5).await;
    let before = contents(&dir);
    let restored = restore(&dir, &file).unwrap();
    assert_eq!(held(&dir).await.records.len(), 3);
    let aside = dir.join("before-restore");
    assert_eq!(restored.before.as_ref(), Some(&aside));
    assert!(contents(&aside) == before);
    let mode = fs::metadata(&aside).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700, "it may be moved to where others can look");

    let all = contents(&dir);
    let refused = restore(&dir, &file).unwrap_err().to_string();
    let why = "before-restore still holds what an earlier restore replaced: remove it or move it away";
    assert!(refused.contains(why), "{refused}");
    assert!(contents(&dir) == all);
    assert_eq!(held(&aside).await.records.len(), 5, "it is a data directory itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_bot_had_noted_ends_nothing_of_the_backup() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let file = place.back_up(&dir, "backup").await;
    assert!(Struck::new(&Layout::new(&dir)).note(UpdateId(1)));
    let before = contents(&dir);
    restore(&dir, &file).unwrap();
    assert!(contents(&dir.join("before-restore")) == before);
    let unfinished = held(&dir).await.unfinished;
    assert_eq!(unfinished.iter().map(|entry| entry.update.0).collect::<Vec<_>>(), [1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_kept_too() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let file = place.back_up(&dir, "backup").await;
    for part in ["mark", "store.json", "wal", "archive", "sled/db"] {
        let damaged = place.path(&format!("without-{}", part.replace('/', "-")));
        copy(&dir, &damaged);
        fs::remove_file(damaged.join(part)).unwrap();
        let before = contents(&damaged);
        assert!(matches!(SledStore::open(&damaged).map(|_| ()), Err(Error::Damaged { .. })), "{part}");
        restore(&damaged, &file).unwrap();
        let mut aside = contents(&damaged.join("before-restore"));
        aside.retain(|path, bytes| path.to_str() != Some("mark") || !bytes.is_empty());
        assert!(aside == before, "{part}");
        assert_eq!(held(&damaged).await.records.len(), 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_place_leaves_the_old_or_the_new() {
    let place = Place::new();
    let (old, new) = (place.filled("old", 5).await, place.filled("new", 3).await);
    let file = place.back_up(&new, "backup").await;
    let before = contents(&old);
    let mut crashes = [0, 0];
    for steps in 0.. {
        let dir = place.path(&format!("data-{steps}"));
        copy(&old, &dir);
        if !crashes_after(steps, || restore(&dir, &file)) {
            break;
        }
        let is_decided = dir.join("restored").exists();
        // And another crash, while the next opening goes on with it.
        crashes_after(steps / 2, || SledStore::open(&dir));
        let expected = if is_decided { 3 } else { 5 };
        assert_eq!(held(&dir).await.records.len(), expected, "after {steps} steps");
        let aside = dir.join("before-restore");
        assert!(if is_decided { contents(&aside) == before } else { !aside.exists() }, "after {steps} steps");
        for left_over in ["restored", "restoring"] {
            assert!(!dir.join(left_over).exists(), "{left_over} after {steps} steps");
        }
        crashes[usize::from(is_decided)] += 1;
    }
    assert_eq!(crashes, [1, 13]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_cannot_be_read_is_not_thrown_away() {
    let place = Place::new();
    let file = place.back_up(&place.filled("new", 3).await, "backup").await;
    let dir = place.filled("data", 5).await;
    assert!(crashes_after(1, || restore(&dir, &file)));
    let (mark, kept) = (dir.join("restored/mark"), place.path("mark"));
    fs::rename(&mark, &kept).unwrap();
    fs::create_dir(&mark).unwrap();
    assert!(SledStore::open(&dir).is_err());
    fs::remove_dir(&mark).unwrap();
    fs::rename(&kept, &mark).unwrap();
    assert_eq!(held(&dir).await.records.len(), 3);
}

/// Here a link that leads to itself; in earnest a disk that fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_cannot_be_seen_is_not_thrown_away() {
    let place = Place::new();
    let dir = place.filled("data", 2).await;
    fs::create_dir(dir.join("restored")).unwrap();
    symlink("archive", dir.join("restored/archive")).unwrap();
    assert!(SledStore::open(&dir).is_err());
    assert!(dir.join("restored/archive").symlink_metadata().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_place_of_the_first_restore_leaves_nothing_or_all() {
    let place = Place::new();
    let file = place.back_up(&place.filled("new", 3).await, "backup").await;
    for steps in 0.. {
        let dir = place.path(&format!("data-{steps}"));
        if !crashes_after(steps, || restore(&dir, &file)) {
            assert!(steps > 3);
            break;
        }
        let expected = if dir.join("restored").exists() { 3 } else { 0 };
        assert_eq!(held(&dir).await.records.len(), expected, "after {steps} steps");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_use_is_left_alone() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let file = place.back_up(&dir, "backup").await;
    let store = SledStore::open(&dir).unwrap();
    assert_eq!(restore(&dir, &file), Err(Error::InUse { dir: dir.clone() }));
    store.append(record(CHAT, 5), None).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(held(&dir).await.records.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_all_as_it_was() {
    let Some(small) = SmallDisk::mount() else { return };
    let place = Place::new();
    let file = place.back_up(&place.filled("other", 3).await, "backup").await;
    copy(&place.filled("data", 5).await, &small.data());
    let before = contents(&small.data());
    small.fill();
    let full = restore(&small.data(), &file);
    assert!(matches!(full, Err(Error::Full { .. })), "{full:?}");
    let there = small.data().join("backup");
    let full = backup(&place.path("data"), &there, &clock()).await;
    assert!(matches!(full, Err(Error::Full { .. })), "{full:?}");
    small.empty();
    assert!(contents(&small.data()) == before);
    backup(&place.path("data"), &there, &clock()).await.unwrap();
    restore(&small.data(), &file).unwrap();
    assert_eq!(held(&small.data()).await.records.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn something_else_is_no_place_for_a_restore() {
    let place = Place::new();
    let file = place.back_up(&place.filled("data", 1).await, "backup").await;
    let dir = place.path("photos");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("photo.jpg"), "not ours").unwrap();
    assert_eq!(restore(&dir, &file), Err(Error::Foreign { dir: dir.clone(), found: "photo.jpg".to_owned() }));
    assert_eq!(contents(&dir).len(), 1);
}

/// Writes a backup again, as of another schema, and with its rows changed.
pub(super) fn rewrite(file: &Path, to: &Path, schema: u32, change: impl FnOnce(&mut Vec<Change>, &mut Mark)) {
    let mut rows = Vec::new();
    let all = stream::read(open(file).unwrap(), file, |more| {
        rows.extend(more);
        Ok(())
    });
    let mut mark = all.unwrap().mark;
    change(&mut rows, &mut mark);
    let mut out = stream::Out::begin(File::create(to).unwrap()).unwrap();
    out.about(schema, moment(0)).unwrap();
    out.rows(&rows).unwrap();
    out.end(mark).unwrap();
}

/// As of a build that had no journal, or of one that is to come.
fn of_schema(schema: u32, file: &Path, to: &Path) {
    rewrite(file, to, schema, |rows, mark| {
        rows.retain(|row| row.tree != TreeName::Journal);
        *mark = Mark { accepted: 0, ended: 0, ..*mark };
    });
}

/// What was committed while a backup was made stands in between; before schema 3, ahead of older records too.
#[tokio::test(flavor = "multi_thread")]
async fn rows_may_come_in_any_order_and_more_than_once() {
    let place = Place::new();
    let dir = place.filled("data", 50).await;
    let before = held(&dir).await;
    let (file, other) = (place.back_up(&dir, "backup").await, place.path("other"));
    rewrite(&file, &other, SCHEMA, |rows, _| {
        let history: Vec<Change> = rows.iter().filter(|row| row.tree == TreeName::History).cloned().collect();
        rows.retain(|row| row.tree != TreeName::History);
        rows.extend(history.iter().rev().cloned());
        rows.extend(history);
    });
    restore(&place.path("restored"), &other).unwrap();
    assert_eq!(held(&place.path("restored")).await.records, before.records);
}

/// One that the build before this one made.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_schema_2_comes_back() {
    let place = Place::new();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store/schema-2/backup");
    let dir = place.path("data");
    let restored = restore(&dir, &file).unwrap().backup;
    assert_eq!((restored.checks, restored.choices, restored.open), (31, 2, 2));
    let store = SledStore::open(&dir).unwrap();
    let page = store.page(CHAT, Cursor::Newest, 100).await.unwrap();
    assert!(page.records.iter().map(|(seq, _)| seq.0).eq([31].into_iter().chain((1..=28).rev().step_by(3))));
    let kept = Entry { kept: Some(Seq(31)), ..entry(3) };
    assert_eq!(store.unfinished().await, Ok(vec![entry(1), kept]));
    assert_eq!(store.accept((1..=4).map(entry).collect()).await, Ok(vec![false; 4]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_an_older_schema_is_migrated() {
    let place = Place::new();
    let file = place.back_up(&place.filled("data", 5).await, "backup").await;
    let (older, dir) = (place.path("older"), place.path("restored"));
    of_schema(1, &file, &older);
    restore(&dir, &older).unwrap();
    let manifest = fs::read_to_string(dir.join("store.json")).unwrap();
    assert!(manifest.contains(&format!("\"schema\": {SCHEMA}")), "{manifest}");
    assert!(!dir.join("schema-1").exists(), "the backup is what is kept of it");
    assert!(!dir.join("unpacking").exists());
    let held = held(&dir).await;
    assert_eq!((held.records.len(), held.language, held.unfinished), (5, Some(Language::En), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_newer_schema_is_refused() {
    let place = Place::new();
    let file = place.back_up(&place.filled("data", 1).await, "backup").await;
    let (newer, dir) = (place.path("newer"), place.path("restored"));
    of_schema(SCHEMA + 1, &file, &newer);
    let expected = Error::NewerSchema { dir: newer.clone(), found: SCHEMA + 1, known: SCHEMA };
    assert_eq!(restore(&dir, &newer), Err(expected));
    assert!(!dir.exists());
}
