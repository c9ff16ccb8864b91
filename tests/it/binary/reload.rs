//! Catalog and lists read anew while the bot runs: by SIGHUP and by `/muatulang`, all or nothing.

use super::{child::write, stage::Stage};

/// A product as the operator's file has it.
const PRODUCT: &str = "[[product]]\ncode = \"PLN50\"\nname = \"PLN 50.000\"\nprovider = \"PLN\"\nbuying = 50150\n\
                       selling = 50500\n";

/// Puts the lists into `.env`, where they can be read anew, and names a file of products there.
async fn stage() -> Stage {
    let mut stage = Stage::new().await;
    stage.place.unset("CEKNOMOR_OWNERS");
    write(&stage.place.path("products.toml"), "");
    write_env(&stage, &[stage.budi.id()], &[]);
    stage
}

fn write_env(stage: &Stage, owners: &[u64], more: &[&str]) {
    let owners: Vec<String> = owners.iter().map(u64::to_string).collect();
    let lines = [format!("CEKNOMOR_OWNERS={}", owners.join(",")), "CEKNOMOR_CATALOG=products.toml".to_owned()];
    let lines: Vec<String> = lines.into_iter().chain(more.iter().map(|line| (*line).to_owned())).collect();
    write(&stage.place.path(".env"), lines.join("\n") + "\n");
}

#[tokio::test]
async fn a_hangup_reads_catalog_and_lists_anew() {
    let stage = stage().await;
    let sari = stage.telegram.user_with_id(100_778, "Sari").in_private();
    let mut bot = stage.run().await;
    sari.says("/start").await;
    assert!(sari.reply().await.text().contains("khusus agen terdaftar"));

    write(&stage.place.path("products.toml"), PRODUCT);
    write_env(&stage, &[stage.budi.id()], &["CEKNOMOR_CHATS=100778", "CEKNOMOR_PATIENCE=3"]);
    bot.signal("HUP");
    bot.logs("read catalog and lists anew").await;
    assert!(bot.log().contains("CEKNOMOR_PATIENCE"), "what needs a restart is said: {}", bot.log());
    sari.says("/produk pln50").await;
    assert!(sari.reply().await.text().contains("PLN50"));

    // A mistake changes nothing, in either.
    write(&stage.place.path("products.toml"), "[[product]]\ncode = 7\n");
    write_env(&stage, &[stage.budi.id()], &["CEKNOMOR_CHATS="]);
    bot.signal("HUP");
    bot.logs("catalog and lists stay as they were").await;
    assert!(bot.log().contains("products.toml:2:"), "{}", bot.log());
    sari.says("/produk pln50").await;
    assert!(sari.reply().await.text().contains("PLN50"));

    write(&stage.place.path("products.toml"), "");
    bot.signal("HUP");
    stage.telegram.all_confirmed().await;
    bot.logs("chats=0").await;
    stage.budi.in_private().says("/produk pln50").await;
    assert!(!stage.budi.in_private().reply().await.text().contains("PLN50"));
    stage.end(bot).await;
}

#[tokio::test]
async fn an_owner_reloads_from_the_phone_and_reads_the_mistakes() {
    let stage = stage().await;
    let bot = stage.run().await;
    let budi = stage.budi.in_private();
    budi.says("/muatulang").await;
    let before = budi.reply().await;
    assert!(
        before.text().starts_with("🔄 Dimuat ulang: ") && before.text().ends_with("1 pemilik, 0 obrolan di setelan.")
    );

    write_env(&stage, &[stage.budi.id(), 5], &["CEKNOMOR_CHATS=7,@sari", "TELOXIDE_TOKEN=new"]);
    budi.says("/muatulang").await;
    let refused = budi.reply().await;
    let expected = "⚠️ Tidak ada yang diubah. Perbaiki dulu, lalu /muatulang:\nCEKNOMOR_CHATS: `@sari` is no id: send /id to the \
                    bot to learn ids";
    assert_eq!(refused.text(), expected);

    write_env(&stage, &[stage.budi.id(), 5], &["CEKNOMOR_CHATS=7", "TELOXIDE_TOKEN=new", "CEKNOMOR_KEEP_DAYS=9"]);
    budi.says("/muatulang").await;
    let done = budi.reply().await;
    assert!(done.text().contains("2 pemilik, 1 obrolan di setelan."), "{done:?}");
    // The token is the environment's here: the file's is not looked at.
    assert!(done.text().ends_with("baru berlaku setelah bot dijalankan ulang: CEKNOMOR_KEEP_DAYS"), "{done:?}");
    let ended = stage.end(bot).await;
    assert!(!ended.err.contains("=new"), "{}", ended.err);
}

#[tokio::test]
async fn what_the_environment_says_stays_and_is_said() {
    let mut stage = stage().await;
    let owner = stage.budi.id().to_string();
    stage.place.set("CEKNOMOR_OWNERS", owner);
    let bot = stage.run().await;
    write_env(&stage, &[5], &[]);
    let budi = stage.budi.in_private();
    budi.says("/muatulang").await;
    let done = budi.reply().await;
    assert!(done.text().contains("1 pemilik"), "{done:?}");
    assert!(done.text().ends_with("(lingkungan atau baris perintah): CEKNOMOR_OWNERS"), "{done:?}");
    stage.end(bot).await;
}

#[tokio::test]
async fn a_reload_never_leaves_the_bot_without_its_owner() {
    let stage = stage().await;
    let mut bot = stage.run().await;
    let budi = stage.budi.in_private();
    for (text, mistake) in [
        (format!("CEKNOMOR_OWNER={}\n", stage.budi.id()), "CEKNOMOR_OWNERS"),
        ("CEKNOMOR_OWNERS=5\n".to_owned(), "CEKNOMOR_OWNERS"),
    ] {
        write(&stage.place.path(".env"), text);
        budi.says("/muatulang").await;
        let refused = budi.reply().await;
        assert!(
            refused.text().starts_with("⚠️ Tidak ada yang diubah.") && refused.text().contains(mistake),
            "{refused:?}"
        );
    }
    write(&stage.place.path(".env"), "CEKNOMOR_OWNER=5\n");
    bot.signal("HUP");
    bot.logs("catalog and lists stay as they were").await;
    budi.says("/muatulang").await;
    assert!(budi.reply().await.text().starts_with("⚠️ Tidak ada yang diubah."), "he is owner still");
    stage.end(bot).await;
}
