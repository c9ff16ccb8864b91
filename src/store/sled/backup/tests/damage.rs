//! A file that is not exactly what was written is refused before anything is touched.

use super::super::super::change::Change;
use super::super::super::database::TreeName;
use super::super::super::manifest::SCHEMA;
use super::super::super::mark::Mark;
use super::putting_back::rewrite;
use super::*;
use crate::store::key;

#[tokio::test(flavor = "multi_thread")]
async fn any_byte_changed_and_any_cut_is_noticed() {
    let place = Place::new();
    let dir = place.filled("data", 2).await;
    let whole = fs::read(place.back_up(&dir, "backup").await).unwrap();
    let (file, before) = (place.path("damaged"), contents(&dir));
    let refused = |bytes: &[u8], how: &str| {
        fs::write(&file, bytes).unwrap();
        let error = restore(&dir, &file).unwrap_err();
        assert!(matches!(error, Error::NotABackup { .. }), "{how}: {error:?}");
    };
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        refused(&bytes, &format!("byte {at}"));
        refused(&whole[..at], &format!("cut at {at}"));
    }
    refused(&[&whole[..], b"x"].concat(), "one byte more");
    refused(&[&whole[..], &whole].concat(), "twice");
    assert!(contents(&dir) == before);
    fs::write(&file, &whole).unwrap();
    restore(&dir, &file).unwrap();
}

/// The pieces of a backup, each with its checksum; the first with the head before it.
fn pieces(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut before = 8;
    while !bytes.is_empty() {
        let size = u32::from_be_bytes(*bytes[before..].first_chunk().unwrap()) as usize;
        let (piece, rest) = bytes.split_at(before + 4 + size + 4);
        pieces.push(piece);
        (bytes, before) = (rest, 0);
    }
    pieces
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_left_out_doubled_or_moved_is_noticed() {
    let place = Place::new();
    let whole = fs::read(place.back_up(&place.filled("data", 300).await, "backup").await).unwrap();
    let (file, pieces) = (place.path("damaged"), pieces(&whole));
    assert!(pieces.len() >= 5, "{}", pieces.len());
    let refused = |pieces: &[&[u8]]| {
        fs::write(&file, pieces.concat()).unwrap();
        matches!(examine(&file).map(|_| ()), Err(Error::NotABackup { .. }))
    };
    for at in 1..pieces.len() {
        let mut others = pieces.clone();
        let piece = others.remove(at);
        assert!(refused(&others), "{at} left out");
        others.splice(at..at, [piece, piece]);
        assert!(refused(&others), "{at} doubled");
        let mut others = pieces.clone();
        others.swap(1, at);
        assert!(refused(&others) || at == 1, "{at} moved");
    }
}

/// Rows and a mark that do not belong together, all checksums in order.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_does_not_hold_what_it_counts_is_refused() {
    let place = Place::new();
    let dir = place.filled("data", 2).await;
    let file = place.back_up(&dir, "backup").await;
    let (mut rows, before) = (Vec::new(), contents(&dir));
    let mark = stream::read(open(&file).unwrap(), &file, |more| {
        rows.extend(more);
        Ok(())
    });
    let mark = mark.unwrap().mark;
    let counted = rows.iter().filter(|row| row.tree != TreeName::Journal).count();
    assert_eq!(counted, 4);
    for missing in 0..counted {
        let mut some = rows.clone();
        some.remove(missing);
        let mut out = stream::Out::begin(File::create(&file).unwrap()).unwrap();
        out.about(SCHEMA, moment(0)).unwrap();
        out.rows(&some).unwrap();
        out.end(mark).unwrap();
        let what = "it does not hold what it counts";
        assert_eq!(restore(&dir, &file), Err(Error::NotABackup { file: file.clone(), what }), "row {missing}");
    }
    assert!(contents(&dir) == before);
}

/// All checksums in order again.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_whose_numbers_leave_no_room_to_count_on_is_refused() {
    let place = Place::new();
    let dir = place.filled("data", 2).await;
    let (file, forged) = (place.back_up(&dir, "backup").await, place.path("forged"));
    let before = contents(&dir);
    let row = |tree, key: Vec<u8>, value: &[u8]| Change { tree, key, value: Some(value.to_vec()) };
    let forgeries: [(&str, Forgery); 4] = [
        ("the last place", &|_, mark| mark.last = u64::MAX),
        ("a record's place", &|rows, mark| {
            rows.push(row(TreeName::History, key::of_record(CHAT, Seq(u64::MAX)).to_vec(), b"{}"));
            (mark.last, mark.history) = (u64::MAX, mark.history + 1);
        }),
        ("accepted", &|rows, _| rows.push(row(TreeName::Journal, key::of_entry(u64::MAX, UpdateId(9)), b"{}"))),
        ("ended", &|rows, _| {
            let finished = key::finished_value(u64::MAX, UpdateId(9));
            rows.push(row(TreeName::Journal, key::of_finished(9), &finished));
        }),
    ];
    for (name, forgery) in forgeries {
        rewrite(&file, &forged, SCHEMA, forgery);
        let refused = restore(&dir, &forged).unwrap_err();
        assert!(matches!(refused, Error::NotABackup { .. }), "{name}: {refused:?}");
        assert!(contents(&dir) == before, "{name}");
    }
}

/// A change of a backup's rows and of what it counts.
type Forgery<'a> = &'a dyn Fn(&mut Vec<Change>, &mut Mark);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_is_told_so() {
    let place = Place::new();
    let dir = place.filled("data", 1).await;
    let not_a_backup = |name: &str| restore(&dir, &place.path(name)).unwrap_err().to_string();
    assert!(not_a_backup("nowhere").contains("there is no file "));
    assert!(not_a_backup("data").contains("is a directory: name the backup file"));
    fs::write(place.path("text"), "a letter to somebody").unwrap();
    assert!(not_a_backup("text").contains("it does not begin as one"));
    fs::write(place.path("empty"), "").unwrap();
    assert!(not_a_backup("empty").contains("it is cut off"));
    let given_up = stream::Out::begin(File::create(place.path("given up")).unwrap()).unwrap();
    given_up.give_up("no \x1b[2Jmore\n").unwrap();
    assert_eq!(not_a_backup("given up"), "no backup was made (no [2Jmore)");
}
