//! `ceknomor backup` and `ceknomor restore`: while the bot runs, and back again.

use std::{fs, os::unix::fs::PermissionsExt};

use super::{
    child::{Ended, Place, Process, write},
    stage::Stage,
};

/// Ends the bot, which another shall follow on the same stage.
async fn stopped(bot: Process) {
    bot.signal("TERM");
    assert_eq!(bot.ended().await.code, Some(0));
}

fn done(ended: Ended) -> String {
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    ended.out
}

/// A restore that had no file of deletions, and says so.
fn restored(ended: Ended) -> String {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.starts_with("ceknomor: what was deleted for good"), "{}", ended.err);
    ended.out
}

#[tokio::test]
async fn what_was_backed_up_while_the_bot_ran_is_its_history_again() {
    let stage = Stage::new().await;
    let budi = stage.budi.in_private();
    let mut bot = stage.run().await;
    budi.says("PLN20 01105691111").await;
    budi.reply().await;
    let told = done(stage.place.call(&["backup", "night"]).await);
    assert!(told.starts_with("night holds 1 check, ") && told.contains(" WIB"), "{told}");
    assert_eq!(fs::metadata(stage.place.path("night")).unwrap().permissions().mode() & 0o777, 0o600);
    bot.logs("a backup was made").await;
    // The bot goes on; what comes now is not in the backup.
    budi.says("DNOPEN 0817345544 50rb").await;
    budi.reply().await;
    // Or Telegram delivers it again to a journal that does not know it.
    stage.telegram.all_confirmed().await;
    stopped(bot).await;

    let refused = stage.place.call(&["restore", "night"]).await;
    assert!(refused.code == Some(4) && refused.err.contains("move the old one aside"), "{}", refused.err);
    fs::rename(stage.place.path("data"), stage.place.path("data.old")).unwrap();
    let told = restored(stage.place.call(&["restore", "night"]).await);
    assert!(told.starts_with("data holds 1 check, "), "{told}");
    let bot = stage.run().await;
    budi.says("/riwayat").await;
    let mut history = budi.reply().await;
    if !history.text().contains("Riwayat") {
        // The backup may have come before the end of the answer was noted: then it is given again.
        history = budi.reply().await;
    }
    assert!(history.text().contains("01105691111\nBAHARRUDIN1"), "{history:?}");
    assert!(!history.text().contains("0817345544"), "{history:?}");
    stage.end(bot).await;
}

#[tokio::test]
async fn backups_are_made_while_agents_check_and_each_holds_what_was_answered_before_it() {
    let mut stage = Stage::new().await;
    let budi = stage.budi.in_private();
    let bot = stage.run().await;
    for nth in 1..=4 {
        budi.says("PLN20 01105691111").await;
        budi.reply().await;
        // Begun while the bot asks and answers.
        let asked = budi.says("DNOPEN 0817345544 50rb").await;
        done(stage.place.call(&["backup", &format!("night-{nth}")]).await);
        assert!(budi.reply().await.answers(&asked));
    }
    stopped(bot).await;
    stage.place.set("CEKNOMOR_DATA_DIR", "other");
    for nth in 1..=4 {
        let told = restored(stage.place.call(&["restore", &format!("night-{nth}")]).await);
        let checks = told.split(' ').nth(2).and_then(|word| word.parse::<u32>().ok()).expect("a count");
        assert!((2 * nth - 1..=2 * nth).contains(&checks), "{told}");
        fs::remove_dir_all(stage.place.path("other")).unwrap();
    }
    stage.telegram.finish().await;
}

#[tokio::test]
async fn a_stopped_bot_is_backed_up_all_the_same_and_moves_with_its_open_questions() {
    let mut stage = Stage::new().await;
    let budi = stage.budi.in_private();
    let bot = stage.run().await;
    stage.klikoo.hold();
    let asked = budi.says("PLN20 01105691111").await;
    stage.klikoo.arrived(1).await;
    let killed = bot.killed().await;
    assert_eq!(killed.code, None);
    assert!(stage.place.path("data/control").exists(), "what a killed bot leaves");
    let told = done(stage.place.call(&["backup", "moving"]).await);
    assert!(told.contains(" 1 unanswered job"), "{told}");

    stage.klikoo.release();
    stage.place.set("CEKNOMOR_DATA_DIR", "elsewhere");
    restored(stage.place.call(&["restore", "moving"]).await);
    let bot = stage.run().await;
    let reply = budi.reply().await;
    assert!(reply.answers(&asked) && reply.text().contains("BAHARRUDIN1"), "{reply:?}");
    stage.end(bot).await;
}

