//! Several agents at once: nobody waits for anybody else, and each reads the own answers in order.

use super::{ask, body};
use crate::scene::Scene;

#[tokio::test]
async fn a_slow_check_delays_neither_another_agent_in_the_group_nor_another_chat() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let agus = scene.agent("Agus").in_private();
    let (budi, sari) = (budi.in_group(&group), sari.in_group(&group));
    let bot = scene.start();

    scene.klikoo.hold();
    let slow = budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    assert!(ask(&sari, "/cek PLN20 0110569111").await.text().contains("kurang 1 digit"));
    assert!(ask(&sari, "/produk maxim").await.text().contains("MAX5000"));
    assert!(ask(&agus, "/riwayat").await.text().starts_with("Belum ada cek"));

    scene.klikoo.release();
    let reply = budi.reply().await;
    assert!(reply.answers(&slow));
    assert_eq!(body(&reply)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn checks_of_many_agents_are_under_way_together() {
    let mut scene = Scene::new().await;
    let agents: Vec<_> = (0..5).map(|n| scene.agent(&format!("Agen {n}")).in_private()).collect();
    let bot = scene.start();
    scene.klikoo.hold();
    for (place, agent) in agents.iter().enumerate() {
        agent.says(&format!("/cek PLN20 0000000000{}", place + 1)).await;
    }
    scene.klikoo.arrived(5).await;
    assert_eq!(scene.klikoo.calls().tokens_issued, 1, "they share one token");
    scene.klikoo.release();
    for (place, agent) in agents.iter().enumerate() {
        let number = format!("No. Meter: 0000000000{}", place + 1);
        assert_eq!(body(&agent.reply().await)[2], number, "each reads the own customer");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn one_agents_answers_come_in_the_order_of_the_questions() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.klikoo.hold();
    let asked =
        [budi.says("/cek PLN20 01105691111").await, budi.says("/produk maxim").await, budi.says("/cek PLN20 1").await];
    scene.telegram.all_confirmed().await;
    scene.klikoo.arrived(1).await;
    assert!(scene.telegram.calls("sendMessage").is_empty(), "a quick answer overtook a slow one");
    scene.klikoo.release();
    for question in &asked {
        let reply = budi.reply().await;
        assert!(reply.answers(question), "out of order: {reply:?}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn typing_shows_while_an_answer_takes_over_a_second() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let forum = scene.telegram.forum("Agen Jaya", &[&budi]);
    let topic = forum.topic("Cek nomor");
    let chat = budi.in_group(&forum).in_topic(&topic);
    let bot = scene.start();

    scene.klikoo.hold();
    chat.says("/cek PLN20 00000000002").await;
    chat.typing().await;
    scene.klikoo.release();
    assert_eq!(body(&chat.reply().await)[1], "SITI MISALNYA");
    let topic = topic_id(&chat).await;
    // Where the machine is busy it may have been shown more than once.
    for shown in scene.telegram.calls("sendChatAction") {
        assert_eq!(shown.body["message_thread_id"], topic, "in the topic");
    }
    scene.end(bot).await;
}

/// The id of the topic in which someone writes, as the bot answers into it.
async fn topic_id(chat: &crate::telegram::Conversation) -> i64 {
    ask(chat, "/id").await.topic().unwrap()
}

#[tokio::test]
async fn who_writes_faster_than_the_bot_answers_is_asked_to_slow_down() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let agus = scene.agent("Agus").in_private();
    let bot = scene.start();
    scene.klikoo.hold();
    budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    for _ in 0..100 {
        budi.says("/produk maxim").await;
    }
    budi.says("PLN20 00000000001").await;
    scene.telegram.all_confirmed().await;
    // Everything of Budi's has reached the lane before anything of Agus's that he says now is answered.
    ask(&agus, "/produk maxim").await;
    let told = budi.reply().await;
    assert_eq!(
        told.text(),
        "🙏 Pelan-pelan ya, pesan Anda terlalu banyak sekaligus. Coba lagi sebentar lagi.\nYang belum dicek:\nPLN20 00000000001"
    );
    // What is not taken after that is named once something was answered.
    budi.says("PLN20 00000000002").await;
    scene.telegram.all_confirmed().await;
    ask(&agus, "/produk maxim").await;
    scene.klikoo.release();
    let (mut answers, mut named) = (Vec::new(), Vec::new());
    while answers.len() < 101 || named.is_empty() {
        let reply = budi.reply().await;
        if reply.text().starts_with("🙏") { named.push(reply) } else { answers.push(reply) }
    }
    assert_eq!(body(&answers[0])[1], "BAHARRUDIN1");
    assert!(answers[1..].iter().all(|answer| answer.text().contains("MAX5000")));
    assert!(named.len() == 1 && named[0].text().ends_with("\nPLN20 00000000002"), "{named:?}");
    assert!(ask(&budi, "/produk maxim").await.text().contains("MAX5000"));
    scene.end(bot).await;
}
