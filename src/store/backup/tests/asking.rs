//! A bot that has a data directory open is asked for a backup of it.

use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

use super::super::control::address;
use super::*;
use crate::clock::FixedClock;

fn serve(store: &SledStore) -> BackupService {
    store.serve_backups(Arc::new(FixedClock::at(moment(0)))).unwrap()
}

/// A data directory with as many records, and its store.
async fn data(place: &Place, name: &str, records: usize) -> (PathBuf, SledStore) {
    let dir = place.path(name);
    let store = SledStore::open(&dir).unwrap();
    fill(&store, records).await;
    (dir, store)
}

async fn ask(dir: &Path) -> Result<u64, Error> {
    let mut bytes = Vec::new();
    let summary = backup_dir(dir, moment(0), &mut bytes).await?;
    let mut file = tempfile::tempfile().unwrap();
    io::Write::write_all(&mut file, &bytes).unwrap();
    assert_eq!(verify(&mut file), Ok((summary, Vec::new())));
    Ok(summary.counts.records)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_store_is_backed_up_and_goes_on() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    let service = serve(&store);
    let socket = fs::metadata(dir.join("control")).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    assert_eq!(ask(&dir).await, Ok(6));
    store.append(record(ChatId(1), 5)).await.unwrap();
    assert_eq!(ask(&dir).await, Ok(7));
    drop(service);
    assert!(!dir.join("control").exists());
    store.close().await.unwrap();
    assert_eq!(ask(&dir).await, Ok(7), "a stopped one too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_a_killed_bot_left_does_no_harm() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    store.close().await.unwrap();
    drop(UnixListener::bind(address(&dir).unwrap().0).unwrap());
    assert_eq!(ask(&dir).await, Ok(6));
    let store = SledStore::open(&dir).unwrap();
    let _service = serve(&store);
    assert_eq!(ask(&dir).await, Ok(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_may_lie_deeper_than_a_sockets_path_may_be_long() {
    let place = Place::new();
    let (dir, store) = data(&place, &format!("{}/data", "d".repeat(120)), 5).await;
    let _service = serve(&store);
    assert_eq!(ask(&dir).await, Ok(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_something_else_gets_nothing() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    let _service = serve(&store);
    let mut client = UnixStream::connect(address(&dir).unwrap().0).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    // A reset is as good as an end.
    let _ = client.read_to_end(&mut said).await;
    assert_eq!(said, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_beside_too_many_others_gets_nothing() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    let _service = serve(&store);
    let (path, _open) = address(&dir).unwrap();
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(UnixStream::connect(&path).await.unwrap());
    }
    assert!(matches!(ask(&dir).await, Err(Error::NoBackup(_))));
    drop(silent);
    // They are gone once the bot has seen it.
    while ask(&dir).await.is_err() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_just_starting_is_waited_for() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    let asked = tokio::spawn(async move { ask(&dir).await });
    tokio::task::yield_now().await;
    let _service = serve(&store);
    assert_eq!(asked.await.unwrap(), Ok(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_ends_in_the_midst_of_it_gives_no_backup() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 300).await;
    let whole = bytes_of(&store).await;
    for sent in [0, 8, 100, whole.len() - 1] {
        let bot = UnixListener::bind(address(&dir).unwrap().0).unwrap();
        let part = whole[..sent].to_vec();
        let ending = tokio::spawn(async move {
            let (mut client, _) = bot.accept().await.unwrap();
            client.read_exact(&mut [0; 7]).await.unwrap();
            client.write_all(&part).await.unwrap();
        });
        let error = ask(&dir).await.unwrap_err();
        assert!(matches!(error, Error::NoBackup(_)), "{sent}: {error:?}");
        ending.await.unwrap();
        fs::remove_file(dir.join("control")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_kept_nothing_is_made() {
    let place = Place::new();
    fs::create_dir(place.path("empty")).unwrap();
    for name in ["nowhere", "empty"] {
        let error = ask(&place.path(name)).await.unwrap_err();
        assert!(error.to_string().contains("set CEKNOMOR_DATA_DIR"), "{name}: {error}");
    }
    assert!(!place.path("nowhere").exists());
    assert_eq!(fs::read_dir(place.path("empty")).unwrap().count(), 0);
}
