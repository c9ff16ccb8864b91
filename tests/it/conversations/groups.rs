//! In a group the bot speaks when it is spoken to, answers the one who asked, and stays in the topic.

use chrono::TimeDelta;

use super::{as_time_passes, ask, body};
use crate::{scene::Scene, telegram::Fault};

#[tokio::test]
async fn each_asker_is_answered_under_the_own_message() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    assert_eq!(body(&ask(&budi.in_group(&group), "/cek PLN20 00000000001").await)[1], "BUDI CONTOH");
    assert_eq!(body(&ask(&sari.in_group(&group), "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_answer_stays_in_its_topic() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let forum = scene.telegram.forum("Agen Jaya", &[&budi]);
    let topic = forum.topic("Cek nomor");
    let bot = scene.start();
    let chat = budi.in_group(&forum);
    assert!(ask(&chat.in_topic(&topic), "/cek PLN20 01105691111").await.is_in(&topic));
    assert!(ask(&chat.in_topic(&topic), "/riwayat").await.is_in(&topic));
    assert_eq!(ask(&chat, "/produk").await.topic(), None, "General has no topic to name");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_answer_whose_topic_was_deleted_comes_to_the_group() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let forum = scene.telegram.forum("Agen Jaya", &[&budi]);
    let topic = forum.topic("Cek nomor");
    let bot = scene.start();
    scene.telegram.fail_next_in(&forum, "sendMessage", Fault::BadRequest("message thread not found"));
    let chat = budi.in_group(&forum);
    chat.in_topic(&topic).says("/cek PLN20 01105691111").await;
    let reply = chat.reply().await;
    assert_eq!((reply.topic(), body(&reply)[1]), (None, "BAHARRUDIN1"));
    assert_eq!(scene.klikoo.calls().inquiries, 1);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_thread_of_replies_is_no_topic() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    let first = chat.says("dicek dulu ya").await;
    let asked = chat.replies_to(&first, "/cek PLN20 01105691111").await;
    let reply = chat.reply().await;
    assert!(reply.answers(&asked) && reply.topic().is_none(), "{reply:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn people_who_talk_to_each_other_are_left_alone() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.owner("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    // An administrator sees everything, commands for others included.
    group.promotes_bot(&budi);
    let bot = scene.start();
    let chat = budi.in_group(&group);
    for talk_of_theirs in [
        "PLN20 01105691111",
        "yang 0817345544 sudah dibayar?",
        "pagi semua",
        "/cek@other_bot PLN20 01105691111",
        "/start@other_bot",
        "/pulsa",
        "/pulsa 20rb",
        "@other_bot PLN20 01105691111",
        "ceknomor_bot PLN20 01105691111",
    ] {
        chat.says(talk_of_theirs).await;
    }
    let sari = sari.in_group(&group);
    let question = sari.says("nomor ini benar? 01105691111").await;
    chat.replies_to(&question, "benar").await;
    chat.silence_until("/produk maxim").await;
    assert_eq!(scene.klikoo.calls().inquiries, 0);

    let named = ask(&chat, "/pulsa@ceknomor_bot").await;
    assert_eq!(named.text(), "Perintah itu belum saya kenal. Lihat /bantuan.");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_mention_is_as_good_as_a_command_and_may_stand_beside_one() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    for typed in [
        "@ceknomor_bot PLN20 01105691111",
        "PLN20 01105691111 @Ceknomor_Bot",
        "@ceknomor_bot tolong cek PLN20 01105691111",
        "/cek PLN20 01105691111 @ceknomor_bot",
        "/cek @ceknomor_bot PLN20 01105691111",
    ] {
        assert_eq!(body(&ask(&chat, typed).await)[1], "BAHARRUDIN1", "{typed:?}");
    }
    let hint = ask(&chat, "@ceknomor_bot halo").await;
    assert_eq!(hint.text(), "Ketik kode produk dan nomornya, misalnya PLN20 01105691111. Daftar kode: /produk");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_reply_to_the_bot_is_meant_for_it() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();

    let short = ask(&chat, "/cek PLN20 0110569111").await;
    assert!(short.text().contains("kurang 1 digit"));
    let better = chat.replies_to(&short, "PLN20 01105691111").await;
    let reply = chat.reply().await;
    assert!(reply.answers(&better));
    assert_eq!(body(&reply)[1], "BAHARRUDIN1");

    for thanks in ["makasih min", "oke jam 5", "mantap 100", "2 kali ya"] {
        chat.replies_to(&reply, thanks).await;
    }
    chat.silence_until("/produk maxim").await;
    chat.replies_to(&reply, "@ceknomor_bot makasih").await;
    assert_eq!(chat.reply().await.text(), "Sama-sama 🙏");
    scene.end(bot).await;
}

#[tokio::test]
async fn the_number_of_an_example_is_nobodys() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    let said = "⚠️ Nomornya belum ada. Contoh: DNOPEN 0817345544 50rb";
    let first = ask(&chat, "/cek DNOPEN").await;
    assert_eq!(first.text(), said);
    chat.replies_to(&first, "DNOPEN 50rb").await;
    assert_eq!(chat.reply().await.text(), said);
    assert_eq!(scene.klikoo.calls().inquiries, 0);

    let without_nominal = ask(&chat, "/cek DNOPEN 081000000002").await;
    chat.replies_to(&without_nominal, "DNOPEN 100rb").await;
    assert_eq!(body(&chat.reply().await)[2..4], ["No. HP: 081000000002", "Nominal: Rp100.000"]);
    let mistyped = ask(&chat, "/cek PNL20 00000000001").await;
    chat.replies_to(&mistyped, "PLN20").await;
    assert_eq!(body(&chat.reply().await)[1], "BUDI CONTOH");
    let found = ask(&chat, "/cek PLN20 00000000002").await;
    chat.replies_to(&found, "/cek PLN20").await;
    assert_eq!(body(&chat.reply().await)[1], "SITI MISALNYA");
    let bare = ask(&chat, "/cek 00000000002").await;
    assert_eq!(bare.text(), "⚠️ Kode produknya apa? Untuk nomor itu bisa PLN20 / MAX5000.");
    assert_eq!(bare.rows(), [["PLN20", "MAX5000"]]);
    chat.replies_to(&bare, "PLN20").await;
    assert_eq!(body(&chat.reply().await)[1], "SITI MISALNYA");
    chat.replies_to(&found, "@ceknomor_bot makasih").await;
    assert_eq!(chat.reply().await.text(), "Sama-sama 🙏", "thanks ask for nothing");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_reply_takes_the_number_from_the_message_replied_to() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.owner("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    let (chat, customer) = (budi.in_group(&group), sari.in_group(&group));
    let bot = scene.start();
    for (written, typed) in [
        ("PLN20 01105691111", "/cek"),
        ("01105691111", "/cek PLN20"),
        ("Kak, cek token 01105691111 ya. Makasih", "/cek PLN20"),
        ("No. Meter: 0110-569-1111", "/cek@ceknomor_bot pln20"),
        ("01105691111", "@ceknomor_bot PLN20"),
        ("0817345544", "/cek PLN20 01105691111"),
    ] {
        let original = customer.says(written).await;
        let asked = chat.replies_to(&original, typed).await;
        let reply = chat.reply().await;
        assert!(reply.answers(&asked), "the one who asked is answered: {reply:?}");
        assert_eq!(body(&reply)[1..3], ["BAHARRUDIN1", "No. Meter: 01105691111"], "{written:?} {typed:?}");
    }
    let original = customer.says("token saya belum masuk kak").await;
    chat.replies_to(&original, "/cek PLN20").await;
    let reply = chat.reply().await;
    assert_eq!(reply.text(), "⚠️ Nomornya belum ada. Contoh: PLN20 01105691111");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_anonymous_administrator_is_an_agent_and_a_foreign_channel_is_not() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    group.as_channel(-1_009_000_000_001).says("/cek PLN20 00000000002").await;
    let checked = ask(&group.as_anonymous_admin(), "/cek PLN20 01105691111").await;
    assert_eq!(body(&checked)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_anonymous_administrators_check_is_cancelled_by_its_button_and_no_other_is() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    let anonymous = group.as_anonymous_admin();
    scene.klikoo.set_down(true);
    let one = ask(&anonymous, "/cek PLN20 01105691111").await;
    let other = ask(&anonymous, "/cek OVO10 0817345544").await;
    let budis = ask(&budi.in_group(&group), "/cek DN1 0817345544").await;
    // One agent's questions keep their order: with these answered, those wait.
    ask(&anonymous, "/id").await;
    ask(&budi.in_group(&group), "/id").await;
    let press = one.press("✋ Batal", &budi).await;
    assert_eq!(press.alert().await.text, "✋ 1 cek yang menunggu dibatalkan.");
    assert_eq!(one.edited().await.text(), "✋ Dibatalkan: /cek PLN20 01105691111");
    // Nor does a button that is forged.
    let update = budis.data("✋ Batal").split(':').nth(1).unwrap().to_owned();
    let forged = one.data("✋ Batal").split(':').next_back().unwrap().to_owned();
    let press = other.press_data(&format!("b:{update}:{forged}"), &budi).await;
    assert_eq!(press.alert().await.text, "Tidak ada cek Anda yang sedang menunggu di sini.");
    scene.klikoo.set_down(false);
    for notice in [other, budis] {
        assert!(as_time_passes(&scene, notice.edited()).await.text().contains("BAHARRUDIN1"));
    }
    scene.end(bot).await;
}
