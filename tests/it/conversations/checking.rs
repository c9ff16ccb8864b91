//! The main job: a number is asked for, and the answer comes back.

use crate::scene::Scene;

#[tokio::test]
async fn an_agent_asks_and_reads_name_and_total() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();

    let asked = budi.says("/cek PLN20 01105691111").await;
    let reply = budi.reply().await;
    assert!(reply.answers(&asked));
    let lines: Vec<&str> = reply.text().lines().collect();
    assert_eq!(
        lines[..5],
        ["✅ PLN 20.000", "BAHARRUDIN1", "No. Meter: 01105691111", "Tarif/Daya: R1/2200VA", "Total: Rp20.546"]
    );
    assert!(lines[5].starts_with("14:05 WIB · Ref "), "{lines:?}");
    assert!(reply.html().contains("<b>BAHARRUDIN1</b>"), "the name stands out");
    assert!(reply.html().contains("<code>01105691111</code>"), "the number is tap-to-copy");

    scene.end(bot).await;
}

#[tokio::test]
async fn history_outlives_a_restart() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    budi.says("PLN20 01105691111").await;
    budi.reply().await;
    bot.stop().await;

    let bot = scene.start();
    budi.says("/riwayat").await;
    let history = budi.reply().await;
    assert_eq!(
        history.text(),
        "Riwayat cek\n\n22 Nov 2026\n✅ 14:05 PLN20 01105691111\nBAHARRUDIN1 · R1/2200VA · Rp20.546"
    );
    scene.end(bot).await;
}
