//! `ceknomor forget`: an operator deletes for good while the bot is stopped, and no older backup brings it back.

use std::fs;

use super::stage::Stage;
use crate::telegram::InChat;

fn holds(dir: &std::path::Path, word: &str) -> bool {
    fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let is_in = |bytes: Vec<u8>| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        if path.is_dir() { holds(&path, word) } else { fs::read(path).is_ok_and(is_in) }
    })
}

#[tokio::test]
async fn a_number_is_forgotten_in_the_files_and_stays_so_when_an_older_backup_is_restored() {
    let mut stage = Stage::new().await;
    let budi = stage.budi.in_private();
    let bot = stage.run().await;
    for typed in ["PLN20 01105691111", "DNOPEN 0817345544 50rb", "/simpan tetangga PLN20 01105691111"] {
        budi.says(typed).await;
        budi.reply().await;
    }
    assert_eq!(stage.place.call(&["backup", "night"]).await.code, Some(0));
    let refused = stage.place.call(&["forget", "--number", "01105691111"]).await;
    assert!(refused.code == Some(4) && refused.err.contains("stop the bot first"), "{refused:?}");
    stage.telegram.all_confirmed().await;
    bot.signal("TERM");
    assert_eq!(bot.ended().await.code, Some(0));

    for (args, error) in [
        (vec!["forget"], "required"),
        (vec!["forget", "--number", "0110x"], "--number takes the digits"),
        (vec!["forget", "--user", "1", "--chat", "-1"], "cannot be used with"),
    ] {
        let refused = stage.place.call(&args).await;
        assert!(refused.code != Some(0) && refused.err.contains(error), "{refused:?}");
    }
    assert!(holds(&stage.place.path("data"), "01105691111"));
    let done = stage.place.call(&["forget", "--number", "01105691111"]).await;
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{done:?}");
    assert!(done.out.starts_with("Deleted: 1 check, 1 other entry (customers"), "{}", done.out);
    assert!(!holds(&stage.place.path("data"), "01105691111") && holds(&stage.place.path("data"), "0817345544"));
    assert!(!holds(&stage.place.path("data"), "tetangga"));

    fs::create_dir(stage.place.path("new")).unwrap();
    fs::copy(stage.place.path("data/deletions.jsonl"), stage.place.path("new/deletions.jsonl")).unwrap();
    stage.place.set("CEKNOMOR_DATA_DIR", "new");
    let restored = stage.place.call(&["restore", "night"]).await;
    assert_eq!((restored.code, restored.err.as_str()), (Some(0), ""), "{restored:?}");
    assert!(restored.out.ends_with("Left out, because it was deleted for good: 2 entries.\n"), "{}", restored.out);
    assert!(!holds(&stage.place.path("new"), "01105691111"));

    let chat = stage.budi.chat_id().to_string();
    let done = stage.place.call(&["forget", "--chat", &chat]).await;
    assert!(done.out.starts_with("Deleted: 1 check, "), "{done:?}");
    let bot = stage.run().await;
    budi.says("/riwayat").await;
    let history = budi.reply().await;
    assert!(history.text().starts_with("Belum ada cek"), "{history:?}");
    stage.end(bot).await;
}

#[tokio::test]
async fn a_chat_is_forgotten_by_the_id_that_it_has_now() {
    let mut stage = Stage::new().await;
    let group = stage.telegram.group("Agen", &[&stage.budi]);
    stage.place.set("CEKNOMOR_CHATS", group.id().to_string());
    let bot = stage.run().await;
    stage.budi.in_group(&group).says("/cek PLN20 01105691111").await;
    stage.budi.in_group(&group).reply().await;
    let new = group.becomes_supergroup();
    let budi = stage.budi.in_group(&new);
    budi.says("/cek PLN20 01105691111").await;
    budi.reply().await;
    stage.telegram.all_confirmed().await;
    bot.signal("TERM");
    assert_eq!(bot.ended().await.code, Some(0));
    let done = stage.place.call(&["forget", "--chat", &new.id().to_string()]).await;
    assert!(done.out.starts_with("Deleted: 2 checks"), "{done:?}");
    let done = stage.place.call(&["forget", "--chat", &group.id().to_string()]).await;
    assert!(done.out.starts_with("Deleted: 0 checks"), "{done:?}");
    stage.telegram.finish().await;
}
