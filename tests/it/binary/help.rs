//! `--help`: all that can be set is in it, and nothing that is set.

use super::child::Place;

/// What a check needs.
pub(super) const KLIKOO: [&str; 6] = [
    "KLIKOO_BASE_URL",
    "KLIKOO_CLIENT_ID",
    "KLIKOO_CLIENT_SECRET",
    "KLIKOO_PRIVATE_KEY_FILE",
    "CEKNOMOR_CHECK_TIMEOUT",
    "CEKNOMOR_ALLOW_HTTP",
];

/// All that can be set besides.
pub(super) const OTHERS: [&str; 7] = [
    "TELOXIDE_TOKEN",
    "TELOXIDE_API_URL",
    "CEKNOMOR_DATA_DIR",
    "CEKNOMOR_OWNERS",
    "CEKNOMOR_CHATS",
    "CEKNOMOR_CATALOG",
    "CEKNOMOR_PATIENCE",
];

/// What `run` alone goes by.
const OF_RUN: [&str; 4] = ["CEKNOMOR_QUOTA_AGENT", "CEKNOMOR_QUOTA_GROUP", "CEKNOMOR_QUOTA_ACCOUNT", "CEKNOMOR_GUARD"];

/// What a variable is set to: by this it would be recognised. Ids, seconds and minutes have to be numbers.
fn value(name: &str) -> String {
    match name {
        "CEKNOMOR_OWNERS" | "CEKNOMOR_CHATS" | "CEKNOMOR_CHECK_TIMEOUT" | "CEKNOMOR_PATIENCE" => "55".to_owned(),
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
        ("run", all().into_iter().chain(OF_RUN).collect()),
        ("doctor", all()),
        ("cek", [&KLIKOO[..], &["CEKNOMOR_CATALOG"]].concat()),
        ("demo", vec!["CEKNOMOR_CATALOG"]),
        ("keygen", vec![]),
        ("sandbox", vec!["CEKNOMOR_CATALOG"]),
        ("backup", vec!["CEKNOMOR_DATA_DIR"]),
        ("restore", vec!["CEKNOMOR_DATA_DIR"]),
        ("forget", vec!["CEKNOMOR_DATA_DIR"]),
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
    for command in ["run", "demo", "cek", "doctor", "keygen", "sandbox", "backup", "restore", "forget"] {
        assert!(help.out.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command}");
    }
}
