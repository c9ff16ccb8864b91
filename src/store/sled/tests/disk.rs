//! What becomes of the disk while the store is open: it fills up and is emptied again (a small one of the test's own),
//! or the directory is moved away.

use std::fs::File;
use std::io::Write as _;
use std::process::Command;

use super::*;
use crate::store::samples::{claim, moment, new_job, new_job_of, waiting};
use crate::store::{Retries, Target, forget};
use crate::value::Provider;

/// A disk of 24 MiB in memory, of which the store leaves 16 MiB. Only root may mount one: for others there is nothing
/// to see.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=24m", "ceknomor-test"]).arg(dir.path());
        // Made only where there is something to unmount.
        mount.output().is_ok_and(|mounted| mounted.status.success()).then(|| Self(dir))
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.0.path().join("filler")).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Leaves so many bytes.
    fn leave(&self, room: u64) {
        let free = fs2::available_space(self.0.path()).unwrap();
        let filler = File::options().create(true).append(true).open(self.0.path().join("filler"));
        let filling = vec![0; usize::try_from(free.saturating_sub(room)).unwrap()];
        filler.unwrap().write_all(&filling).unwrap();
    }

    fn empty(&self) {
        // Not by removing it alone: while another test starts a process, that has the file open for a moment, and a
        // removed file that is open still takes its room.
        File::create(self.0.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        assert!(Command::new("umount").arg("--lazy").arg(self.0.path()).status().unwrap().success());
    }
}

fn is_full<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::Full(_))), "{result:?}");
}

