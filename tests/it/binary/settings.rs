//! Settings from flags, the environment and a `.env` file: which of them counts, and what is said of one that is wrong.

use super::{
    child::{Place, Process, write},
    help::{settings, variable},
    stage::Stage,
};

#[tokio::test]
async fn a_bot_runs_on_the_settings_of_a_file_alone() {
    let mut stage = Stage::new().await;
    let settings = stage.place.clear();
    let lines: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    write(&stage.place.path(".env"), format!("# settings\n\n{}", lines.concat()));

    let bot = stage.run().await;
    let budi = stage.budi.in_private();
    budi.says("PLN20 01105691111").await;
    assert!(budi.reply().await.text().contains("BAHARRUDIN1"));
    stage.end(bot).await;
}

#[tokio::test]
async fn the_environment_stands_above_the_file() {
    let stage = Stage::new().await;
    write(&stage.place.path(".env"), "KLIKOO_CLIENT_SECRET=wrong\nCEKNOMOR_CHECK_TIMEOUT=0\n");
    let refused = stage.place.call(&["cek", "PLN20", "01105691111"]).await;
    assert!(refused.err.contains("from 1 to 120"), "what only the file has counts: {refused:?}");

    write(&stage.place.path(".env"), "KLIKOO_CLIENT_SECRET=wrong\n");
    assert_eq!(stage.place.call(&["cek", "PLN20", "01105691111"]).await.code, Some(0));
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_named_and_not_shown() {
    let place = Place::new();
    for (content, line) in [
        ("KLIKOO_CLIENT_SECRET=hush hush hush\n", 1),
        ("# hush hush\n\nhush hush", 3),
        ("\u{feff}RUST_LOG=off\nKLIKOO_CLIENT_SECRET=\"hush\n", 2),
        ("KLIKOO_CLIENT_ID='hush\nhush'\nKLIKOO_CLIENT_SECRET=hush hush\nRUST_LOG=off\n", 3),
    ] {
        write(&place.path(".env"), content);
        for command in ["run", "doctor", "demo"] {
            let refused = place.call(&[command]).await;
            assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""), "{content:?}");
            let file = place.path(".env").canonicalize().unwrap();
            let told = format!("ceknomor: {}:{line}: this line cannot be read: write NAME=value", file.display());
            assert!(refused.err.starts_with(&told), "{content:?}: {}", refused.err);
            assert!(refused.err.contains("quote values with spaces"), "the remedy: {}", refused.err);
            assert!(!refused.err.contains("hush"), "{}", refused.err);
        }
    }
}

#[tokio::test]
async fn a_file_that_is_no_text_is_named_with_its_line() {
    let place = Place::new();
    for content in [b"RUST_LOG=off\n# caf\xe9\n".as_slice(), b"RUST_LOG=off\nKLIKOO_CLIENT_SECRET=hush\0\n"] {
        write(&place.path(".env"), content);
        let refused = place.call(&["demo"]).await;
        assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""));
        let file = place.path(".env").canonicalize().unwrap();
        let told = format!("ceknomor: {}:2: this is not UTF-8 text: save the file as UTF-8\n", file.display());
        assert_eq!(refused.err, told);
    }
}

#[tokio::test]
async fn a_setting_that_stands_there_twice_is_no_riddle() {
    let mut place = Place::new();
    write(&place.path(".env"), "KLIKOO_CLIENT_SECRET=a\nFOO=1\nFOO=2\nKLIKOO_CLIENT_SECRET=hush\n");
    let refused = place.call(&["doctor"]).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""));
    let file = place.path(".env").canonicalize().unwrap();
    let told = format!("ceknomor: {} sets KLIKOO_CLIENT_SECRET twice: keep one of its lines\n", file.display());
    assert_eq!(refused.err, told);

    write(&place.path(".env"), "CEKNOMOR_OWNERS=7\nCEKNOMOR_CHATS=1\nCEKNOMOR_OWNERS=8\nCEKNOMOR_CHATS=2\n");
    let refused = place.call(&["doctor"]).await;
    assert!(refused.err.ends_with("sets these twice, keep one line of each: CEKNOMOR_CHATS, CEKNOMOR_OWNERS\n"));

    // As where what the sandbox prints was put below, or above, a copy of the example.
    for content in ["CEKNOMOR_OWNERS=\nCEKNOMOR_OWNERS=7\n", "CEKNOMOR_OWNERS=7\nexport CEKNOMOR_OWNERS='' # whose?\n"]
    {
        write(&place.path(".env"), content);
        let doctor = place.call(&["doctor"]).await;
        assert!(doctor.out.contains("1 owner, 0 chats"), "an empty line contradicts nothing: {doctor:?}");
    }

    write(&place.path(".env"), "FOO=1\nCEKNOMOR_OWNERS=7\nFOO=2\nCEKNOMOR_OWNERS=7\n");
    place.set("RUST_LOG", "off");
    let doctor = place.call(&["doctor"]).await;
    assert!(doctor.out.contains("1 owner, 0 chats"), "neither is a riddle: {doctor:?}");
}

