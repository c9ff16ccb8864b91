//! `ceknomor doctor`: looks at every part of the set-up, and says the remedy for each that fails.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{self, ExitCode},
    sync::Arc,
};

use chrono::TimeDelta;

use super::shared::count;
use crate::{
    access::Lists,
    app::open_store,
    bot,
    catalog::Catalog,
    chat,
    clock::SystemClock,
    config::{EnvFile, KlikooSettings, NetworkSettings, Settings},
    klikoo::{self, Client, Fault},
    locale::{Locale, Words, rupiah},
    store,
    value::{ChatId, Language},
};

/// How it ends, for `--help`.
pub(super) const EXIT_CODES: &str = "Exit codes:\n  0  every part is in order\n  1  some part is not";

/// What was found, or what is wrong with its remedy.
type Finding = Result<String, String>;

/// Prints findings as they come, and remembers whether all was well.
#[derive(Default)]
struct Report {
    failed: bool,
}

impl Report {
    fn add(&mut self, part: &str, finding: Finding) -> anyhow::Result<()> {
        let (mark, text) = match &finding {
            Ok(text) => ("ok    ", text),
            Err(text) => ("FAILED", text),
        };
        let mut out = io::stdout().lock();
        for line in text.lines() {
            writeln!(out, "{mark}  {part:<15} {line}")?;
        }
        self.failed |= finding.is_err();
        Ok(())
    }
}

pub(super) async fn doctor(settings: Settings, unknown: &[&str]) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    for name in unknown {
        report.add("settings", Err(format!("{name} is no setting: look for its right name in .env.example")))?;
    }
    report.add("data directory", data(&settings.data.dir))?;
    for file in open_to_others(&settings) {
        report.add("privacy", Ok(format!("any user of this machine may read {0}: chmod go= {0}", file.display())))?;
    }
    report.add("products", products(settings.catalog.file.as_deref()))?;
    report.add("access", access(&settings.access.lists()))?;
    let late_answers = match settings.answers.retry_window {
        Some(window) => format!("a provider that does not answer is asked again for {} min", window.num_minutes()),
        None => "a provider that does not answer is not asked again".to_owned(),
    };
    report.add("late answers", Ok(late_answers))?;
    if settings.network.allow_http {
        let warning = "CEKNOMOR_ALLOW_HTTP lets secrets go over http://, where anyone on the way can read them";
        report.add("privacy", Ok(warning.to_owned()))?;
    }
    match settings.webhook.webhook() {
        Ok(None) => {}
        Ok(Some(webhook)) => {
            report.add("webhook", Ok(format!("Telegram calls {}, which ends at {}", webhook.url, webhook.listen)))?;
        }
        Err(error) => report.add("webhook", Err(error.to_string()))?,
    }
    check_klikoo(&mut report, &settings.klikoo, &settings.network).await?;
    telegram(&mut report, &settings).await?;
    Ok(if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn data(dir: &Path) -> Finding {
    if dir.is_symlink() && !dir.exists() {
        // Nothing can be begun behind such a link; the disk that it leads to may not be mounted.
        return Err(store::Error::NotADirectory(dir.to_owned()).to_string());
    }
    let has_begun = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    };
    if !has_begun {
        return place_for_data(dir);
    }
    // Where root looks at another user's: opening it would leave files that the bot cannot read, and root can write
    // what the bot may not.
    let owner_of = |path| fs::metadata(path).ok().map(|metadata| metadata.uid());
    if let (Some(0), Some(owner @ 1..)) = (owner_of(Path::new("/proc/self")), owner_of(dir)) {
        let dir = dir.display();
        return Ok(format!(
            "{dir} is user {owner}'s and was not opened; to look into it: sudo -u '#{owner}' ceknomor doctor"
        ));
    }
    match open_store(dir) {
        Ok(_) => Ok(format!("{} can be read and written", dir.display())),
        Err(store::Error::InUse(_)) => Ok(format!("{} is in use, by a bot that runs", dir.display())),
        Err(error) => Err(error.to_string()),
    }
}

/// What holds secrets or customers' names and may be read by every user of this machine: the data directory, the
/// private key, `.env`, backups in this directory. That fails nothing, because a directory above, or a container, may
/// keep them out.
fn open_to_others(settings: &Settings) -> Vec<PathBuf> {
    let backups = fs::read_dir(".").into_iter().flatten().flatten().map(|entry| entry.path());
    let backups = backups.filter(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    let mut files = vec![settings.data.dir.clone()];
    files.extend(settings.klikoo.private_key_file.clone());
    files.extend(EnvFile::path());
    files.extend(backups.map(|file| file.strip_prefix(".").map_or(file.clone(), Path::to_owned)));
    files.retain(|file| fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0));
    files
}