#[tokio::test]
async fn who_was_blocked_after_the_backup_is_not_let_in_by_it_nor_by_an_invitation_in_it() {
    let mut stage = Stage::new().await;
    let sari = stage.telegram.user_with_id(100_778, "Sari").in_private();
    let (budi, dewi) = (stage.budi.in_private(), stage.telegram.user_with_id(100_779, "Dewi").in_private());
    let bot = stage.run().await;
    budi.says("/undang 5").await;
    let made = budi.reply().await;
    let token = made.text().lines().find_map(|line| Some(line.split_once("?start=")?.1)).unwrap();
    sari.says(&format!("/start {token}")).await;
    assert!(sari.reply().await.text().starts_with("✅ Anda sudah terdaftar"));
    budi.reply().await;
    assert_eq!(stage.place.call(&["backup", "night"]).await.code, Some(0));
    budi.says("/agen").await;
    let mut shown = budi.reply().await;
    for label in ["Sari", "⛔ Blokir", "Ya"] {
        shown.press(label, &stage.budi).await;
        shown = shown.edited().await;
    }
    assert!(shown.text().contains("· diblokir"), "{shown:?}");
    stage.telegram.all_confirmed().await;
    stopped(bot).await;

    fs::create_dir(stage.place.path("new")).unwrap();
    fs::copy(stage.place.path("data/deletions.jsonl"), stage.place.path("new/deletions.jsonl")).unwrap();
    stage.place.set("CEKNOMOR_DATA_DIR", "new");
    let told = done(stage.place.call(&["restore", "night"]).await);
    assert!(told.contains("Left out: 1 invitations and requests"), "{told}");
    let bot = stage.run().await;
    // Whatever she were told would be unread.
    sari.says("PLN20 01105691111").await;
    dewi.says(&format!("/start {token}")).await;
    assert_eq!(dewi.reply().await.text(), "Undangan ini sudah tidak berlaku.");
    stage.end(bot).await;
}

#[tokio::test]
async fn while_the_bot_runs_nothing_is_restored() {
    let stage = Stage::new().await;
    let bot = stage.run().await;
    done(stage.place.call(&["backup", "night"]).await);
    let refused = stage.place.call(&["restore", "night"]).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""));
    assert!(refused.err.contains("data is in use by another ceknomor: stop that one first"), "{}", refused.err);
    let again = stage.place.call(&["backup", "night"]).await;
    assert_eq!(again.code, Some(4));
    assert!(again.err.contains("night exists already and is left as it is"), "{}", again.err);
    stopped(bot).await;
    assert!(!stage.place.path("data/control").exists());
    stage.telegram.finish().await;
}

#[tokio::test]
async fn a_file_that_is_no_backup_changes_nothing() {
    let place = Place::new();
    write(&place.path("letter"), "to somebody");
    let refused = place.call(&["restore", "letter"]).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""));
    assert!(refused.err.contains("no whole backup of ceknomor"), "{}", refused.err);
    assert!(!place.path("data").exists());
    let refused = place.call(&["backup", "night"]).await;
    assert_eq!(refused.code, Some(4));
    assert!(
        refused.err.contains("there is no data in data: run this in the bot's directory, or set CEKNOMOR_DATA_DIR"),
        "{}",
        refused.err
    );
    assert!(!place.path("data").exists() && !place.path("night").exists());
    let refused = place.call(&["backup", "nowhere/night", "--data-dir", "none"]).await;
    assert_eq!(
        refused.err,
        "ceknomor: cannot write nowhere/night.partial: the directory nowhere does not exist: make it first\n"
    );
}
