//! Who asks, and who the bot is: administrators who hide, channels, groups that took the bot in, and a bot that is
//! renamed.

use super::{ask, body};
use crate::{
    scene::Scene,
    telegram::{ANONYMOUS_ADMIN, CHANNEL_BOT, InChat, TELEGRAM},
};

const CHANNEL: i64 = -1_009_000_000_001;

#[tokio::test]
async fn an_anonymous_administrator_is_answered_and_a_channel_is_not() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    for channel in [group.as_channel(CHANNEL), group.as_linked_channel(CHANNEL)] {
        channel.says("/cek PLN20 01105691111").await;
        channel.says("/id").await;
    }
    budi.in_group(&group).silence_until("/produk maxim").await;
    assert_eq!(body(&ask(&group.as_anonymous_admin(), "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    assert_eq!(scene.klikoo.calls().inquiries, 1);
    scene.end(bot).await;
}

#[tokio::test]
async fn an_anonymous_administrator_learns_that_the_id_is_not_theirs() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let (admitted, other) = (scene.telegram.supergroup("Agen Jaya", &[&budi]), scene.telegram.supergroup("Lain", &[]));
    scene.admit(&admitted);
    let bot = scene.start();
    other.as_anonymous_admin().says("/start").await;
    assert_eq!(other.as_anonymous_admin().reply().await.text(), "Menunggu persetujuan pemilik bot.");
    for group in [admitted, other] {
        let ids = ask(&group.as_anonymous_admin(), "/id").await;
        assert!(ids.text().starts_with("Anda menulis sebagai admin anonim"), "{}", ids.text());
        assert!(ids.text().ends_with(&format!("ID obrolan ini: {}", group.chat_id())), "{}", ids.text());
        assert!(!ids.text().contains("1087968824"));
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn who_writes_as_a_group_or_a_channel_is_no_owner_whatever_the_list_says() {
    let mut scene = Scene::new().await;
    for stand_in in [ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM] {
        scene.list_as_owner(stand_in);
    }
    let owner = scene.owner("Ibu Bos");
    let group = scene.telegram.supergroup("Lain", &[&owner]);
    let bot = scene.start();
    ask(&owner.in_private(), "/start").await;
    group.as_anonymous_admin().says("/start").await;
    assert_eq!(group.as_anonymous_admin().reply().await.text(), "Menunggu persetujuan pemilik bot.");
    owner.in_private().reply().await;
    for hidden in [group.as_anonymous_admin(), group.as_channel(CHANNEL), group.as_linked_channel(CHANNEL)] {
        hidden.says("/cek PLN20 00000000002").await;
        hidden.says("/produk maxim").await;
    }
    group.as_anonymous_admin().silence_until("/id").await;
    assert_eq!(body(&ask(&owner.in_group(&group), "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    assert_eq!(scene.klikoo.calls().inquiries, 1);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_page_of_an_anonymous_administrator_is_turned_by_any_of_the_group() {
    let mut scene = Scene::new().await;
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.supergroup("Agen Jaya", &[&sari]);
    scene.admit(&group);
    let bot = scene.start();
    for meter in 1..=11 {
        ask(&group.as_anonymous_admin(), &format!("/cek PLN20 {meter:011}")).await;
    }
    let page = ask(&group.as_anonymous_admin(), "/riwayat").await;
    page.press("Lebih lama ▶", &sari).await;
    assert!(page.edited().await.text().contains("00000000001"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_bot_that_was_renamed_answers_to_its_new_name() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "/cek@ceknomor_bot PLN20 01105691111").await;
    let asked = scene.telegram.calls("getMe").len();
    scene.telegram.rename_bot("nama_baru_bot");
    budi.says("/cek@nama_baru_bot PLN20 01105691111").await;
    scene.telegram.called("getMe", asked + 1).await;
    budi.silence_until("/produk maxim").await;
    ask(&budi, "/cek@nama_baru_bot PLN20 01105691111").await;
    scene.end(bot).await;
}
