//! A PIN in a message is a leak: the agent is warned, it is repeated nowhere, and the message goes where the bot may.

use std::time::Duration;

use chrono::TimeDelta;

use super::{as_time_passes, ask, body};
use crate::{
    scene::Scene,
    telegram::{Fault, Reply},
};

const WARNING: &str =
    "🔐 Jangan kirim PIN! Bot ini tidak memerlukannya dan tidak menyimpannya. Hapus pesan tadi bila masih terlihat.";

fn assert_warned_and_not_echoed(reply: &Reply) {
    assert!(reply.text().ends_with(WARNING), "{reply:?}");
    assert!(!reply.html().contains("1234"), "the PIN is repeated: {reply:?}");
}

#[tokio::test]
async fn in_private_the_message_is_deleted_and_the_check_made() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();

    let asked = budi.says("PLN20.01105691111.1234").await;
    let reply = budi.reply().await;
    assert!(reply.answers(&asked));
    assert!(reply.text().starts_with("✅ PLN 20.000\nBAHARRUDIN1\n"), "{reply:?}");
    assert_warned_and_not_echoed(&reply);
    budi.deleted(&asked).await;

    let history = ask(&budi, "/riwayat").await;
    assert!(history.text().contains("PLN20 01105691111\n") && !history.text().contains("1234"), "{history:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_refused_line_is_watched_for_pins_too() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let asked = budi.says("/cek PLN21.01105691111.1234").await;
    let reply = budi.reply().await;
    assert!(reply.text().starts_with("⚠️ Kode PLN21 tidak ada. Maksud Anda PLN20 01105691111?"), "{reply:?}");
    assert_warned_and_not_echoed(&reply);
    budi.deleted(&asked).await;
    assert_eq!(scene.klikoo.calls().inquiries, 0);
    scene.end(bot).await;
}

#[tokio::test]
async fn behind_an_open_denomination_it_is_no_nominal() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let asked = budi.says("DNOPEN.081000000002.123456").await;
    let reply = budi.reply().await;
    let question = "⚠️ Itu nominal atau PIN? Tulis nominalnya dengan rb atau titik. Contoh: DNOPEN 081000000002 50rb";
    assert!(reply.text().starts_with(question), "{reply:?}");
    assert_warned_and_not_echoed(&reply);
    budi.deleted(&asked).await;
    assert_eq!(scene.klikoo.calls().inquiries, 0);
    bot.stop().await;
    assert!(!scene.has_on_disk(b"123456"));
    scene.telegram.finish().await;
}

