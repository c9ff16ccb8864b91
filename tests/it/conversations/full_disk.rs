//! Nothing can be written down: nothing is begun that could be lost, everyone is told so, and it passes by itself.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use ceknomor::{
    app::Stores,
    store::{Entry, Error, Journal, MemoryStore, Preferences, Waiting},
    value::{ChatId, Language, UpdateId},
};

use super::{ask, body, first_of_two_pages};
use crate::{bot_api::Gate, scene::Scene};

/// A journal that may be on a full disk, or on a slow one.
#[derive(Default)]
struct Disk {
    journal: Arc<MemoryStore>,
    is_full: AtomicBool,
    is_slow: AtomicBool,
    /// How many were ended that were never accepted.
    ended_unaccepted: AtomicUsize,
    synced: Gate,
}

impl Disk {
    fn room(&self) -> Result<(), Error> {
        if self.is_full.load(Ordering::Relaxed) { Err(Error::Full { dir: PathBuf::from("data") }) } else { Ok(()) }
    }
}

#[async_trait]
impl Journal for Disk {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<bool>, Error> {
        self.room()?;
        self.journal.accept(entries).await
    }

    async fn secure(&self) -> Result<(), Error> {
        if self.is_slow.load(Ordering::Relaxed) {
            self.synced.pass().await;
        }
        self.journal.secure().await
    }

    async fn wait(&self, update: UpdateId, waiting: Waiting) -> Result<(), Error> {
        self.room()?;
        self.journal.wait(update, waiting).await
    }

    async fn finish(&self, update: UpdateId) -> Result<(), Error> {
        if self.journal.unfinished().await?.iter().all(|entry| entry.update != update) {
            self.ended_unaccepted.fetch_add(1, Ordering::Relaxed);
        }
        self.room()?;
        self.journal.finish(update).await
    }

    async fn unfinished(&self) -> Result<Vec<Entry>, Error> {
        self.journal.unfinished().await
    }
}

#[async_trait]
impl Preferences for Disk {
    async fn language(&self, chat: ChatId) -> Result<Option<Language>, Error> {
        self.journal.language(chat).await
    }

    async fn set_language(&self, chat: ChatId, language: Language) -> Result<(), Error> {
        self.room()?;
        self.journal.set_language(chat, language).await
    }

    async fn origin(&self, chat: ChatId) -> Result<Option<ChatId>, Error> {
        self.journal.origin(chat).await
    }

    async fn set_origin(&self, new: ChatId, old: ChatId) -> Result<(), Error> {
        self.room()?;
        self.journal.set_origin(new, old).await
    }
}

const FULL: &str = "😔 Maaf, bot sedang tidak bisa menerima cek baru. Coba lagi beberapa menit lagi.";

#[tokio::test]
async fn a_full_disk_is_told_and_passes() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Sari").in_private();
    let (budi, user) = (scene.agent("Budi").in_private(), scene.agent("Dewi"));
    let dewi = user.in_private();
    let disk = Arc::new(Disk::default());
    let store = disk.journal.clone();
    let bot = scene.start_with(Stores { history: store.clone(), preferences: store, journal: disk.clone() });
    ask(&owner, "/id").await;
    let history = first_of_two_pages(&dewi).await;
    let asked = scene.klikoo.calls().inquiries;

    disk.is_full.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        assert_eq!(ask(&budi, "/cek PLN20 01105691111").await.text(), FULL);
    }
    let alert = owner.reply().await;
    assert!(alert.text().starts_with("💾 Penyimpanan bot bermasalah; cek baru ditolak sampai beres."), "{alert:?}");
    assert_eq!(scene.klikoo.calls().inquiries, asked, "nothing was begun");
    assert_eq!(ask(&budi, "/bahasa en").await.text(), FULL);
    // What keeps nothing is answered, and a press turns the page.
    assert!(ask(&budi, "/produk maxim").await.text().contains("MAX5000"));
    assert!(ask(&dewi, "/riwayat").await.text().contains("Riwayat"));
    history.press("Lebih lama ▶", &user).await;
    assert!(history.edited().await.text().contains("Riwayat"));

    disk.is_full.store(false, Ordering::Relaxed);
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    owner.silence_until("/id").await;
    scene.end(bot).await;
    assert_eq!(disk.ended_unaccepted.load(Ordering::Relaxed), 0, "the journal knows nothing of what it did not take");
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_on_a_full_disk_is_followed() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.group("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let disk = Arc::new(Disk::default());
    let stores = || Stores { history: disk.journal.clone(), preferences: disk.clone(), journal: disk.clone() };
    let bot = scene.start_with(stores());
    ask(&budi.in_group(&group), "/cek PLN20 00000000002").await;
    disk.is_full.store(true, Ordering::Relaxed);
    let talk = budi.in_group(&group.becomes_supergroup());
    assert!(ask(&talk, "/riwayat").await.text().contains("SITI MISALNYA"));

    // What could not be kept is kept with the next question, for all starts to come.
    disk.is_full.store(false, Ordering::Relaxed);
    ask(&talk, "/id").await;
    scene.telegram.all_confirmed().await;
    bot.stop().await;
    let bot = scene.start_with(stores());
    assert!(ask(&talk, "/riwayat").await.text().contains("SITI MISALNYA"));
    scene.end(bot).await;
}

#[tokio::test]
async fn what_was_answered_on_a_full_disk_is_not_answered_again_after_it() {
    let mut scene = Scene::new().await;
    let budi = scene.agent("Budi").in_private();
    let disk = Arc::new(Disk::default());
    let store = disk.journal.clone();
    let stores = || Stores { history: store.clone(), preferences: store.clone(), journal: disk.clone() };
    let bot = scene.start_with(stores());
    scene.klikoo.hold();
    let asked = budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    disk.is_full.store(true, Ordering::Relaxed);
    scene.klikoo.release();
    assert!(budi.reply().await.answers(&asked));
    assert_eq!(ask(&budi, "/cek PLN20 00000000002").await.text(), FULL);

    disk.is_full.store(false, Ordering::Relaxed);
    ask(&budi, "/id").await;
    bot.stop().await;
    let bot = scene.start_with(stores());
    budi.silence_until("/produk maxim").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_slow_disk_delays_what_telegram_is_told_and_no_answer() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Sari").in_private();
    let disk = Arc::new(Disk::default());
    let store = disk.journal.clone();
    let bot = scene.start_with(Stores { history: store.clone(), preferences: store, journal: disk.clone() });
    disk.is_slow.store(true, Ordering::Relaxed);
    scene.telegram.first_poll().await;
    let polls = scene.telegram.calls("getUpdates").len();
    assert_eq!(body(&ask(&owner, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    assert_eq!(
        scene.telegram.calls("getUpdates").len(),
        polls,
        "the next call would confirm what a power loss can take"
    );
    disk.is_slow.store(false, Ordering::Relaxed);
    disk.synced.open();
    scene.telegram.all_confirmed().await;
    scene.end(bot).await;
}
