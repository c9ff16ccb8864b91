//! `--help` and the documents: all that can be set is in them, and nothing that is set.

use std::fs;

use ceknomor::cli::Cli;
use clap::{Arg, Command, CommandFactory};

use super::child::Place;

/// Every setting.
pub(super) fn settings() -> Vec<Arg> {
    let program = Cli::command();
    let commands = [&program].into_iter().chain(program.get_subcommands());
    let mut settings: Vec<Arg> =
        commands.flat_map(Command::get_arguments).filter(|arg| arg.get_env().is_some()).cloned().collect();
    settings.sort_by(|a, b| a.get_env().cmp(&b.get_env()));
    settings.dedup_by(|a, b| a.get_env() == b.get_env());
    settings
}

/// The variable of a setting.
pub(super) fn variable(setting: &Arg) -> &str {
    setting.get_env().and_then(|name| name.to_str()).unwrap()
}

#[test]
fn every_setting_is_in_the_documents_with_its_default() {
    let read = |file: &str| fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (setup, guide, example) = (read("docs/setup.md"), read("docs/panduan.md"), read(".env.example"));
    let settings = settings();
    for setting in &settings {
        let (name, flag) = (variable(setting), setting.get_long().unwrap());
        let row = setup.lines().find(|line| line.starts_with(&format!("| `{name}` | `--{flag}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/setup.md lacks {name}, --{flag}"));
        for default in setting.get_default_values() {
            assert!(row.contains(default.to_str().unwrap()), "docs/setup.md lacks the default of {name}: {default:?}");
        }
        let is_row = |line: &str| line.starts_with("| ") && line.contains(&format!("`{name}`"));
        assert!(guide.lines().any(is_row), "docs/panduan.md lacks {name}");
        let is_line = |line: &str| line.trim_start_matches('#').starts_with(&format!("{name}="));
        assert!(example.lines().any(is_line), ".env.example lacks {name}");
    }
    let names = example.lines().filter_map(|line| line.trim_start_matches('#').split_once('=')).map(|(name, _)| name);
    for name in names.filter(|name| !name.contains(' ')) {
        assert!(settings.iter().any(|setting| variable(setting) == name), ".env.example has {name}, which is none");
    }
}

#[tokio::test]
async fn every_command_shows_its_variables_and_no_secret() {
    let mut place = Place::new();
    let settings = settings();
    let all: Vec<&str> = settings.iter().map(variable).collect();
    for name in &all {
        place.set(name, format!("hush-{name}"));
    }
    let of_a_check = all.iter().copied().filter(|name| name.starts_with("KLIKOO_"));
    let of_a_check = of_a_check.chain(["CEKNOMOR_CHECK_TIMEOUT", "CEKNOMOR_ALLOW_HTTP", "CEKNOMOR_CATALOG"]).collect();
    for (command, variables) in [
        ("run", all.clone()),
        ("doctor", all.clone()),
        ("cek", of_a_check),
        ("demo", vec!["CEKNOMOR_CATALOG"]),
        ("keygen", vec![]),
        ("sandbox", vec!["CEKNOMOR_CATALOG"]),
        ("backup", vec!["CEKNOMOR_DATA_DIR"]),
        ("restore", vec!["CEKNOMOR_DATA_DIR"]),
        ("forget", vec!["CEKNOMOR_DATA_DIR"]),
        ("audit", vec!["CEKNOMOR_DATA_DIR"]),
    ] {
        let help = place.call(&[command, "--help"]).await;
        assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
        for name in variables.iter().chain(&["RUST_LOG"]) {
            assert!(help.out.contains(&format!("[env: {name}")), "{command} --help lacks {name}:\n{}", help.out);
        }
        let secrets = ["TOKEN", "API_URL", "BASE_URL", "CLIENT_ID", "SECRET", "WEBHOOK_URL"];
        let shown =
            secrets.iter().find(|secret| help.out.lines().any(|line| line.contains("hush-") && line.contains(*secret)));
        assert_eq!(shown, None, "{command} --help:\n{}", help.out);
    }
}

#[tokio::test]
async fn the_first_help_names_every_command() {
    let help = Place::new().call(&["--help"]).await;
    assert_eq!(help.code, Some(0));
    for command in Cli::command().get_subcommands() {
        let name = format!("{} ", command.get_name());
        assert!(help.out.lines().any(|line| line.trim_start().starts_with(&name)), "{name}");
    }
}