/// Appends until the disk is full; gives the places of what was kept.
async fn append_until_full(store: &SledStore) -> Vec<u64> {
    let mut kept = Vec::new();
    loop {
        match store.append(record(CHAT, kept.len() % 1000)).await {
            Ok(seq) => kept.push(seq.0),
            error => {
                is_full(error);
                return kept;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_goes_on_when_a_full_disk_has_room_again() {
    let Some(disk) = SmallDisk::mount() else { return };
    let store = SledStore::open(&disk.data()).unwrap();
    let (mine, gone) = (WorkerId::fresh(), WorkerId::fresh());
    store.accept((1..=4).map(|update| new_job_of(update, update)).collect(), 9).await.unwrap();
    let only = |limit| Claim { limit, retries: vec![(Provider::Pln, Retries::Probe)], ..claim(mine, 1) };
    assert_eq!(store.claim(&only(2)).await.unwrap().0.len(), 2);
    store.reschedule(UpdateId(1), waiting(1)).await.unwrap();
    assert_eq!(store.claim(&Claim { owner: gone, ..only(1) }).await.unwrap().0.len(), 1);
    let language = Row { kind: RowKind::Language, key: "7".to_owned(), value: "en".to_owned(), expires: None };
    store.put(language.clone()).await.unwrap();
    let (before, _) = store.open_jobs().await.unwrap();

    for round in 0..3 {
        disk.fill();
        let kept = append_until_full(&store).await;
        is_full(store.accept(vec![new_job(9)], 9).await);
        is_full(store.claim(&only(9)).await);
        is_full(store.keep(UpdateId(2), 0, record(CHAT, 0)).await);
        is_full(store.finish(UpdateId(2)).await);
        is_full(store.reschedule(UpdateId(2), waiting(1)).await);
        is_full(store.cancel(UpdateId(2), None).await);
        is_full(store.put(Row { value: "id".to_owned(), ..language.clone() }).await);
        let chosen = KeyValue::get(&store, RowKind::Language, "7", moment(0)).await;
        assert_eq!(chosen, Ok(Some("en".to_owned())), "reads go on");

        disk.empty();
        let after = store.append(record(CHAT, 0)).await.unwrap();
        let mut places = Vec::new();
        while let batch = store.stream(Some(CHAT), places.last().map(|seq| (CHAT, Seq(*seq))), 1000).await.unwrap()
            && !batch.is_empty()
        {
            places.extend(batch.into_iter().map(|(_, seq, _)| seq.0));
        }
        assert!(kept.iter().all(|seq| places.contains(seq)), "round {round}: {kept:?} of {places:?}");
        assert_eq!(places.last(), Some(&after.0));
        assert_eq!(store.open_jobs().await.unwrap().0, before, "round {round}");
        assert_eq!(store.load().await, Ok(Load { ready: 2, running: 2, waiting: 0 }), "who has what is known");
        while store.delete(&Deletion::Of(Target::Chat(CHAT)), 1000).await.unwrap() > 0 {}
    }
    store.release(gone).await.unwrap();
    assert_eq!(store.load().await, Ok(Load { ready: 2, running: 1, waiting: 1 }));
    store.close().await.unwrap();
    let store = SledStore::open(&disk.data()).unwrap();
    let accepted = store.accept(vec![new_job(1), new_job(9)], 9).await;
    assert_eq!(accepted, Ok(vec![Accepted::Repeated, Accepted::New]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_deletes_needs_less_room() {
    let Some(disk) = SmallDisk::mount() else { return };
    let store = SledStore::open(&disk.data()).unwrap();
    for minutes in 0..50 {
        store.append(record(CHAT, minutes)).await.unwrap();
    }
    disk.leave(12 * 1024 * 1024);
    is_full(store.append(record(CHAT, 0)).await);
    let forgotten = forget(&store, &store, &Target::Chat(CHAT), moment(100)).await.unwrap();
    assert_eq!(forgotten.records, 50);
    is_full(store.append(record(CHAT, 0)).await);
    disk.leave(4 * 1024 * 1024);
    is_full(store.delete(&Deletion::Of(Target::Chat(CHAT)), 9).await);
    disk.empty();
    store.append(record(CHAT, 0)).await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_written_was_not_done() {
    let Some(disk) = SmallDisk::mount() else { return };
    let store = SledStore::open(&disk.data()).unwrap();
    let jobs: Vec<NewJob> = (0..3000).map(|update| new_job_of(update, update)).collect();
    store.accept(jobs, 9).await.unwrap();
    let claim = |owner| Claim { limit: 9999, ..claim(owner, 0) };
    assert_eq!(store.claim(&claim(WorkerId::fresh())).await.unwrap().0.len(), 3000);
    disk.fill();
    let mut late = 0;
    let waiting = Waiting { last: Some(record(CHAT, 0).outcome), ..waiting(1) };
    while store.reschedule(UpdateId(late), waiting.clone()).await == Ok(true) {
        late += 1;
    }
    assert!(late < 3000, "the disk was never full");
    disk.empty();
    assert_eq!(
        store.claim(&claim(WorkerId::fresh())).await.map(|(jobs, _)| jobs),
        Ok(Vec::new()),
        "the first that failed is claimed as before"
    );
    assert_eq!(store.reschedule(UpdateId(late), waiting).await, Ok(true));
    let load = store.load().await.unwrap();
    assert_eq!((load.ready, load.waiting as u64), (0, late + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_moved_away_takes_nothing_until_it_is_back() {
    let place = tempfile::tempdir().unwrap();
    let [dir, away] = ["data", "away"].map(|name| place.path().join(name));
    let store = SledStore::open(&dir).unwrap();
    store.append(record(CHAT, 0)).await.unwrap();
    let gone = Error::Gone(dir.clone());
    fs::rename(&dir, &away).unwrap();
    assert_eq!(store.append(record(CHAT, 1)).await, Err(gone.clone()));
    assert_eq!(store.claim(&claim(WorkerId::fresh(), 0)).await, Err(gone.clone()), "nothing is begun");
    assert_eq!(places(&store).await, [1], "reads go on");
    // Another store in its place is not taken for it.
    drop(SledStore::open(&dir).unwrap());
    assert_eq!(store.append(record(CHAT, 2)).await, Err(gone));

    fs::remove_dir_all(&dir).unwrap();
    fs::rename(&away, &dir).unwrap();
    store.append(record(CHAT, 3)).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(places(&SledStore::open(&dir).unwrap()).await, [1, 2]);
}

#[test]
fn a_store_is_not_made_where_there_is_no_room() {
    let Some(disk) = SmallDisk::mount() else { return };
    disk.fill();
    is_full(SledStore::open(&disk.data()).map(|_| ()));
    disk.empty();
    SledStore::open(&disk.data()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_there_is_no_room_for_is_not_taken_for_a_store() {
    let Some(disk) = SmallDisk::mount() else { return };
    let full = SledStore::temporary().unwrap();
    let records = (1..=25_000).map(|seq| (Seq(seq), record(CHAT, 0))).collect();
    History::import(&full, records).await.unwrap();
    let mut backup = Vec::new();
    crate::store::backup(&full, moment(0), &mut backup).await.unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&backup).unwrap();
    is_full(crate::store::restore_dir(&disk.data(), file).await);
    let opened = SledStore::open(&disk.data()).map(|_| ());
    assert!(opened.unwrap_err().to_string().contains("is not finished"));
}
