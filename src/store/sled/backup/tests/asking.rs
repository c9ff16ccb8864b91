//! Asking a store that is open for a backup, and the file that comes of it.

use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;

use super::super::control::Address;
use super::*;

fn serve(store: &SledStore) -> Backups {
    store.serve_backups(Arc::new(clock())).unwrap()
}

/// Where the bot of a data directory is asked, however deep the temporary directory lies.
fn socket_of(dir: &Path) -> Address {
    Address::of(&Layout::new(dir)).unwrap()
}

/// Backs up as another process does, off the runtime that serves.
async fn ask(dir: &Path, file: &Path) -> Result<Summary, Error> {
    let (dir, file) = (dir.to_owned(), file.to_owned());
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(backup(&dir, &file, &clock()))).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_store_is_backed_up_and_goes_on() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let store = SledStore::open(&dir).unwrap();
    let backups = serve(&store);
    let socket = fs::metadata(dir.join("control")).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    let file = place.path("backup");
    assert_eq!(ask(&dir, &file).await.unwrap().checks, 5);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!place.path("backup.part").exists());
    store.append(record(CHAT, 5), None).await.unwrap();
    assert_eq!(ask(&dir, &place.path("later")).await.unwrap().checks, 6);

    drop(backups);
    assert!(!dir.join("control").exists());
    store.close().await.unwrap();
    restore(&place.path("restored"), &file).unwrap();
    assert_eq!(held(&place.path("restored")).await.records.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_a_killed_bot_left_stands_in_nobodys_way() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    drop(UnixListener::bind(&socket_of(&dir).path).unwrap());
    assert_eq!(ask(&dir, &place.path("stopped")).await.unwrap().checks, 5);
    let store = SledStore::open(&dir).unwrap();
    let _backups = serve(&store);
    assert_eq!(ask(&dir, &place.path("running")).await.unwrap().checks, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_may_lie_deeper_than_a_sockets_path_may_be_long() {
    let place = Place::new();
    let deep = "d".repeat(120);
    fs::create_dir(place.path(&deep)).unwrap();
    let dir = place.filled(&format!("{deep}/data"), 5).await;
    let store = SledStore::open(&dir).unwrap();
    let _backups = serve(&store);
    assert_eq!(ask(&dir, &place.path("backup")).await.unwrap().checks, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_one_is_made_another_is_refused() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let store = SledStore::open(&dir).unwrap();
    let _backups = serve(&store);
    let first = store.0.writer.tee().await.unwrap();
    let error = ask(&dir, &place.path("second")).await.unwrap_err().to_string();
    assert!(error.contains("another is under way"), "{error}");
    assert!(!place.path("second").exists() && !place.path("second.part").exists());
    drop(first);
    ask(&dir, &place.path("second")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_something_else_gets_nothing() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let store = SledStore::open(&dir).unwrap();
    let _backups = serve(&store);
    let said = tokio::task::spawn_blocking(move || {
        let mut client = UnixStream::connect(&socket_of(&dir).path).unwrap();
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut said = Vec::new();
        // A reset is as good as an end.
        let _ = client.read_to_end(&mut said);
        said
    });
    assert_eq!(said.await.unwrap(), b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_beside_too_many_others_gets_nothing() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let store = SledStore::open(&dir).unwrap();
    let _backups = serve(&store);
    let silent: Vec<_> = (0..4).map(|_| UnixStream::connect(&socket_of(&dir).path).unwrap()).collect();
    let error = ask(&dir, &place.path("backup")).await.unwrap_err();
    assert!(matches!(error, Error::NoBackup { .. }), "{error:?}");
    drop(silent);
    // They are gone once the bot has seen it.
    while ask(&dir, &place.path("backup")).await.is_err() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_just_starting_is_waited_for() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let store = SledStore::open(&dir).unwrap();
    let asked = {
        let (dir, file) = (dir.clone(), place.path("backup"));
        tokio::spawn(async move { ask(&dir, &file).await })
    };
    // From here on it looks for the bot.
    while !place.path("backup.part").exists() {
        tokio::task::yield_now().await;
    }
    let _backups = serve(&store);
    assert_eq!(asked.await.unwrap().unwrap().checks, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_ends_in_the_midst_of_it_leaves_no_file() {
    let place = Place::new();
    let dir = place.filled("data", 300).await;
    let whole = fs::read(place.back_up(&dir, "whole").await).unwrap();
    for sent in [0, 8, 100, whole.len() - 1] {
        let _ = fs::remove_file(dir.join("control"));
        let bot = UnixListener::bind(&socket_of(&dir).path).unwrap();
        let part = whole[..sent].to_vec();
        let ending = std::thread::spawn(move || {
            let (mut client, _) = bot.accept().unwrap();
            client.read_exact(&mut [0; 7]).unwrap();
            client.write_all(&part).unwrap();
        });
        let error = ask(&dir, &place.path("backup")).await.unwrap_err();
        assert!(matches!(error, Error::NoBackup { .. }), "{sent}: {error:?}");
        assert!(!place.path("backup").exists() && !place.path("backup.part").exists());
        ending.join().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_closed_meanwhile_ends_its_backups() {
    let place = Place::new();
    let store = SledStore::open(&place.filled("data", 5).await).unwrap();
    let tee = store.0.writer.tee().await.unwrap();
    let source = Source { dir: place.path("data"), readers: store.0.readers.clone(), tee };
    store.close().await.unwrap();
    let file = place.path("backup");
    let ended = dump::write(Ok(source), moment(0), File::create(&file).unwrap(), &file);
    assert_eq!(ended, Err(Error::Closed));
    assert!(matches!(examine(&file).map(|_| ()), Err(Error::NoBackup { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_file_is_never_overwritten() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let file = place.path("backup");
    fs::write(&file, "the only copy").unwrap();
    assert_eq!(ask(&dir, &file).await, Err(Error::Exists { path: file.clone() }));
    assert_eq!(fs::read_to_string(&file).unwrap(), "the only copy");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_backup_left_makes_room_and_anything_else_stays() {
    let place = Place::new();
    let dir = place.filled("data", 5).await;
    let (file, part) = (place.path("backup"), place.path("backup.part"));
    fs::write(&part, "a letter to somebody").unwrap();
    assert_eq!(ask(&dir, &file).await, Err(Error::Exists { path: part.clone() }));
    assert_eq!(fs::read_to_string(&part).unwrap(), "a letter to somebody");
    for left in ["", "ceknoBAK and half of it"] {
        fs::write(&part, left).unwrap();
        ask(&dir, &file).await.unwrap();
        assert!(!part.exists());
        fs::remove_file(&file).unwrap();
    }
    // One that was killed at the very end, when it had both names, and was then moved away.
    ask(&dir, &part).await.unwrap();
    fs::hard_link(&part, place.path("moved")).unwrap();
    ask(&dir, &file).await.unwrap();
    assert_eq!(examine(&place.path("moved")).unwrap().mark.history, 5);
}

#[test]
fn two_backups_to_one_file_do_not_disturb_each_other() {
    let place = Place::new();
    let (file, part) = (place.path("backup"), place.path("backup.part"));
    let first = Part::create(&file).unwrap();
    let refused = Part::create(&file).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("another backup is writing"), "{refused}");
    assert!(part.exists());
    drop(first);
    assert!(!part.exists());
    Part::create(&file).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_the_name_meanwhile_keeps_it() {
    let place = Place::new();
    let whole = fs::read(place.back_up(&place.filled("data", 5).await, "whole").await).unwrap();
    let file = place.path("backup");
    let part = Part::create(&file).unwrap();
    part.receive(&whole[..]).unwrap();
    fs::write(&file, "the only copy").unwrap();
    assert_eq!(part.keep(), Err(Error::Exists { path: file.clone() }));
    assert_eq!(fs::read_to_string(&file).unwrap(), "the only copy");
    assert!(!place.path("backup.part").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_kept_nothing_is_made() {
    let place = Place::new();
    let file = place.path("backup");
    fs::create_dir(place.path("empty")).unwrap();
    for name in ["nowhere", "empty"] {
        let error = ask(&place.path(name), &file).await.unwrap_err();
        assert!(matches!(error, Error::NoBackup { .. }), "{name}: {error:?}");
    }
    assert!(!file.exists() && !place.path("nowhere").exists());
    assert_eq!(fs::read_dir(place.path("empty")).unwrap().count(), 0);
    let dir = place.filled("data", 1).await;
    let error = ask(&dir, &place.path("nowhere/backup")).await.unwrap_err();
    let expected = format!("the directory {} does not exist: make it first", place.path("nowhere").display());
    assert!(error.to_string().contains(&expected), "{error}");
}
