//! `ceknomor audit`: the record of who did what, while the bot runs, when it does not, and from a backup.

use serde_json::Value;

use super::{
    child::{Ended, Place},
    stage::Stage,
};

fn lines(ended: &Ended) -> Vec<Value> {
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_record_is_read_while_the_bot_runs_and_when_it_does_not() {
    let stage = Stage::new().await;
    let budi = stage.budi.in_private();
    let bot = stage.run().await;
    budi.says("PLN20 01105691111").await;
    budi.reply().await;
    budi.says("/bahasa id").await;
    budi.reply().await;
    let audit = async |args: &[&str]| stage.place.call(&[&["audit"], args].concat()).await;
    let entries = lines(&audit(&["--json", "--since", "1h"]).await);
    let id = stage.budi.id();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert_eq!((&entries[0]["act"], &entries[0]["by"], &entries[0]["chat"]), (&"check".into(), &id.into(), &id.into()));
    assert_eq!((&entries[0]["outcome"], &entries[0]["provider"]), (&"found".into(), &"PLN".into()));
    assert!(entries[0]["reference"].as_str().is_some_and(|reference| reference.len() == 36), "{entries:?}");
    assert_eq!((&entries[1]["act"], &entries[1]["outcome"]), (&"setting".into(), &"language".into()));
    let readable = audit(&[]).await.out;
    assert!(readable.lines().next().unwrap().contains(&format!("  {id}  in {id}  check PLN  found  ")), "{readable}");
    assert!(!readable.contains("01105691111") && !readable.contains("BAHARRUDIN1"), "{readable}");
    assert_eq!(lines(&audit(&["--json", "--user", "5"]).await), Vec::<Value>::new());
    assert_eq!(lines(&audit(&["--json", "--chat", &id.to_string()]).await).len(), 2);
    assert_eq!(lines(&audit(&["--json", "--since", "2099-01-01"]).await), Vec::<Value>::new());
    // It is no backup, and a backup is known to be one.
    budi.says("/status").await;
    assert!(budi.reply().await.text().ends_with("Cadangan: belum pernah (ceknomor backup)"));
    assert_eq!(stage.place.call(&["backup", "night"]).await.code, Some(0));
    budi.says("/status").await;
    assert!(budi.reply().await.text().contains("Cadangan terakhir: "));

    bot.signal("TERM");
    assert_eq!(bot.ended().await.code, Some(0));
    let offline = lines(&audit(&["--json"]).await);
    assert_eq!(offline, entries);
    assert_eq!(lines(&audit(&["--json", "--backup", "night"]).await), entries);
    let wrong = audit(&["--since", "soon"]).await;
    assert!(wrong.err.contains("give a day such as 2026-11-01"), "{wrong:?}");
    stage.telegram.finish().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_named_with_its_remedy() {
    let place = Place::new();
    for (args, told) in [
        (
            ["audit", "--data-dir", "none"].as_slice(),
            "there is no data in none: run this in the bot's directory, or set CEKNOMOR_DATA_DIR\n",
        ),
        (
            &["audit", "--backup", "none"],
            "cannot read none (No such file or directory (os error 2)): check the path and the file's permissions\n",
        ),
    ] {
        let refused = place.call(args).await;
        assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""), "{refused:?}");
        assert_eq!(refused.err, format!("ceknomor: {told}"));
    }
    let refused = place.call(&["audit", "--user", "-100123"]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("`-100123` is no id: send /id to the bot to learn ids"), "{refused:?}");
}
