//! `--help`: all that can be set is in it, and nothing that is set.

use super::child::{Place, write};

const KLIKOO: [&str; 5] = [
    "KLIKOO_BASE_URL",
    "KLIKOO_CLIENT_ID",
    "KLIKOO_CLIENT_SECRET",
    "KLIKOO_PRIVATE_KEY_FILE",
    "CEKNOMOR_CHECK_TIMEOUT",
];

const OTHERS: [&str; 6] = [
    "TELOXIDE_TOKEN",
    "TELOXIDE_API_URL",
    "CEKNOMOR_DATA_DIR",
    "CEKNOMOR_OWNERS",
    "CEKNOMOR_CHATS",
    "CEKNOMOR_CATALOG",
];

/// What a variable is set to: by this it would be recognised. The ids and the seconds have to be numbers.
fn value(name: &str) -> String {
    match name {
        "CEKNOMOR_OWNERS" | "CEKNOMOR_CHATS" | "CEKNOMOR_CHECK_TIMEOUT" => "77".to_owned(),
        name => format!("hush-{name}"),
    }
}

#[tokio::test]
async fn every_command_documents_its_variables_and_shows_no_secret() {
    let mut place = Place::new();
    for name in KLIKOO.iter().chain(&OTHERS) {
        place.set(name, value(name));
    }
    let all = || KLIKOO.into_iter().chain(OTHERS).collect::<Vec<_>>();
    for (command, variables) in [
        ("run", all()),
        ("doctor", all()),
        ("cek", [&KLIKOO[..], &["CEKNOMOR_CATALOG"]].concat()),
        ("demo", vec![]),
        ("keygen", vec![]),
        ("sandbox", vec![]),
        ("backup", vec!["CEKNOMOR_DATA_DIR"]),
        ("restore", vec!["CEKNOMOR_DATA_DIR"]),
    ] {
        let help = place.call(&[command, "--help"]).await;
        assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
        for name in variables.iter().chain(&["RUST_LOG"]) {
            assert!(help.out.contains(&format!("[env: {name}")), "{command} --help lacks {name}:\n{}", help.out);
        }
        let secrets = ["TOKEN", "API_URL", "BASE_URL", "CLIENT_ID", "CLIENT_SECRET"];
        let shown =
            secrets.iter().find(|secret| help.out.lines().any(|line| line.contains("hush-") && line.contains(*secret)));
        assert_eq!(shown, None, "{command} --help:\n{}", help.out);
    }
}

#[tokio::test]
async fn the_first_help_names_every_command() {
    let help = Place::new().call(&["--help"]).await;
    assert_eq!(help.code, Some(0));
    for command in ["run", "demo", "cek", "doctor", "keygen", "sandbox", "backup", "restore"] {
        assert!(help.out.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command}");
    }
}

#[tokio::test]
async fn an_empty_variable_counts_as_one_that_is_not_set() {
    let mut place = Place::new();
    for name in KLIKOO.iter().chain(&OTHERS).chain(&["RUST_LOG"]) {
        place.set(name, "");
    }
    let doctor = place.call(&["doctor"]).await;
    assert_eq!((doctor.code, doctor.err.as_str()), (Some(1), ""), "{doctor:?}");
    assert!(doctor.out.contains("KLIKOO_PRIVATE_KEY_FILE is not set"), "{}", doctor.out);
    assert!(doctor.out.contains("  data holds nothing yet"), "the default: {}", doctor.out);
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
