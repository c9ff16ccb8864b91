//! A part of the program that breaks costs one answer at most: never the chat, the others, or the process.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use ceknomor::{
    app::Stores,
    store::{Cursor, Error, History, MemoryStore, Page, Preferences, Record, Seq},
    value::{ChatId, Language, UpdateId},
};
use chrono::TimeDelta;

use super::{ask, body};
use crate::scene::Scene;

/// A store in which some things go wrong.
#[derive(Default)]
struct Broken {
    sound: Arc<MemoryStore>,
    /// Panics over records of this product.
    panics_over: Option<&'static str>,
    /// Panics over messages of this chat.
    panics_over_chat: Option<ChatId>,
    /// Nothing can be written.
    is_full: bool,
    /// Nothing can be read.
    is_damaged: bool,
}

fn full() -> Error {
    Error::Full { dir: PathBuf::from("data") }
}

#[async_trait]
impl History for Broken {
    async fn append(&self, record: Record, update: Option<UpdateId>) -> Result<Seq, Error> {
        assert_ne!(self.panics_over, Some(&*record.product), "broken for the test's sake");
        if self.is_full { Err(full()) } else { self.sound.append(record, update).await }
    }

    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        if self.is_damaged { Err(Error::Closed) } else { self.sound.page(chat, cursor, limit).await }
    }

    async fn get(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error> {
        if self.is_damaged { Err(Error::Closed) } else { self.sound.get(chat, seq).await }
    }
}

#[async_trait]
impl Preferences for Broken {
    async fn language(&self, chat: ChatId) -> Result<Option<Language>, Error> {
        if self.is_damaged { Err(Error::Closed) } else { self.sound.language(chat).await }
    }

    async fn set_language(&self, chat: ChatId, language: Language) -> Result<(), Error> {
        if self.is_full { Err(full()) } else { self.sound.set_language(chat, language).await }
    }

    async fn origin(&self, chat: ChatId) -> Result<Option<ChatId>, Error> {
        assert_ne!(self.panics_over_chat, Some(chat), "broken for the test's sake");
        if self.is_damaged { Err(Error::Closed) } else { self.sound.origin(chat).await }
    }

    async fn set_origin(&self, new: ChatId, old: ChatId) -> Result<(), Error> {
        if self.is_full { Err(full()) } else { self.sound.set_origin(new, old).await }
    }
}

fn stores(broken: Broken) -> Stores {
    let journal = broken.sound.clone();
    let broken = Arc::new(broken);
    Stores { history: broken.clone(), preferences: broken, journal }
}

const APOLOGY: &str = "😔 Maaf, ada kesalahan di bot ini saat menjawab. Silakan coba lagi.";
const TROUBLE: &str = "😔 Maaf, catatan sedang tidak bisa dibuka. Coba lagi sebentar lagi.";

#[tokio::test]
async fn a_handler_that_panics_costs_an_apology() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let (budi, sari) = (budi.in_group(&group), sari.in_group(&group));
    let bot = scene.start_with(stores(Broken { panics_over: Some("MAX5000"), ..Broken::default() }));

    for _ in 0..2 {
        assert_eq!(ask(&budi, "/cek MAX5000 00000000001").await.text(), APOLOGY);
        assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
        assert_eq!(body(&ask(&sari, "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn reading_a_message_that_panics_costs_nobody_else_anything() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.agent("Budi"), scene.agent("Sari"));
    let panics_over_chat = i64::try_from(sari.id()).ok().map(ChatId);
    sari.in_private().says("/cek PLN20 00000000002").await;
    let asked = budi.in_private().says("/cek PLN20 01105691111").await;
    let bot = scene.start_with(stores(Broken { panics_over_chat, ..Broken::default() }));
    assert!(budi.in_private().reply().await.answers(&asked));
    scene.telegram.all_confirmed().await;
    scene.end(bot).await;
}

#[tokio::test]
async fn messages_behind_a_panic_are_answered() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start_with(stores(Broken { panics_over: Some("MAX5000"), ..Broken::default() }));
    scene.klikoo.hold();
    let asked = [budi.says("/cek MAX5000 00000000001").await, budi.says("/produk maxim").await];
    scene.klikoo.arrived(1).await;
    scene.klikoo.release();
    let apology = budi.reply().await;
    assert!(apology.answers(&asked[0]) && apology.text() == APOLOGY, "{apology:?}");
    assert!(budi.reply().await.answers(&asked[1]));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_check_that_cannot_be_kept_is_answered_with_a_note() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start_with(stores(Broken { is_full: true, ..Broken::default() }));

    let reply = ask(&budi, "/cek PLN20 01105691111").await;
    let lines: Vec<&str> = reply.text().lines().collect();
    assert_eq!(lines[1], "BAHARRUDIN1");
    assert_eq!(lines.last(), Some(&"Riwayat cek ini gagal disimpan."));
    assert_eq!(ask(&budi, "/bahasa en").await.text(), TROUBLE);
    assert_eq!(ask(&budi, "/riwayat").await.text(), "Belum ada cek di obrolan ini. Coba /cek PLN20 01105691111");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_store_that_cannot_be_read_leaves_checks_alone() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start_with(stores(Broken { is_damaged: true, ..Broken::default() }));
    assert_eq!(ask(&budi, "/riwayat").await.text(), TROUBLE);
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_late_answer_that_panics_is_an_apology_in_its_place() {
    let mut scene = Scene::new().await;
    scene.patience = Some(TimeDelta::minutes(15));
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start_with(stores(Broken { panics_over: Some("MAX5000"), ..Broken::default() }));
    scene.klikoo.set_down(true);
    let notice = ask(&budi, "/cek MAX5000 00000000001").await;
    ask(&budi, "/id").await;
    scene.klikoo.set_down(false);
    scene.pass(TimeDelta::seconds(10));
    assert_eq!(notice.edited().await.text(), APOLOGY);
    assert_eq!(ask(&budi, "/batal").await.text(), "Tidak ada cek Anda yang sedang menunggu di sini.");
    scene.end(bot).await;
}
