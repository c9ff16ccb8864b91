//! `ceknomor doctor`: every part looked at, and for each that fails the remedy.

use std::{
    fs::{Permissions, set_permissions},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
};

use ceknomor::klikoo::PrivateKey;
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{
    child::{Ended, Place, write},
    stage::Stage,
};

/// Every line is about one part: whether it is well, the part, and what was found.
fn findings(ended: &Ended) -> Vec<(bool, &str, &str)> {
    assert_eq!(ended.err, "", "what is found stands on standard output");
    let read = |line| -> (bool, &str, &str) {
        let line: &str = line;
        let (mark, rest) = line.split_at(8);
        let (part, text) = rest.split_at(16);
        (mark.trim() == "ok", part.trim(), text)
    };
    ended.out.lines().map(read).collect()
}

/// The one failure, with its part; everything else is well, and the exit code says that something is not.
async fn one_failure(place: &Place) -> (String, String) {
    let ended = place.call(&["doctor"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let failed: Vec<_> = findings(&ended).into_iter().filter(|(is_well, ..)| !is_well).collect();
    let [(_, part, text)] = failed.as_slice() else { panic!("one failure: {}", ended.out) };
    ((*part).to_owned(), (*text).to_owned())
}

#[tokio::test]
async fn a_good_set_up_is_called_good() {
    let stage = Stage::new().await;
    let ended = stage.place.call(&["doctor"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let found: Vec<(&str, &str)> = findings(&ended).into_iter().map(|(_, part, text)| (part, text)).collect();
    assert_eq!(
        found,
        [
            ("data directory", "data holds nothing yet and can be written"),
            ("products", "6 products can be checked, at the vendor's sample prices: set CEKNOMOR_CATALOG"),
            ("access", "1 owner, 0 chats"),
            ("late answers", "a provider that does not answer is asked again for 15 min"),
            ("private key", "readable"),
            ("Klikoo token", "given"),
            ("clock", "accepted by Klikoo"),
            ("Klikoo balance", "Rp1.000.000 in the account"),
            ("Telegram", "the bot is @ceknomor_bot"),
        ]
    );
    assert_eq!(stage.klikoo.calls().balances, 1);
    assert_eq!(stage.klikoo.calls().inquiries, 0, "no check is spent");
    stage.telegram.finish().await;
}

#[tokio::test]
async fn without_any_setting_each_is_named_with_where_to_get_it() {
    let ended = Place::new().call(&["doctor"]).await;
    assert_eq!(ended.code, Some(1));
    let found = findings(&ended);
    for (setting, remedy) in [
        ("TELOXIDE_TOKEN", "@BotFather"),
        ("KLIKOO_BASE_URL", "copy it from Klikoo"),
        ("KLIKOO_CLIENT_ID", "Pengaturan → Konfigurasi API"),
        ("KLIKOO_CLIENT_SECRET", "Pengaturan → Konfigurasi API"),
        ("KLIKOO_PRIVATE_KEY_FILE", "`ceknomor keygen`"),
        ("CEKNOMOR_OWNERS", "/id"),
    ] {
        let named = found.iter().filter(|(is_well, _, text)| !is_well && text.starts_with(setting));
        assert!(named.clone().count() == 1 && named.clone().all(|(.., text)| text.contains(remedy)), "{}", ended.out);
    }
}

#[tokio::test]
async fn a_wrong_secret_has_its_remedy_and_is_not_shown() {
    let mut stage = Stage::new().await;
    stage.place.set("KLIKOO_CLIENT_SECRET", "hush-hush");
    let (part, text) = one_failure(&stage.place).await;
    assert_eq!(part, "Klikoo token");
    assert_eq!(
        text,
        "Klikoo refuses the client id or secret: \
         copy KLIKOO_CLIENT_ID and KLIKOO_CLIENT_SECRET from the dashboard again, \
         in .env between single quotes. (code 401016570)"
    );
}

/// A web server that answers everything with a page.
async fn web_server(status: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            // One read has the whole head of a request on loopback, and more is not needed.
            let _ = client.read(&mut [0; 4096]).await;
            let page = format!("HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: 6\r\n\r\n<html>");
            let _ = client.write_all(page.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn what_stands_in_front_of_klikoo_has_a_remedy_for_each_of_its_refusals() {
    let mut stage = Stage::new().await;
    for (status, remedy) in [
        (200, "Klikoo's answers cannot be read: check KLIKOO_BASE_URL; if it is right, report it to Klikoo"),
        (301, "There is no Klikoo API at that address: check KLIKOO_BASE_URL, gateway prefix and https included."),
        (401, "copy KLIKOO_CLIENT_ID and KLIKOO_CLIENT_SECRET from the dashboard again"),
        (403, "whitelist; if it is there, ask Klikoo whether its firewall blocks it"),
        (404, "There is no Klikoo API at that address"),
        (429, "Klikoo refuses because requests come too often; "),
        (503, "try again later; if it lasts, check that KLIKOO_BASE_URL is the API's address"),
    ] {
        stage.place.set("KLIKOO_BASE_URL", web_server(status).await);
        let (part, text) = one_failure(&stage.place).await;
        assert!(part == "Klikoo token" && text.contains(remedy), "{status}: {text}");
    }
}

#[tokio::test]
async fn a_key_that_is_not_registered_has_its_remedy() {
    let mut stage = Stage::new().await;
    let file = stage.place.path("another.pem");
    write(&file, PrivateKey::generate().unwrap().to_pem().unwrap().expose_secret());
    stage.place.set("KLIKOO_PRIVATE_KEY_FILE", file.to_str().unwrap());
    let (part, text) = one_failure(&stage.place).await;
    assert_eq!(part, "Klikoo token");
    assert!(text.starts_with("Klikoo refuses the signature: ") && text.ends_with("(code 400016508)"), "{text}");
    assert!(text.contains("paste the public key of KLIKOO_PRIVATE_KEY_FILE into the dashboard"), "{text}");
}

#[tokio::test]
async fn what_anyone_may_read_is_pointed_out() {
    let stage = Stage::new().await;
    stage.run().await.killed().await;
    let open = [
        ("data", stage.place.path("data")),
        ("klikoo-private.pem", stage.place.path("klikoo-private.pem")),
        (".env", stage.place.path(".env")),
        ("2026-11-22.jsonl", stage.place.path("2026-11-22.jsonl")),
    ];
    write(&open[2].1, "");
    write(&open[3].1, "");
    for (mode, is_open) in [(0o700, false), (0o755, true)] {
        for (_, path) in &open {
            set_permissions(path, Permissions::from_mode(mode)).unwrap();
        }
        let ended = stage.place.call(&["doctor"]).await;
        assert_eq!(ended.code, Some(0), "a directory above may keep them out: {ended:?}");
        let told: Vec<&str> =
            findings(&ended).into_iter().filter(|(_, part, _)| *part == "privacy").map(|(.., text)| text).collect();
        assert_eq!(told.len(), if is_open { open.len() } else { 0 }, "{told:?}");
        for (text, (name, _)) in told.iter().zip(&open) {
            assert!(
                text.starts_with("any user of this machine may read ") && text.contains(&format!("{name}: chmod go="))
            );
        }
    }
}

#[tokio::test]
async fn a_chat_that_telegram_does_not_know_is_named() {
    let mut stage = Stage::new().await;
    let group = stage.telegram.group("Agen Pulsa", &[&stage.budi]);
    stage.place.set("CEKNOMOR_CHATS", format!("{},-1001234567890", group.id()));
    let (part, text) = one_failure(&stage.place).await;
    assert_eq!(part, "access");
    assert!(
        text.starts_with("Telegram does not know the bot in chat -1001234567890: add the bot to the group"),
        "{text}"
    );
    stage.telegram.refused("getChat", "chat not found").await;
}

#[tokio::test]
async fn secrets_in_clear_are_pointed_out() {
    let mut stage = Stage::new().await;
    stage.place.set("CEKNOMOR_ALLOW_HTTP", "true");
    let ended = stage.place.call(&["doctor"]).await;
    let found = findings(&ended);
    assert!(found.iter().any(|(_, part, text)| *part == "privacy" && text.contains("http://")), "{ended:?}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_measured() {
    let stage = Stage::new().await;
    stage.klikoo_clock.advance(TimeDelta::minutes(20));
    let (part, text) = one_failure(&stage.place).await;
    assert_eq!(part, "clock");
    assert!(text.contains("about 20 min behind Klikoo's") && text.contains("turn on NTP"), "{text}");

    stage.klikoo_clock.advance(TimeDelta::minutes(-40));
    let (_, text) = one_failure(&stage.place).await;
    assert!(text.contains("about 20 min ahead of Klikoo's"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_from_what_refuses() {
    let mut stage = Stage::new().await;
    stage.telegram.go_down();
    let (part, text) = one_failure(&stage.place).await;
    assert!(part == "Telegram" && text.starts_with("the connection was lost: check that this"), "{text}");
    assert!(!text.contains("TELOXIDE_TOKEN"), "the token is not the cause: {text}");
    stage.telegram.come_up();

    let token = stage.telegram.token().replace("AAF", "AAG");
    stage.place.set("TELOXIDE_TOKEN", token.as_str());
    let (part, text) = one_failure(&stage.place).await;
    assert_eq!(part, "Telegram");
    assert_eq!(text, "Telegram refuses the bot token: copy it again from @BotFather into TELOXIDE_TOKEN");
    stage.place.set("TELOXIDE_TOKEN", stage.telegram.token());

    // As it was pasted; half of it is told apart from one that is refused.
    stage.place.set("TELOXIDE_TOKEN", format!(" {} ", stage.telegram.token()));
    assert_eq!(stage.place.call(&["doctor"]).await.code, Some(0));
    stage.place.set("TELOXIDE_TOKEN", "AAF0817");
    let (_, text) = one_failure(&stage.place).await;
    assert!(text.starts_with("TELOXIDE_TOKEN is no bot token: copy all of it"), "{text}");
    stage.place.set("TELOXIDE_TOKEN", stage.telegram.token());

    for no_address in ["localhost:8081", "ftp://localhost", "http://localhost?a=b"] {
        stage.place.set("TELOXIDE_API_URL", no_address);
        let (_, text) = one_failure(&stage.place).await;
        assert_eq!(text, "TELOXIDE_API_URL is no URL over http or https: give one such as http://127.0.0.1:8081");
    }
    stage.place.set("TELOXIDE_API_URL", stage.telegram.url());

    stage.klikoo.stop().await;
    let (part, text) = one_failure(&stage.place).await;
    assert!(part == "Klikoo token" && text.contains("check KLIKOO_BASE_URL"), "{text}");
}

#[tokio::test]
async fn no_proxy_comes_between_the_bot_and_what_runs_on_its_own_machine() {
    let mut stage = Stage::new().await;
    stage.place.set("http_proxy", "http://127.0.0.1:9");
    let ended = stage.place.call(&["doctor"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[tokio::test]
async fn a_data_directory_in_use_by_a_running_bot_is_well() {
    let stage = Stage::new().await;
    let bot = stage.run().await;
    let ended = stage.place.call(&["doctor"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(findings(&ended)[0], (true, "data directory", "data is in use, by a bot that runs"));
    stage.end(bot).await;
}

#[tokio::test]
async fn data_that_is_kept_is_read() {
    let stage = Stage::new().await;
    stage.run().await.killed().await;
    let ended = stage.place.call(&["doctor"]).await;
    assert_eq!(findings(&ended)[0], (true, "data directory", "data can be read and written"));
}

#[tokio::test]
async fn root_leaves_nothing_of_its_own_in_the_bots_data() {
    let stage = Stage::new().await;
    stage.run().await.killed().await;
    let data = stage.place.path("data");
    // Any other user cannot open it in the first place.
    let is_root = std::fs::metadata(&data).unwrap().uid() == 0;
    if !is_root || chown(&data, Some(65_534), None).is_err() {
        return;
    }
    let changed = || std::fs::metadata(data.join("store.json")).unwrap().modified().unwrap();
    let before = changed();
    let ended = stage.place.call(&["doctor"]).await;
    let told = "data is user 65534's and was not opened; to look into it: sudo -u '#65534' ceknomor doctor";
    assert_eq!(findings(&ended)[0], (true, "data directory", told));
    assert_eq!(changed(), before);
}

#[tokio::test]
async fn nothing_is_begun_by_looking() {
    let mut stage = Stage::new().await;
    let there = || std::fs::read_dir(stage.place.path("")).unwrap().count();
    let before = there();
    assert_eq!(stage.place.call(&["doctor"]).await.code, Some(0));
    assert_eq!(there(), before);

    std::fs::create_dir(stage.place.path("data")).unwrap();
    assert_eq!(stage.place.call(&["doctor"]).await.code, Some(0));
    assert_eq!(std::fs::read_dir(stage.place.path("data")).unwrap().count(), 0);

    // Where not even root can make anything.
    stage.place.set("CEKNOMOR_DATA_DIR", "/proc/ceknomor/data");
    let (part, text) = one_failure(&stage.place).await;
    assert!(part == "data directory" && text.starts_with("/proc/ceknomor/data cannot be written ("), "{text}");
}

#[tokio::test]
async fn a_data_directory_under_a_file_cannot_be() {
    let mut stage = Stage::new().await;
    write(&stage.place.path("notes.txt"), "mine");
    stage.place.set("CEKNOMOR_DATA_DIR", "notes.txt/data");
    let (part, text) = one_failure(&stage.place).await;
    assert!(part == "data directory" && text.contains("notes.txt/data"), "{text}");
    assert!(text.contains("CEKNOMOR_DATA_DIR"), "the remedy: {text}");
    stage.place.set("CEKNOMOR_DATA_DIR", "notes.txt");
    let (_, text) = one_failure(&stage.place).await;
    assert!(text.contains("notes.txt is not a directory: set CEKNOMOR_DATA_DIR"), "{text}");
    assert_eq!(std::fs::read_to_string(stage.place.path("notes.txt")).unwrap(), "mine");
}

#[tokio::test]
async fn a_disk_that_is_not_there_is_no_place_to_begin() {
    let stage = Stage::new().await;
    std::os::unix::fs::symlink(stage.place.path("mounted"), stage.place.path("data")).unwrap();
    let (part, text) = one_failure(&stage.place).await;
    assert!(part == "data directory" && text.starts_with("data is not a directory: "), "{text}");
    std::fs::create_dir(stage.place.path("mounted")).unwrap();
    assert_eq!(stage.place.call(&["doctor"]).await.code, Some(0));
}

#[tokio::test]
async fn a_mistake_in_the_catalog_is_named_by_file_and_line() {
    let mut stage = Stage::new().await;
    write(&stage.place.path("products.toml"), "[[product]]\ncode = \"PLN20\"\nbuying = 20500\nselling = 20000\n");
    stage.place.set("CEKNOMOR_CATALOG", "products.toml");
    let (part, text) = one_failure(&stage.place).await;
    assert!(part == "products" && text.starts_with("products.toml:4: "), "{text}");
}

#[tokio::test]
async fn prices_of_ones_own_are_no_samples() {
    let mut stage = Stage::new().await;
    write(&stage.place.path("products.toml"), "[[product]]\ncode = \"PLN20\"\nbuying = 20150\nselling = 20500\n");
    stage.place.set("CEKNOMOR_CATALOG", "products.toml");
    let group = stage.telegram.group("Agen Pulsa", &[&stage.budi]);
    stage.admit(&group);
    let ended = stage.place.call(&["doctor"]).await;
    let found = findings(&ended);
    assert_eq!(found[1], (true, "products", "6 products can be checked"));
    assert_eq!(found[2], (true, "access", "1 owner, 1 chat"));
}
