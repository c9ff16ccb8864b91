//! Telegram's limits and refusals: nothing is lost to them that need not be, and nobody else waits.

use super::{ask, body, first_of_two_pages};
use crate::{scene::Scene, telegram::Fault};

#[tokio::test]
async fn too_many_requests_delays_one_chat_and_loses_nothing() {
    let mut scene = Scene::new().await;
    let budi = scene.agent("Budi").in_private();
    let agus = scene.agent("Agus").in_private();
    let bot = scene.start();

    scene.telegram.fail_next_in(&budi, "sendMessage", Fault::RetryAfter(1));
    let first = budi.says("/cek PLN20 01105691111").await;
    scene.telegram.called("sendMessage", 1).await;
    let second = budi.says("/produk maxim").await;
    assert_eq!(body(&ask(&agus, "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");

    let reply = budi.reply().await;
    assert!(reply.answers(&first) && body(&reply)[1] == "BAHARRUDIN1", "{reply:?}");
    assert!(budi.reply().await.answers(&second));
    let sends = scene.telegram.calls("sendMessage");
    let chats: Vec<_> = sends.iter().filter_map(|call| call.chat).collect();
    let [b, a] = [&budi, &agus].map(crate::telegram::InChat::chat_id);
    assert_eq!(chats, [b, a, b, b], "Agus is answered while Budi's chat has to wait");
    scene.end(bot).await;
}

#[tokio::test]
async fn too_many_requests_on_an_edit_turns_the_page_later() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let page = first_of_two_pages(&budi).await;
    scene.telegram.fail_next("editMessageText", Fault::RetryAfter(1));
    let press = page.press("Lebih lama ▶", &user).await;
    assert_eq!(press.alert().await.text, "", "the button stops spinning at once");
    assert_eq!(page.edited().await.buttons(), ["◀ Lebih baru"]);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_send_that_got_lost_is_sent_again() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.telegram.fail_next("sendMessage", Fault::ResetBefore);
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    assert_eq!(scene.klikoo.calls().inquiries, 1, "the answer is sent again, not the check made again");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_answer_twice_is_better_than_none() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.telegram.fail_next("sendMessage", Fault::ResetAfter);
    let once = ask(&budi, "/cek PLN20 01105691111").await;
    let twice = budi.reply().await;
    assert_eq!(once.text(), twice.text(), "nobody can know whether the first arrived");
    assert_eq!(scene.klikoo.calls().inquiries, 1);
    scene.end(bot).await;
}

#[tokio::test]
async fn an_edit_that_got_lost_after_it_was_made_is_no_trouble() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let page = first_of_two_pages(&budi).await;
    scene.telegram.fail_next("editMessageText", Fault::ResetAfter);
    page.press("Lebih lama ▶", &user).await;
    let older = page.edited().await;
    scene.telegram.refused("editMessageText", "message is not modified").await;
    older.press("◀ Lebih baru", &user).await;
    assert_eq!(older.edited().await.text(), page.text());
    scene.end(bot).await;
}

#[tokio::test]
async fn what_is_refused_for_good_costs_that_answer_alone() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for fault in [Fault::BadRequest("not enough rights to send text messages to the chat"), Fault::Blocked] {
        scene.telegram.fail_next("sendMessage", fault);
        budi.says("/cek PLN20 01105691111").await;
        let next = budi.says("/cek PLN20 00000000002").await;
        let reply = budi.reply().await;
        assert!(reply.answers(&next), "{reply:?}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_question_that_was_deleted_meanwhile_is_answered_all_the_same() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.klikoo.hold();
    let asked = budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    budi.deletes(&asked).await;
    scene.klikoo.release();
    assert_eq!(body(&budi.reply().await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_text_that_is_too_long_is_split_at_a_line() {
    let mut scene = Scene::new().await;
    let product = |n: u32| {
        format!(
            "[[product]]\ncode = \"PLNX{n}\"\nname = \"PLN <percobaan> nomor {n}\"\nprovider = \"PLN\"\nbuying = 1000\nselling = 2000\n"
        )
    };
    scene.sell(&(1..=200).map(product).collect::<String>());
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();

    let asked = budi.says("/produk percobaan").await;
    let (mut lines, mut parts) = (Vec::new(), 0);
    while lines.len() < 202 {
        let part = budi.reply().await;
        assert!(part.answers(&asked));
        parts += 1;
        lines.extend(part.text().lines().filter(|line| !line.is_empty()).map(str::to_owned));
    }
    assert!(parts <= 4, "{parts} messages are more than it needs");
    assert_eq!(lines[..2], ["Produk yang bisa dicek", "PLN"]);
    for (n, line) in (1..=200).zip(&lines[2..]) {
        assert_eq!(*line, format!("PLNX{n} PLN <percobaan> nomor {n} · Rp2.000"));
    }
    scene.end(bot).await;
}
