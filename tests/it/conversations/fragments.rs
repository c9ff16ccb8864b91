//! A conversation in fragments: the bot remembers what it asked, offers buttons for what may be meant, and says little.

use chrono::TimeDelta;

use super::{as_time_passes, ask, body};
use crate::{
    scene::Scene,
    telegram::{Conversation, Reply, User, content},
};

const AGENTS: &str = include_str!("../../fixtures/agents-catalog.toml");

async fn begun() -> (Scene, User, Conversation) {
    let mut scene = Scene::new().await;
    scene.sell(AGENTS);
    let budi = scene.owner("Budi");
    let chat = budi.in_private();
    (scene, budi, chat)
}

fn is_found(reply: &Reply, product: &str) {
    assert!(reply.text().starts_with(&format!("✅ {product}\n")), "{reply:?}");
}

#[tokio::test]
async fn a_number_alone_is_asked_about_by_buttons() {
    let (scene, budi, chat) = begun().await;
    let bot = scene.start();
    let question = ask(&chat, "01105691111").await;
    assert_eq!(question.rows(), [["PLN20", "PLN50"], ["PLN100", "MAX5000"]]);
    question.press("PLN50", &budi).await;
    let answer = question.edited().await;
    is_found(&answer, "PLN 50.000");
    assert!(answer.text().contains("01105691111"));

    // What is used most comes first.
    let question = ask(&chat, "01105691111").await;
    assert_eq!(question.rows()[0], ["PLN50", "PLN20"]);
    let by_name = ask(&chat, "pln 20").await;
    is_found(&by_name, "PLN 20.000");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_code_alone_waits_for_its_number() {
    let (scene, _, chat) = begun().await;
    let bot = scene.start();
    for (first, second, product) in [
        ("PLN20", "01105691111", "PLN 20.000"),
        ("PLN20 450221345", "01105691111", "PLN 20.000"),
        ("DNOPEN 0817345544", "50rb", "DANA nominal bebas"),
        ("dana 0817345544", "DN10", "DANA 10.000"),
    ] {
        ask(&chat, first).await;
        let answer = ask(&chat, second).await;
        is_found(&answer, product);
    }
    // After two minutes nothing is remembered.
    ask(&chat, "PLN20").await;
    scene.pass(TimeDelta::minutes(2));
    assert!(ask(&chat, "01105691111").await.text().starts_with("⚠️ Kode produknya apa?"));
    scene.end(bot).await;
}

#[tokio::test]
async fn digits_that_are_wrong_are_never_replaced_by_earlier_ones() {
    let (scene, _, chat) = begun().await;
    let bot = scene.start();
    ask(&chat, "01105691111").await;
    assert!(ask(&chat, "PLN20 450221345").await.text().contains("kurang 2 digit"));
    assert_eq!(scene.klikoo.calls().inquiries, 0);
    scene.end(bot).await;
}

#[tokio::test]
async fn the_question_is_still_open_after_a_restart() {
    let (scene, _, chat) = begun().await;
    let bot = scene.start();
    ask(&chat, "PLN20").await;
    bot.stop().await;
    let bot = scene.start();
    is_found(&ask(&chat, "01105691111").await, "PLN 20.000");
    scene.end(bot).await;
}

#[tokio::test]
async fn cek_alone_leads_by_buttons_and_batal_leaves() {
    let (scene, budi, chat) = begun().await;
    let bot = scene.start();
    let guide = ask(&chat, "/cek").await;
    assert_eq!(guide.text(), "Mau cek apa?");
    guide.press("PLN", &budi).await;
    let products = guide.edited().await;
    products.press("PLN20", &budi).await;
    let number = products.edited().await;
    assert_eq!(number.text(), "Kirim nomornya ya. Produk: PLN20");
    is_found(&ask(&chat, "01105691111").await, "PLN 20.000");

    ask(&chat, "PLN20").await;
    assert_eq!(ask(&chat, "/batal").await.text(), "Oke, tidak jadi.");
    assert!(ask(&chat, "01105691111").await.text().starts_with("⚠️ Kode produknya apa?"));
    scene.end(bot).await;
}

#[tokio::test]
async fn digits_in_doubt_are_one_tap() {
    let (scene, budi, chat) = begun().await;
    let bot = scene.start();
    let lost_zero = ask(&chat, "PLN20 1105691111").await;
    assert_eq!(lost_zero.rows(), [["01105691111"]]);
    lost_zero.press("01105691111", &budi).await;
    is_found(&lost_zero.edited().await, "PLN 20.000");

    let mobile = ask(&chat, "PLN20 081734554455").await;
    assert!(mobile.text().starts_with("⚠️ Itu seperti nomor HP"));
    assert_eq!(mobile.rows().concat(), ["OVO", "GoPay", "DANA", "Tetap PLN"]);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_button_is_for_the_one_who_asked() {
    let mut scene = Scene::new().await;
    scene.sell(AGENTS);
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    let question = ask(&budi.in_group(&group), "/cek 01105691111").await;
    let press = question.press("PLN20", &sari).await;
    assert_eq!(press.alert().await.text, "Tombol ini untuk agen yang bertanya. Ketik /cek atau /riwayat sendiri ya.");
    question.press("PLN20", &budi).await;
    is_found(&question.edited().await, "PLN 20.000");
    scene.end(bot).await;
}

#[tokio::test]
async fn the_same_check_again_is_a_word() {
    let (scene, budi, chat) = begun().await;
    let bot = scene.start();
    assert_eq!(ask(&chat, "ulang").await.text(), "Belum ada cek Anda di sini.");
    let first = ask(&chat, "PLN20 00000000001").await;
    is_found(&ask(&chat, "OVO10 0817345544").await, "OVO 10.000");
    for again in ["/ulang", "cek lagi"] {
        is_found(&ask(&chat, again).await, "OVO 10.000");
    }
    for again in ["/cek", "ulang"] {
        chat.replies_to(&first, again).await;
        is_found(&chat.reply().await, "PLN 20.000");
    }
    first.press("🔁 Cek lagi", &budi).await;
    is_found(&chat.reply().await, "PLN 20.000");
    assert_eq!(scene.klikoo.calls().inquiries, 7);
    scene.end(bot).await;
}

#[tokio::test]
async fn what_was_checked_lately_is_not_asked_again() {
    let (mut scene, budi, chat) = begun().await;
    scene.recent = Some(TimeDelta::minutes(10));
    let bot = scene.start();
    is_found(&ask(&chat, "PLN20 01105691111").await, "PLN 20.000");
    let again = ask(&chat, "PLN20 01105691111").await;
    assert!(again.text().starts_with("🕘 Sudah dicek 14:05 WIB\n✅ PLN 20.000\n"), "{again:?}");
    assert_eq!(scene.klikoo.calls().inquiries, 1);
    again.press("🔁 Cek lagi", &budi).await;
    is_found(&chat.reply().await, "PLN 20.000");
    scene.pass(TimeDelta::minutes(10));
    is_found(&ask(&chat, "PLN20 01105691111").await, "PLN 20.000");
    assert_eq!(scene.klikoo.calls().inquiries, 3);
    scene.end(bot).await;
}

#[tokio::test]
async fn the_name_that_was_given_is_judged() {
    let (scene, _, chat) = begun().await;
    let bot = scene.start();
    for (typed, judged) in [
        ("PLN20 00000000001 an Budi Contoh", "✅ Nama COCOK"),
        ("PLN20 01105691111 a.n. Bpk Baharrudin", "🟡 Nama MIRIP: di PLN tertulis BAHARRUDIN1"),
        ("PLN20 01105691111 atas nama Siti Misalnya", "❌ Nama BEDA: di PLN tertulis BAHARRUDIN1"),
    ] {
        let answer = ask(&chat, typed).await;
        assert!(answer.text().lines().any(|line| line == judged), "{typed}: {answer:?}");
    }
    let plain = ask(&chat, "PLN20 01105691111").await;
    assert!(!plain.text().contains("Nama "), "{plain:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_answer_can_be_used() {
    let (scene, budi, chat) = begun().await;
    let bot = scene.start();
    let answer = ask(&chat, "PLN20 01105691111").await;
    assert_eq!(body(&answer)[1], "BAHARRUDIN1");
    assert_eq!(
        answer.rows(),
        [vec!["🔁 Cek lagi", "📋 01105691111"], vec!["📋 PLN20.01105691111"], vec!["PLN50", "PLN100"]]
    );
    answer.press("PLN50", &budi).await;
    is_found(&chat.reply().await, "PLN 50.000");
    scene.end(bot).await;
}

#[tokio::test]
async fn thanks_are_answered_once_and_other_things_are_not_read() {
    let (scene, _, chat) = begun().await;
    let bot = scene.start();
    assert_eq!(ask(&chat, "makasih kak 🙏").await.text(), "Sama-sama 🙏");
    chat.says("ok").await;
    assert!(chat.silence_until("/id").await.text().starts_with("ID Anda"));
    scene.pass(TimeDelta::minutes(10));
    assert_eq!(ask(&chat, "👍").await.text(), "Sama-sama 🙏");
    for (typed, begins) in [
        ("help", "Tulis apa adanya"),
        ("Riwayat", "Belum ada cek"),
        ("harga", "Produk"),
        ("kok lama", "Tidak ada cek Anda"),
    ] {
        let reply = ask(&chat, typed).await;
        assert!(reply.text().starts_with(begins), "{typed}: {reply:?}");
    }
    for typed in ["saldo", "pulsa 10 0817345544", "bpjs 0817345544", "rek bca 0817345544"] {
        let reply = ask(&chat, typed).await;
        assert!(reply.text().starts_with("Di sini hanya cek nomor"), "{typed}: {reply:?}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn an_edited_message_is_answered_where_its_answer_stands() {
    let (scene, budi, chat) = begun().await;
    let bot = scene.start();
    let typed = chat.says("PLN20 0110569111").await;
    let short = chat.reply().await;
    assert!(short.text().contains("kurang 1 digit"));
    chat.edits(&typed, "PLN20 01105691111").await;
    is_found(&short.edited().await, "PLN 20.000");

    let typed = chat.says("PLN20 01105691111").await;
    is_found(&chat.reply().await, "PLN 20.000");
    chat.edits(&typed, "PLN50 01105691111").await;
    let offer = chat.reply().await;
    assert_eq!(offer.text(), "Pesannya diubah. Cek lagi?");
    offer.press("PLN50 01105691111", &budi).await;
    is_found(&chat.reply().await, "PLN 50.000");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_contact_card_is_its_number_and_a_picture_is_no_text() {
    let (scene, _, chat) = begun().await;
    let bot = scene.start();
    chat.sends(content::contact("Siti", "+62 817-345-544")).await;
    let question = chat.reply().await;
    assert!(question.text().starts_with("⚠️ Kode produknya apa?"), "{question:?}");
    assert!(!question.buttons().is_empty(), "{question:?}");

    chat.sends(content::sticker("👍")).await;
    assert_eq!(chat.reply().await.text(), "Kirim nomornya sebagai teks ya.");
    chat.sends(content::sticker("👍")).await;
    assert!(chat.silence_until("/id").await.text().starts_with("ID Anda"), "not twice within ten minutes");
    chat.sends(content::photo("PLN20 01105691111")).await;
    is_found(&chat.reply().await, "PLN 20.000");
    scene.end(bot).await;
}

#[tokio::test]
async fn the_words_are_those_of_the_chats_language() {
    let (scene, budi, chat) = begun().await;
    let bot = scene.start();
    ask(&chat, "/bahasa en").await;
    assert_eq!(ask(&chat, "thanks").await.text(), "You’re welcome 🙏");
    let answer = ask(&chat, "PLN20 01105691111 an Baharrudin").await;
    assert!(answer.text().contains("🟡 The name is CLOSE: PLN has BAHARRUDIN1"), "{answer:?}");
    assert_eq!(answer.buttons()[0], "🔁 Check again");
    let guide = ask(&chat, "/cek").await;
    guide.press("PLN", &budi).await;
    let products = guide.edited().await;
    products.press("PLN20", &budi).await;
    assert_eq!(products.edited().await.text(), "Send the number. Product: PLN20");
    scene.end(bot).await;
}

#[tokio::test]
async fn in_a_group_the_one_who_asked_is_led_to_reply() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    let question = ask(&chat, "/cek PLN20").await;
    let sent = scene.telegram.calls("sendMessage").pop().unwrap();
    assert_eq!(sent.body["reply_markup"], serde_json::json!({ "force_reply": true, "selective": true }));
    chat.replies_to(&question, "01105691111").await;
    is_found(&chat.reply().await, "PLN 20.000");
    assert!(scene.telegram.calls("sendMessage").pop().unwrap().body["reply_markup"]["inline_keyboard"].is_array());
    scene.end(bot).await;
}

#[tokio::test]
async fn a_question_is_forgotten_with_the_next_whole_check() {
    let (scene, _, chat) = begun().await;
    let bot = scene.start();
    ask(&chat, "01105691111").await;
    is_found(&ask(&chat, "PLN20 00000000001").await, "PLN 20.000");
    assert!(ask(&chat, "PLN20").await.text().starts_with("⚠️ Nomornya belum ada."), "the older number is not meant");
    // The number in doubt is the one that is asked about now.
    ask(&chat, "0817345544").await;
    ask(&chat, "PLN20 081000000002").await;
    let answer = ask(&chat, "OVO10").await;
    assert!(answer.text().contains("081000000002"), "{answer:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_name_stays_with_its_number() {
    let (scene, budi, chat) = begun().await;
    let bot = scene.start();
    let first = ask(&chat, "dana 0817345544 an Budi Santoso").await;
    ask(&chat, "00000000001 an Budi Contoh").await;
    first.press("DN5", &budi).await;
    let answer = first.edited().await;
    is_found(&answer, "DANA 5.000");
    assert!(!answer.text().contains("Nama "), "the other customer's name is not judged: {answer:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn once_more_means_what_was_answered_last_or_what_is_replied_to() {
    let (mut scene, _, chat) = begun().await;
    scene.recent = Some(TimeDelta::minutes(10));
    let bot = scene.start();
    let first = ask(&chat, "OVO10 0817345544").await;
    ask(&chat, "PLN20 00000000001").await;
    ask(&chat, "DN10 0817345544").await;
    ask(&chat, "PLN20 00000000001").await;
    is_found(&ask(&chat, "ulang").await, "PLN 20.000");
    chat.replies_to(&first, "ulang").await;
    is_found(&chat.reply().await, "OVO 10.000");
    let other = ask(&chat, "/id").await;
    chat.replies_to(&other, "ulang").await;
    assert_eq!(chat.reply().await.text(), "Belum ada cek Anda di sini.", "a reply to no check means none");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_tapped_check_that_waits_is_a_check_like_any_other() {
    let (mut scene, budi, chat) = begun().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let bot = scene.start();
    let question = ask(&chat, "dana 081000000001 an Siti Misalnya").await;
    scene.klikoo.set_down(true);
    question.press("DN10", &budi).await;
    assert!(question.edited().await.text().starts_with("⏳ "));
    assert!(ask(&chat, "sudah?").await.text().contains("DN10 081000000001"));
    scene.klikoo.set_down(false);
    let answer = as_time_passes(&scene, question.edited()).await;
    assert!(answer.text().contains("❌ Nama BEDA: di DANA tertulis BUDI CONTOH"), "{answer:?}");
    question.press("DN5", &budi).await.alert().await;
    scene.end(bot).await;
}

#[tokio::test]
async fn the_vendors_code_is_no_number() {
    let (scene, _, chat) = begun().await;
    let bot = scene.start();
    let unknown = ask(&chat, "MAX5000 12404").await;
    chat.replies_to(&unknown, "MAX5000").await;
    assert!(!chat.reply().await.text().contains("404047011"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_press_in_a_topic_is_answered_in_it() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let forum = scene.telegram.forum("Agen Jaya", &[&budi]);
    let topic = forum.topic("PLN");
    let chat = budi.in_group(&forum).in_topic(&topic);
    let bot = scene.start();
    let answer = ask(&chat, "/cek PLN20 01105691111").await;
    answer.press("🔁 Cek lagi", &budi).await;
    let again = chat.reply().await;
    assert!(again.is_in(&topic), "{again:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_edited_check_that_has_to_wait_is_answered_and_closes_no_later_question() {
    let (mut scene, _, chat) = begun().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let bot = scene.start();
    let typed = chat.says("PLN20 0110569111").await;
    let short = chat.reply().await;
    scene.klikoo.set_down(true);
    chat.edits(&typed, "PLN20 01105691111").await;
    assert!(short.edited().await.text().starts_with("⏳ "));
    ask(&chat, "OVO10").await;
    scene.klikoo.set_down(false);
    scene.pass(TimeDelta::seconds(100));
    is_found(&short.edited().await, "PLN 20.000");
    is_found(&ask(&chat, "0817345544").await, "OVO 10.000");
    scene.end(bot).await;
}