#[tokio::test]
async fn a_file_in_a_directory_above_is_found() {
    let place = Place::new();
    let below = place.path("below");
    std::fs::create_dir_all(below.join(".env")).unwrap();
    write(&place.path(".env"), "CEKNOMOR_PATIENCE=abc\n");
    let child = place.command(&["run"]).current_dir(below).spawn().unwrap();
    let refused = Process::of(child).ended().await;
    assert!(refused.err.contains("CEKNOMOR_PATIENCE: give minutes"), "{refused:?}");
}

#[tokio::test]
async fn an_empty_variable_counts_as_one_that_is_not_set() {
    let mut place = Place::new();
    for (setting, value) in settings().iter().zip(["", " "].into_iter().cycle()) {
        place.set(variable(setting), value);
    }
    let doctor = place.call(&["doctor"]).await;
    assert_eq!((doctor.code, doctor.err.as_str()), (Some(1), ""), "{doctor:?}");
    assert!(doctor.out.contains("KLIKOO_PRIVATE_KEY_FILE is not set"), "{}", doctor.out);
    assert!(doctor.out.contains("  data holds nothing yet"), "the default: {}", doctor.out);
    let help = place.call(&["doctor", "--help"]).await;
    assert!(help.out.contains("[env: CEKNOMOR_PATIENCE"), "it can be set all the same: {}", help.out);
}

#[tokio::test]
async fn a_name_that_is_no_setting_is_pointed_out() {
    let place = Place::new();
    write(&place.path(".env"), "CEKNOMOR_KEP_DAYS=9\nOTHER=1\nCEKNOMOR_KEEP_DAYS=9\n");
    let doctor = place.call(&["doctor"]).await;
    let told = doctor.out.lines().filter(|line| line.contains("is no setting")).collect::<Vec<_>>();
    let remedy = "CEKNOMOR_KEP_DAYS is no setting: look for its right name in .env.example";
    assert_eq!(told, [format!("FAILED  settings        {remedy}")]);
}

#[tokio::test]
async fn a_webhook_that_cannot_be_is_pointed_out_before_the_bot_is_started() {
    let mut place = Place::new();
    place.set("CEKNOMOR_WEBHOOK_URL", "http://bot.example.id/telegram");
    let doctor = place.call(&["doctor"]).await;
    let told = "FAILED  webhook         CEKNOMOR_WEBHOOK_URL is no URL over https: Telegram calls no other\n";
    assert!(doctor.out.contains(told), "{}", doctor.out);
    place.set("CEKNOMOR_WEBHOOK_URL", "https://bot.example.id/telegram");
    let doctor = place.call(&["doctor"]).await;
    let told = "ok      webhook         Telegram calls https://bot.example.id/telegram, which ends at 127.0.0.1:8080\n";
    assert!(doctor.out.contains(told), "{}", doctor.out);
}

#[tokio::test]
async fn a_variable_that_cannot_be_is_named_with_what_could() {
    for (command, name, value, complaint) in [
        ("run", "CEKNOMOR_OWNERS", "@budi", "`@budi` is no id: send /id to the bot to learn ids"),
        (
            "run",
            "CEKNOMOR_OWNERS",
            "-1001234567890",
            "`-1001234567890` is a group's id, not a person's: groups go into CEKNOMOR_CHATS",
        ),
        ("run", "CEKNOMOR_CHATS", "-100x", "`-100x` is no id: send /id to the bot to learn ids"),
        // What the bot alone goes by is looked at, too.
        ("doctor", "CEKNOMOR_KEEP_DAYS", "a year", "give days, from 0 to 36500"),
        ("run", "CEKNOMOR_ALLOW_HTTP", "nope", "give on or off, or true or false"),
        ("run", "CEKNOMOR_PATIENCE", "abc", "give minutes, from 0 to 60"),
        ("demo", "RUST_LOG", "a=b", "`a=b` says no log level: try `info` or `debug`"),
        ("doctor", "CEKNOMOR_CHECK_TIMEOUT", "0", "give seconds, from 1 to 120"),
    ] {
        let mut place = Place::new();
        place.set(name, value);
        let refused = place.call(&[command]).await;
        assert_eq!(refused.code, Some(4), "{refused:?}");
        assert_eq!((refused.out.as_str(), refused.err), ("", format!("ceknomor: {name}: {complaint}\n")));
    }
}

#[tokio::test]
async fn a_wrong_setting_is_no_invalid_check() {
    let mut place = Place::new();
    write(&place.path(".env"), "CEKNOMOR_CHECK_TIMEOUT=soon\n");
    let refused = place.call(&["cek", "PLN20", "01105691111"]).await;
    assert_eq!(refused.code, Some(4), "2 is what says so: {refused:?}");

    place.set("CEKNOMOR_CHECK_TIMEOUT", "late");
    for args in [["--check-timeout", "soon"].as_slice(), &["--check-timeout=soon"]] {
        let refused = place.call(&[&["cek", "PLN20", "01105691111"], args].concat()).await;
        assert_eq!(refused.code, Some(2), "a flag is given by hand: {refused:?}");
        assert!(
            refused.err.contains("'soon' for '--check-timeout <SECONDS>': give seconds, from 1"),
            "{}",
            refused.err
        );
    }
}