#[tokio::test]
async fn in_a_group_it_is_deleted_where_the_bot_is_an_administrator() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    group.promotes_bot(&budi);
    let bot = scene.start();
    let asked = chat.says("/cek PLN20.01105691111.1234").await;
    assert_warned_and_not_echoed(&chat.reply().await);
    chat.deleted(&asked).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn where_telegram_fails_over_it_the_agent_is_not_kept_waiting() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    (0..3).for_each(|_| scene.telegram.fail_next("deleteMessage", Fault::ServerError(502)));
    ask(&budi, "/cek PLN20.01105691111.1234").await;
    assert_eq!(body(&ask(&budi, "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");
    scene.end(bot).await;
}

#[tokio::test]
async fn in_a_group_where_the_bot_may_not_delete_the_agent_is_asked_to() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    let reply = ask(&chat, "/cek PLN20.01105691111.1234").await;
    assert_warned_and_not_echoed(&reply);
    scene.telegram.refused("deleteMessage", "message can't be deleted").await;
    assert_eq!(body(&ask(&chat, "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_in_another_place_is_deleted_as_well_and_sent_to_nobody() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    group.promotes_bot(&budi);
    let bot = scene.start();
    for typed in [
        "/cek PLN20 01105691111 pin saya 1234",
        "/cek PLN20.1234.01105691111",
        "/cek OVO10.081234567.1234",
        "/cek PLN20 0110 5691 111 1234",
        "/cek Budi PLN20.01105691111.1234",
        "/cek G.1234.5678",
    ] {
        let asked = chat.says(typed).await;
        assert_warned_and_not_echoed(&chat.reply().await);
        chat.deleted(&asked).await;
    }
    assert_eq!(scene.klikoo.calls().inquiries, 0);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_behind_what_is_no_command_is_deleted_too() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for typed in ["/PLN20.01105691111.1234", "/isi PLN21.01105691111.1234"] {
        let asked = budi.says(typed).await;
        assert_warned_and_not_echoed(&budi.reply().await);
        budi.deleted(&asked).await;
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_in_a_reply_to_the_bot_is_no_small_talk() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    group.promotes_bot(&budi);
    let bot = scene.start();
    let hint = ask(&chat, "@ceknomor_bot halo").await;
    let asked = chat.replies_to(&hint, "S.1234").await;
    assert_warned_and_not_echoed(&chat.reply().await);
    chat.deleted(&asked).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_beside_a_product_is_not_looked_for_in_the_message_replied_to() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    group.promotes_bot(&budi);
    let bot = scene.start();
    let customers = chat.says("01105691111").await;
    let asked = chat.replies_to(&customers, "/cek PLN20 pin 1234").await;
    assert_warned_and_not_echoed(&chat.reply().await);
    chat.deleted(&asked).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_that_is_called_so_does_not_stop_the_check() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for typed in ["PLN20 01105691111 PIN: 1234", "PLN20.01105691111.pin1234", "PLN20-01105691111-1234"] {
        let asked = budi.says(typed).await;
        let reply = budi.reply().await;
        assert!(reply.text().starts_with("✅ PLN 20.000\nBAHARRUDIN1\n"), "{reply:?}");
        assert_warned_and_not_echoed(&reply);
        budi.deleted(&asked).await;
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_in_the_message_replied_to_is_deleted_there() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.owner("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    group.promotes_bot(&budi);
    let bot = scene.start();
    let careless = sari.in_group(&group).says("PLN20.01105691111.1234").await;
    let chat = budi.in_group(&group);
    let asked = chat.replies_to(&careless, "/cek").await;
    let reply = chat.reply().await;
    assert!(reply.answers(&asked));
    assert_warned_and_not_echoed(&reply);
    chat.deleted(&careless).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn after_a_kill_nothing_is_said_in_reply_to_a_message_that_is_gone() {
    for is_down in [false, true] {
        let mut scene = Scene::new().await;
        scene.retry_window = Some(TimeDelta::minutes(15));
        let budi = scene.owner("Budi").in_private();
        let bot = scene.start();
        scene.klikoo.set_down(is_down);
        // It is deleted, and the bot is killed before it knows.
        scene.telegram.fail_next("deleteMessage", Fault::Drip(Duration::from_secs(60)));
        let asked = budi.says("PLN20.01105691111.1234").await;
        let first = budi.reply().await;
        assert_eq!(first.text().starts_with("⏳ "), is_down, "{first:?}");
        budi.deleted(&asked).await;
        bot.kill().await;

        scene.klikoo.set_down(false);
        let bot = scene.start();
        if is_down {
            assert_eq!(as_time_passes(&scene, first.edited()).await.text().lines().nth(1), Some("BAHARRUDIN1"));
        } else {
            scene.telegram.refused("editMessageText", "message is not modified").await;
        }
        scene.telegram.refused("deleteMessage", "message to delete not found").await;
        budi.silence_until("/produk maxim").await;
        scene.end(bot).await;
    }
}

#[tokio::test]
async fn after_a_long_wait_the_answer_replies_to_what_is_left() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    scene.bounds.jobs.long_wait = TimeDelta::seconds(30);
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.klikoo.set_down(true);
    let asked = budi.says("PLN20.01105691111.1234").await;
    let notice = budi.reply().await;
    budi.deleted(&asked).await;
    scene.pass(TimeDelta::seconds(31));
    scene.klikoo.set_down(false);
    let answer = as_time_passes(&scene, budi.reply()).await;
    assert!(answer.answers(&notice) && answer.text().contains("BAHARRUDIN1"), "{answer:?}");
    assert_eq!(notice.edited().await.text(), "✅ Dijawab di bawah");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_line_after_the_wrong_command_is_neither_kept_nor_repeated() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for typed in [
        "/produk PLN20.01105691111.9317",
        "/produk XYZ 01105691111 9317",
        "/produk G.9317.9317",
        "/produk XYZ pin 9317",
        "/produk token 9317",
        "/produk 9317",
        "/produk pin9317",
        "/produk 93179317",
        "/riwayat 9317",
        "/bahasa 9317",
        "/batal 9317",
        "/ganti 9317",
    ] {
        let reply = ask(&budi, typed).await;
        assert!(!reply.text().contains("9317"), "{reply:?}");
    }
    bot.stop().await;
    assert!(!scene.has_on_disk(b"9317"));
    scene.telegram.finish().await;
}

#[tokio::test]
async fn a_list_that_is_not_taken_shows_its_pin_no_longer() {
    let mut scene = Scene::new().await;
    scene.bounds.jobs.waiting = 0;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let asked = budi.says("PLN20 01105691111\nPLN20 00000000002\n1234").await;
    let reply = budi.reply().await;
    assert!(reply.text().starts_with("🙏 Bot sedang ramai."), "{reply:?}");
    assert_warned_and_not_echoed(&reply);
    budi.deleted(&asked).await;
    scene.end(bot).await;
}
