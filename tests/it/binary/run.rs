//! `ceknomor run`: the bot as a service manager runs it.

use std::os::unix::fs::PermissionsExt;

use super::{child::Process, stage::Stage};

#[tokio::test]
async fn sigterm_lets_a_check_under_way_end() {
    a_check_under_way_ends_after("TERM").await;
}

#[tokio::test]
async fn ctrl_c_lets_a_check_under_way_end() {
    a_check_under_way_ends_after("INT").await;
}

/// The number's answer takes three seconds by itself, so that a bot which did not wait would be gone before it.
async fn a_check_under_way_ends_after(signal: &str) {
    let stage = Stage::new().await;
    let bot = stage.run().await;
    let budi = stage.budi.in_private();
    let asked = budi.says("PLN20 00000000900").await;
    stage.klikoo.arrived(1).await;

    bot.signal(signal);
    let ended = bot.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("stopping") && ended.err.contains("stopped") && ended.out.is_empty(), "{ended:?}");
    let reply = budi.reply().await;
    assert!(reply.answers(&asked) && reply.text().contains("BUDI CONTOH"), "{reply:?}");
    stage.telegram.finish().await;
}

#[tokio::test]
async fn a_log_that_nobody_reads_any_more_stops_nothing() {
    let stage = Stage::new().await;
    let mut child = stage.place.command(&["run"]).spawn().unwrap();
    drop(child.stderr.take());
    let bot = Process::of(child);
    let budi = stage.budi.in_private();
    for _ in 0..2 {
        budi.says("PLN20 01105691111").await;
        assert!(budi.reply().await.text().contains("BAHARRUDIN1"));
    }
    stage.end(bot).await;
}

#[tokio::test]
async fn what_was_checked_before_a_stop_is_in_the_history_after_it() {
    let stage = Stage::new().await;
    let budi = stage.budi.in_private();
    let bot = stage.run().await;
    budi.says("PLN20 01105691111").await;
    budi.reply().await;
    bot.signal("TERM");
    assert_eq!(bot.ended().await.code, Some(0));

    let bot = stage.run().await;
    budi.says("/riwayat").await;
    assert!(budi.reply().await.text().contains("01105691111\nBAHARRUDIN1"));
    stage.end(bot).await;
}

#[tokio::test]
async fn a_second_signal_does_not_wait() {
    let stage = Stage::new().await;
    let mut bot = stage.run().await;
    stage.klikoo.hold();
    stage.budi.in_private().says("PLN20 01105691111").await;
    stage.klikoo.arrived(1).await;
    bot.signal("INT");
    bot.logs("stopping").await;
    bot.signal("INT");
    let ended = bot.ended().await;
    assert_eq!(ended.code, Some(130));
    assert!(ended.err.contains("ending at once"), "{}", ended.err);
    stage.telegram.finish().await;
}

#[tokio::test]
async fn a_second_bot_on_the_same_data_is_refused_and_the_first_goes_on() {
    let stage = Stage::new().await;
    let bot = stage.run().await;
    let second = stage.place.call(&["run"]).await;
    assert_eq!(second.code, Some(4));
    assert!(
        second
            .err
            .contains("data is in use by another ceknomor: stop that one first, or set another CEKNOMOR_DATA_DIR"),
        "{}",
        second.err
    );
    let budi = stage.budi.in_private();
    budi.says("/id").await;
    assert!(budi.reply().await.text().contains(&stage.budi.id().to_string()));
    stage.end(bot).await;
}

#[tokio::test]
async fn a_wrong_token_ends_it_with_the_remedy() {
    let mut stage = Stage::new().await;
    let token = stage.telegram.token().replace("AAF", "AAG");
    stage.place.set("TELOXIDE_TOKEN", token);
    let refused = stage.place.call(&["run"]).await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.err.contains("Telegram refuses the bot token: copy it again from @BotFather"), "{}", refused.err);
    assert!(!refused.err.contains("AAG"), "{}", refused.err);
}

#[tokio::test]
async fn settings_that_are_missing_are_named_at_once() {
    let mut stage = Stage::new().await;
    for name in ["TELOXIDE_TOKEN", "KLIKOO_CLIENT_ID", "KLIKOO_PRIVATE_KEY_FILE"] {
        stage.place.unset(name);
    }
    let refused = stage.place.call(&["run"]).await;
    assert_eq!(refused.code, Some(4));
    let lines: Vec<&str> = refused.err.lines().map(|line| line.trim_start_matches("ceknomor:").trim()).collect();
    assert_eq!(lines.len(), 3, "{}", refused.err);
    for name in ["TELOXIDE_TOKEN is", "KLIKOO_CLIENT_ID is", "KLIKOO_PRIVATE_KEY_FILE is"] {
        assert!(lines.iter().any(|line| line.starts_with(name)), "{name}: {}", refused.err);
    }
    assert!(!stage.place.path("data").exists(), "nothing was begun");
}

#[tokio::test]
async fn a_telegram_out_of_reach_is_waited_for() {
    let stage = Stage::new().await;
    stage.telegram.go_down();
    let mut bot = stage.place.start(&["run"]);
    bot.logs("Telegram is out of reach; trying again").await;

    stage.telegram.come_up();
    bot.logs("answering").await;
    let budi = stage.budi.in_private();
    budi.says("PLN20 01105691111").await;
    assert!(budi.reply().await.text().contains("BAHARRUDIN1"));
    stage.end(bot).await;
}

#[tokio::test]
async fn it_can_be_stopped_while_telegram_is_out_of_reach() {
    let stage = Stage::new().await;
    stage.telegram.go_down();
    let mut bot = stage.place.start(&["run"]);
    bot.logs("Telegram is out of reach").await;
    stage.end(bot).await;
}

#[tokio::test]
async fn without_owners_it_says_so_and_tells_ids() {
    let mut stage = Stage::new().await;
    stage.place.unset("CEKNOMOR_OWNERS");
    let bot = stage.run().await;
    assert!(bot.log().contains("CEKNOMOR_OWNERS is empty: send /id to the bot"), "{}", bot.log());
    let budi = stage.budi.in_private();
    budi.says("/id").await;
    assert!(budi.reply().await.text().contains(&stage.budi.id().to_string()));
    stage.end(bot).await;
}

#[tokio::test]
async fn what_the_bot_keeps_is_for_its_user_alone() {
    let stage = Stage::new().await;
    let bot = stage.run().await;
    stage.budi.in_private().says("PLN20 01105691111").await;
    stage.budi.in_private().reply().await;
    let mut dirs = vec![stage.place.path("data")];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
            dirs.extend(path.is_dir().then_some(path));
        }
    }
    stage.end(bot).await;
}