/// Whether data can be begun in `dir`. Nothing is left there: the user who runs this may be another than the bot's, or
/// in another directory.
fn place_for_data(dir: &Path) -> Finding {
    let nearest = dir.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let trial = nearest.join(format!(".ceknomor-doctor-{}", process::id()));
    match fs::create_dir(&trial).and_then(|()| fs::remove_dir(&trial)) {
        Ok(()) => Ok(format!("{} holds nothing yet and can be written", dir.display())),
        Err(error) => Err(store::Error::Unwritable(dir.to_owned(), error.to_string()).to_string()),
    }
}

fn products(file: Option<&Path>) -> Finding {
    let catalog = Catalog::load(file).map_err(|error| error.to_string())?;
    let prices = if file.is_none() { ", at the vendor's sample prices: set CEKNOMOR_CATALOG" } else { "" };
    Ok(format!("{} can be checked{prices}", count(catalog.products().len(), "product")))
}

fn access(lists: &Lists) -> Finding {
    match lists.owners.len() {
        0 => Err("CEKNOMOR_OWNERS is empty: start the bot, send /id to it, and put your user id there".to_owned()),
        owners => Ok(format!("{}, {}", count(owners, "owner"), count(lists.chats.len(), "chat"))),
    }
}

async fn check_klikoo(report: &mut Report, settings: &KlikooSettings, network: &NetworkSettings) -> anyhow::Result<()> {
    let account = match settings.account(network) {
        Ok(account) => account,
        Err(error) => return report.add("Klikoo", Err(error.to_string())),
    };
    report.add("private key", Ok("readable".to_owned()))?;
    let client = match Client::new(account, settings.timeouts(), Arc::new(SystemClock)) {
        Ok(client) => client,
        Err(error) => return report.add("Klikoo", Err(error.to_string())),
    };
    let locale = Locale::new()?;
    let english = locale.words(Language::En);
    if let Err(error) = client.authenticate().await {
        return report.add("Klikoo token", Err(with_remedy(&error, english)));
    }
    report.add("Klikoo token", Ok("given".to_owned()))?;
    report.add("clock", clock(client.clock_offset()))?;
    let balance = client.balance().await.map(|balance| format!("{} in the account", rupiah(balance)));
    report.add("Klikoo balance", balance.map_err(|error| with_remedy(&error, english)))
}

/// A clock that the vendor refuses is corrected by the client; the operator should know all the same.
fn clock(offset: TimeDelta) -> Finding {
    let seconds = offset.num_seconds();
    let length = match seconds.unsigned_abs() {
        0 => return Ok("accepted by Klikoo".to_owned()),
        few @ ..120 => format!("{few} s"),
        many => format!("about {} min", (many + 30) / 60),
    };
    let side = if seconds > 0 { "behind" } else { "ahead of" };
    let remedy = "requests are corrected, but turn on NTP (timedatectl set-ntp true)";
    Err(format!("this machine's clock is {length} {side} Klikoo's; {remedy}"))
}

async fn telegram(report: &mut Report, settings: &Settings) -> anyhow::Result<()> {
    let account = match settings.telegram.account(&settings.network) {
        Ok(account) => account,
        Err(error) => return report.add("Telegram", Err(error.to_string())),
    };
    let identified = bot::identify(&account).await.map_err(|error| match error {
        bot::Error::Token => error.to_string(),
        _ => format!("{error}: check that this machine reaches Telegram (firewall, clock, TELOXIDE_API_URL)"),
    });
    let is_known = identified.is_ok();
    report.add("Telegram", identified.map(|name| format!("the bot is @{name}")))?;
    if !is_known {
        return Ok(());
    }
    let mut chats: Vec<ChatId> = settings.access.lists().chats.into_iter().collect();
    chats.sort_unstable();
    for chat in bot::missing_chats(&account, chats).await? {
        let remedy = match chat.0 {
            ..0 => "add the bot to the group, or take the id out of CEKNOMOR_CHATS",
            _ => "its owner has to open the bot and press Start once, or take the id out of CEKNOMOR_CHATS",
        };
        report.add("access", Err(format!("Telegram does not know the bot in chat {chat}: {remedy}")))?;
    }
    Ok(())
}

/// What went wrong with Klikoo, and what an operator does about it.
fn with_remedy(error: &klikoo::Error, words: Words<'_>) -> String {
    let remedy = match error.fault.root() {
        Fault::Operator(problem) => {
            let code = error.code.as_ref().map(|code| format!(" (code {})", code.as_str())).unwrap_or_default();
            return format!("{}{code}", chat::remedy(words, *problem).plain());
        }
        // A clock that is years off makes every certificate one of the past or the future.
        Fault::Unreachable => {
            "check KLIKOO_BASE_URL, and that this machine reaches it (firewall, proxy, clock); `--log warn` shows the cause"
        }
        Fault::Timeout => "check that this machine reaches KLIKOO_BASE_URL; otherwise try again later",
        Fault::Garbled => {
            "try again later; if it lasts, check that KLIKOO_BASE_URL is the API's address, gateway prefix included"
        }
        Fault::ProviderDown | Fault::VendorFault | Fault::NotNow => "try again later; tell Klikoo if it lasts",
        _ => "ask Klikoo, naming the code",
    };
    format!("{error}: {remedy}")
}
