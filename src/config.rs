//! Settings: every one is a flag and an environment variable; here they become typed and complete, or an error that names
//! each one that is missing or wrong, with its remedy.

use std::{
    env,
    fmt::Display,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use axum::http::{Uri, uri::Authority};
use chrono::TimeDelta;
use clap::{
    ArgAction, Args,
    builder::{FalseyValueParser, OsStringValueParser, TypedValueParser},
};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    access::{Limits, Lists, Quota},
    bot::{self, Webhook},
    chat::BoardSettings,
    klikoo::{self, PrivateKey, Timeouts},
    value::{ChatId, Rupiah, UserId, is_this_machine},
};

mod env_file;

pub use env_file::{EnvFile, Reload};

/// The `.env` in the working directory, or in the nearest directory above that has one.
pub fn env_file() -> Option<PathBuf> {
    let here = env::current_dir().unwrap_or_default();
    // Where it may be and cannot be looked for, its settings must not be missed in silence.
    let is_there = |file: &PathBuf| file.is_file() || file.try_exists().is_err();
    here.ancestors().map(|dir| dir.join(".env")).find(is_there)
}

const DEFAULT_DIR: &str = "data";
const DEFAULT_SECONDS: &str = "25";

/// Reads a path that may be empty: an empty variable, as in a copied `.env.example`, means one that is not set.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Reads the seconds of a check.
fn seconds(text: &str) -> Result<u64, String> {
    let text = if text.trim().is_empty() { DEFAULT_SECONDS } else { text.trim() };
    text.parse().ok().filter(|seconds| (1..=120).contains(seconds)).ok_or("give seconds, from 1 to 120".to_owned())
}

/// How long a late answer is waited for, where the operator says nothing.
const DEFAULT_MINUTES: &str = "15";

/// Reads the minutes of a late answer.
fn minutes(text: &str) -> Result<i64, String> {
    let text = if text.trim().is_empty() { DEFAULT_MINUTES } else { text.trim() };
    text.parse().ok().filter(|minutes| (0..=60).contains(minutes)).ok_or("give minutes, from 0 to 60".to_owned())
}

/// Settings of the bot at Telegram.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Telegram")]
pub struct TelegramSettings {
    /// Bot token from @BotFather
    #[arg(long, env = "TELOXIDE_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<SecretString>,
    /// Another Bot API server (self-hosted, or a fake one)
    #[arg(long, env = "TELOXIDE_API_URL", hide_env_values = true, value_name = "URL")]
    api_url: Option<String>,
}

/// Settings of a webhook, where Telegram is to call the bot.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Webhook (without it, the bot asks Telegram)")]
pub struct WebhookSettings {
    /// Address that Telegram calls, over https
    #[arg(long, env = "CEKNOMOR_WEBHOOK_URL", hide_env_values = true, value_name = "URL")]
    webhook_url: Option<String>,
    /// Address and port where the bot listens, behind the reverse proxy that has that address
    #[arg(long, env = "CEKNOMOR_WEBHOOK_LISTEN", value_name = "ADDRESS", default_value = DEFAULT_LISTEN,
          value_parser = address)]
    webhook_listen: SocketAddr,
    /// Secret that Telegram shows with each call; made anew at each start where it is not set
    #[arg(long, env = "CEKNOMOR_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET")]
    webhook_secret: Option<SecretString>,
}

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// Reads an address with a port, or a port alone, which is one of this machine's own.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let text = if text.trim().is_empty() { DEFAULT_LISTEN } else { text.trim() };
    let port = text.trim_start_matches("localhost").trim_start_matches(':').parse();
    let of_this_machine = port.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let wrong = |_| format!("`{text}` is no address with a port: give one such as {DEFAULT_LISTEN}");
    of_this_machine.or_else(|_| text.parse()).map_err(wrong)
}

impl WebhookSettings {
    /// The webhook, if one is set.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn webhook(&self) -> Result<Option<Webhook>, Error> {
        let Some(text) = self.webhook_url.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let is_public = |url: &Url| url.scheme() == "https" || url.host_str().is_some_and(is_this_machine);
        let wrong = "CEKNOMOR_WEBHOOK_URL is no URL over https: Telegram calls no other";
        let url = Url::parse(text).ok().filter(is_public).ok_or_else(|| Error::one(wrong))?;
        let secret = self.webhook_secret.as_ref().filter(|secret| !secret.expose_secret().trim().is_empty());
        let is_secret = |secret: &SecretString| {
            let secret = secret.expose_secret();
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            secret.len() <= 256 && secret.bytes().all(is_allowed)
        };
        if secret.is_some_and(|secret| !is_secret(secret)) {
            let wrong = "CEKNOMOR_WEBHOOK_SECRET is not what Telegram takes: up to 256 letters, digits, `_` and `-`";
            return Err(Error::one(wrong));
        }
        Ok(Some(Webhook { url, listen: self.webhook_listen, secret: secret.cloned() }))
    }
}

/// Settings of the partner account at Klikoo.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Klikoo")]
pub struct KlikooSettings {
    /// Base URL that Klikoo gave you, gateway prefix included
    #[arg(long, env = "KLIKOO_BASE_URL", hide_env_values = true, value_name = "URL")]
    base_url: Option<String>,
    /// Client id from the dashboard (Pengaturan → Konfigurasi API)
    #[arg(long, env = "KLIKOO_CLIENT_ID", hide_env_values = true, value_name = "ID")]
    client_id: Option<String>,
    /// Client secret from the dashboard
    #[arg(long, env = "KLIKOO_CLIENT_SECRET", hide_env_values = true, value_name = "SECRET")]
    client_secret: Option<SecretString>,
    /// Private key, PEM (PKCS#8 or PKCS#1); make one with `ceknomor keygen`
    #[arg(long, env = "KLIKOO_PRIVATE_KEY_FILE", value_name = "FILE", value_parser = path())]
    private_key_file: Option<PathBuf>,
    /// Seconds that one check may take, repeats included
    #[arg(long, env = "CEKNOMOR_CHECK_TIMEOUT", value_name = "SECONDS", default_value = DEFAULT_SECONDS,
          value_parser = seconds)]
    check_timeout: u64,
}

/// How Telegram and Klikoo are reached.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Network")]
pub struct NetworkSettings {
    /// Send secrets over http:// to another machine too, where anyone on the way can read them
    #[arg(long, env = "CEKNOMOR_ALLOW_HTTP", value_parser = FalseyValueParser::new())]
    allow_http: bool,
}

/// How long a provider is asked again.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Late answers")]
pub struct RetrySettings {
    /// Minutes for which a provider that does not answer is asked again; 0 for not at all
    #[arg(long, env = "CEKNOMOR_PATIENCE", value_name = "MINUTES", default_value = DEFAULT_MINUTES,
          value_parser = minutes)]
    patience: i64,
}

/// When and how answers come.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Answers")]
pub struct AnswerSettings {
    /// Seconds after which a check that takes its time gets a ⏳ message
    #[arg(long, env = "CEKNOMOR_NOTICE_AFTER", value_name = "SECONDS", default_value = DEFAULT_NOTICE,
          value_parser = notice_seconds)]
    notice_after: u64,
    /// Minutes for which an answer is good for the same check in the chat; 0: each is asked anew
    #[arg(long, env = "CEKNOMOR_RECENT", value_name = "MINUTES", default_value = DEFAULT_RECENT,
          value_parser = recent_minutes)]
    recent: i64,
}

const DEFAULT_NOTICE: &str = "5";
const DEFAULT_RECENT: &str = "10";

/// Reads the seconds until a ⏳ message.
fn notice_seconds(text: &str) -> Result<u64, String> {
    let text = if text.trim().is_empty() { DEFAULT_NOTICE } else { text.trim() };
    text.parse().ok().filter(|seconds| (1..=120).contains(seconds)).ok_or("give seconds, from 1 to 120".to_owned())
}

/// Reads the minutes for which an answer is good.
fn recent_minutes(text: &str) -> Result<i64, String> {
    let text = if text.trim().is_empty() { DEFAULT_RECENT } else { text.trim() };
    text.parse().ok().filter(|minutes| (0..=1440).contains(minutes)).ok_or("give minutes, from 0 to 1440".to_owned())
}

impl AnswerSettings {
    /// How long a check may take before its agent sees a ⏳ message.
    pub fn notice_after(&self) -> Duration {
        Duration::from_secs(self.notice_after)
    }

    /// For how long an answer is good for the same check in the chat; `None`: each is asked anew.
    pub fn recent(&self) -> Option<TimeDelta> {
        TimeDelta::try_minutes(self.recent).filter(|minutes| *minutes > TimeDelta::zero())
    }
}

/// What owners want to be told.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Owners")]
pub struct BoardArgs {
    /// Rupiah of balance below which owners are told; 0: never
    #[arg(long, env = "CEKNOMOR_BALANCE_ALERT", value_name = "RUPIAH", default_value = DEFAULT_BALANCE,
          value_parser = balance)]
    balance_alert: u64,
    /// Hour (0-23, WIB) from which a report of the day before is sent to owners, without a sound; empty: never
    #[arg(long, env = "CEKNOMOR_REPORT_HOUR", value_name = "HOUR", default_value = "", hide_default_value = true,
          value_parser = report_hour)]
    report_hour: ReportHour,
}

/// An hour of the day, or none.
#[derive(Clone, Copy, Debug)]
struct ReportHour(Option<u32>);

const DEFAULT_BALANCE: &str = "0";

/// Reads a balance, with dots or without.
fn balance(text: &str) -> Result<u64, String> {
    let text = if text.trim().is_empty() { DEFAULT_BALANCE } else { text.trim() };
    text.replace('.', "").parse().map_err(|_| "give rupiah, such as 100000; 0 for never".to_owned())
}

/// Reads the hour of the report.
fn report_hour(text: &str) -> Result<ReportHour, String> {
    match text.trim() {
        "" => Ok(ReportHour(None)),
        text => {
            let hour = text.parse().ok().filter(|hour| *hour < 24);
            hour.map(|hour| ReportHour(Some(hour))).ok_or("give an hour, from 0 to 23, or leave it empty".to_owned())
        }
    }
}

impl BoardArgs {
    /// What owners want to be told, of a bot that keeps its data in `dir`.
    pub fn settings(&self, dir: &Path) -> BoardSettings {
        let dir = dir.to_owned();
        BoardSettings {
            least_balance: Some(Rupiah(self.balance_alert)).filter(|least| least.0 > 0),
            report_hour: self.report_hour.0,
            free_disk: Some(Arc::new(move || fs2::available_space(&dir).ok())),
        }
    }
}

/// What can be checked.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Products")]
pub struct CatalogSettings {
    /// TOML file with your products and prices, over the built-in ones (see products.example.toml)
    #[arg(long = "catalog", env = "CEKNOMOR_CATALOG", value_name = "FILE", value_parser = path())]
    file: Option<PathBuf>,
}

/// What is kept, and where.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Data")]
pub struct DataSettings {
    /// Directory in which history and open jobs are kept
    #[arg(long, env = "CEKNOMOR_DATA_DIR", value_name = "DIR", default_value = DEFAULT_DIR, value_parser = path())]
    data_dir: PathBuf,
}

/// How many days history is kept, where the operator says nothing.
const DEFAULT_DAYS: &str = "180";

/// The same of the record of who did what.
const DEFAULT_AUDIT_DAYS: &str = "365";

/// Reads days.
fn days(text: &str) -> Result<u32, String> {
    days_or(text, DEFAULT_DAYS)
}

/// Reads days of the record of who did what.
fn audit_days(text: &str) -> Result<u32, String> {
    days_or(text, DEFAULT_AUDIT_DAYS)
}

fn days_or(text: &str, default: &str) -> Result<u32, String> {
    let text = if text.trim().is_empty() { default } else { text.trim() };
    text.parse().ok().filter(|days| *days <= 36_500).ok_or("give days, from 0 (for ever) to 36500".to_owned())
}

/// How long what is kept is kept.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Data")]
pub struct RetentionSettings {
    /// Days for which history is kept; 0 for ever
    #[arg(long, env = "CEKNOMOR_KEEP_DAYS", value_name = "DAYS", default_value = DEFAULT_DAYS, value_parser = days)]
    keep_days: u32,
    /// Days for which the record of who did what is kept; 0 for ever
    #[arg(long, env = "CEKNOMOR_AUDIT_DAYS", value_name = "DAYS", default_value = DEFAULT_AUDIT_DAYS,
          value_parser = audit_days)]
    audit_days: u32,
}

impl RetentionSettings {
    /// For how many days the record of who did what is kept; 0 for ever.
    pub fn audit_days(&self) -> u32 {
        self.audit_days
    }

    /// For how many days history is kept; 0 for ever.
    pub fn keep_days(&self) -> u32 {
        self.keep_days
    }
}

/// Who may check.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// Telegram user ids of the owners, comma-separated: they may check in any chat
    #[arg(long, env = "CEKNOMOR_OWNERS", value_name = "IDS", default_value = "", hide_default_value = true,
          value_parser = owners)]
    owners: Ids<u64>,
    /// Ids of the chats whose members may check there, comma-separated; an agent's own id: in private
    #[arg(
        long,
        env = "CEKNOMOR_CHATS",
        value_name = "IDS",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    chats: Ids<i64>,
}

/// How much one may ask.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Fair use")]
pub struct FairUseSettings {
    /// Checks that an agent may make per minute and per day (WIB), such as 60/1000; 0: no limit
    #[arg(long, env = "CEKNOMOR_QUOTA_AGENT", value_name = "MINUTE/DAY", default_value = DEFAULT_QUOTA_AGENT,
          value_parser = |text: &str| quota(text, DEFAULT_QUOTA_AGENT))]
    quota_agent: Quota,
    /// The same of a group, all its members together
    #[arg(long, env = "CEKNOMOR_QUOTA_GROUP", value_name = "MINUTE/DAY", default_value = DEFAULT_QUOTA_GROUP,
          value_parser = |text: &str| quota(text, DEFAULT_QUOTA_GROUP))]
    quota_group: Quota,
    /// The same of all together
    #[arg(long, env = "CEKNOMOR_QUOTA_ACCOUNT", value_name = "MINUTE/DAY", default_value = DEFAULT_QUOTA_ACCOUNT,
          value_parser = |text: &str| quota(text, DEFAULT_QUOTA_ACCOUNT))]
    quota_account: Quota,
    /// Whether an agent who seems to harvest names is paused, until an owner lets them go on: on or off
    #[arg(long, env = "CEKNOMOR_GUARD", value_name = "ON|OFF", default_value = "on", value_parser = on_or_off,
          action = ArgAction::Set)]
    guard: bool,
}

const DEFAULT_QUOTA_AGENT: &str = "200/3000";
const DEFAULT_QUOTA_GROUP: &str = "400/6000";
const DEFAULT_QUOTA_ACCOUNT: &str = "0/0";

/// Reads a quota.
fn quota(text: &str, default: &str) -> Result<Quota, String> {
    if text.trim().is_empty() { default.parse() } else { text.parse() }
}

/// Reads a switch that is on where nothing is said.
fn on_or_off(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err("give on or off".to_owned()),
    }
}

impl FairUseSettings {
    /// How much one may ask.
    pub fn limits(&self) -> Limits {
        let &Self { quota_agent: agent, quota_group: group, quota_account: account, guard } = self;
        Limits { agent, group, account, guard }
    }
}

/// Numbers separated by commas or spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ids<T>(Vec<T>);

impl<T: FromStr> FromStr for Ids<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        // Both kinds read ids above zero; below it only a chat's is one.
        let remedy = |word: &str| match word.parse::<i64>() {
            Ok(..0) => format!("`{word}` is a group's id, not a person's: groups go into CEKNOMOR_CHATS"),
            _ => format!("`{word}` is no id: send /id to the bot to learn ids"),
        };
        let id = |word: &str| word.parse().map_err(|_| remedy(word));
        words.map(id).collect::<Result<_, _>>().map(Self)
    }
}

/// The largest id that Telegram gives: 52 significant bits (Bot API, `User.id`).
const MAX_USER_ID: u64 = (1 << 52) - 1;

/// Reads the owners' ids. Those that stand for many people would make owners of them all.
fn owners(text: &str) -> Result<Ids<u64>, String> {
    let ids: Ids<u64> = text.parse()?;
    let wrong = ids.0.iter().find_map(|id| match *id {
        0 => Some("`0` is nobody's id".to_owned()),
        id if UserId(id).is_stand_in() => Some(format!(
            "`{id}` stands for everyone who writes as an anonymous administrator, as a channel or through Telegram \
             itself"
        )),
        id if id > MAX_USER_ID => Some(format!("`{id}` is longer than any id that Telegram gives")),
        _ => None,
    });
    wrong.map_or(Ok(ids), |wrong| Err(format!("{wrong}: send /id to the bot in private to learn your own")))
}

/// Settings that are missing or wrong, one line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Error(pub Vec<String>);

impl Error {
    fn one(line: impl Display) -> Self {
        Self(vec![line.to_string()])
    }

    /// Both results, or what is wrong with either.
    pub fn both<A, B>(a: Result<A, Self>, b: Result<B, Self>) -> Result<(A, B), Self> {
        match (a, b) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(mut a), Err(b)) => {
                a.0.extend(b.0);
                Err(a)
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }
}

impl TelegramSettings {
    /// The account that the settings name.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn account(&self, network: &NetworkSettings) -> Result<bot::Account, Error> {
        let (token, api_url) = Error::both(self.token(), self.api_url(network))?;
        Ok(bot::Account { token: SecretString::from(token), api_url })
    }

    /// The token, if it has the form that @BotFather gives it: the bot's id, a colon, letters.
    fn token(&self) -> Result<&str, Error> {
        let token = self.token.as_ref().map(|token| token.expose_secret());
        let token = given("TELOXIDE_TOKEN", "ask @BotFather for a bot token", token)?;
        let is_token = token.split_once(':').is_some_and(|(id, key)| {
            let is_key = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty() && key.bytes().all(is_key)
        });
        let wrong = "TELOXIDE_TOKEN is no bot token: copy all of it from @BotFather, digits, colon and letters";
        if is_token { Ok(token) } else { Err(Error::one(wrong)) }
    }

    fn api_url(&self, network: &NetworkSettings) -> Result<Option<Url>, Error> {
        let Some(text) = self.api_url.as_deref().filter(|text| !text.trim().is_empty()) else { return Ok(None) };
        // teloxide puts a slash of its own behind it.
        let is_base = |url: &Url| matches!(url.scheme(), "http" | "https") && url.query().is_none();
        let url = Url::parse(text.trim().trim_end_matches('/')).ok().filter(is_base);
        let wrong = "TELOXIDE_API_URL is no URL over http or https: give one such as http://127.0.0.1:8081";
        let url = url.ok_or_else(|| Error::one(wrong))?;
        let is_in_clear = url.scheme() == "http" && !url.host_str().is_some_and(is_this_machine);
        network.forbids("TELOXIDE_API_URL", is_in_clear).map_or(Ok(Some(url)), Err)
    }
}

impl NetworkSettings {
    /// What is said of an address to which secrets would go in clear.
    fn forbids(&self, name: &str, is_in_clear: bool) -> Option<Error> {
        (is_in_clear && !self.allow_http).then(|| {
            Error::one(format!(
                "{name}: over http:// to another machine anyone on the way can read secrets: write https://, or set \
                 CEKNOMOR_ALLOW_HTTP=true where the network between is yours alone"
            ))
        })
    }

    /// Whether secrets may be sent over `http` to another machine.
    pub fn allows_http(&self) -> bool {
        self.allow_http
    }

    /// Looks at the variables that name a proxy: what reqwest cannot read of them it would pass over.
    fn proxies() -> Result<(), Error> {
        const NAMES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
        let is_wrong = |name: &&str| env::var_os(name).is_some_and(|value| !is_proxy(&value.to_string_lossy()));
        let wrong = NAMES.into_iter().filter(is_wrong);
        let lines: Vec<String> = wrong
            .map(|name| {
                format!(
                    "{name} is no proxy address: give one such as http://HOST:3128 or socks5h://HOST:1080, or unset it"
                )
            })
            .collect();
        if lines.is_empty() { Ok(()) } else { Err(Error(lines)) }
    }
}

/// Whether a proxy's address is one that is understood, or blank, which stands for none. Read as reqwest reads it.
fn is_proxy(address: &str) -> bool {
    const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    address.is_empty()
        || address.parse::<Uri>().is_ok_and(|uri| {
            let is_address = |authority: &Authority| {
                let behind_user = authority.as_str().rsplit('@').next().unwrap_or_default();
                let is_host_alone = behind_user == authority.host();
                !authority.host().is_empty() && (is_host_alone || authority.port_u16().is_some())
            };
            uri.scheme_str().is_none_or(|scheme| SCHEMES.contains(&scheme)) && uri.authority().is_some_and(is_address)
        })
}

impl KlikooSettings {
    /// The account that the settings name; reads the private key.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn account(&self, network: &NetworkSettings) -> Result<klikoo::Account, Error> {
        let base_url = given("KLIKOO_BASE_URL", "copy it from Klikoo", self.base_url.as_deref()).and_then(|text| {
            let wrong = |error: klikoo::BaseUrlError| Error::one(format!("KLIKOO_BASE_URL: {error}"));
            let url: klikoo::BaseUrl = text.parse().map_err(wrong)?;
            network.forbids("KLIKOO_BASE_URL", url.is_in_clear()).map_or(Ok(url), Err)
        });
        let dashboard = "copy it from the dashboard, Pengaturan → Konfigurasi API";
        let client_id =
            given("KLIKOO_CLIENT_ID", dashboard, self.client_id.as_deref()).and_then(typed("KLIKOO_CLIENT_ID"));
        let secret = self.client_secret.as_ref().map(|secret| secret.expose_secret());
        let client_secret = given("KLIKOO_CLIENT_SECRET", dashboard, secret).and_then(typed("KLIKOO_CLIENT_SECRET"));
        let names = Error::both(client_id, client_secret);
        let address = Error::both(base_url, NetworkSettings::proxies());
        let (((base_url, ()), private_key), (client_id, client_secret)) =
            Error::both(Error::both(address, self.private_key()), names)?;
        Ok(klikoo::Account {
            base_url,
            client_id: client_id.to_owned(),
            client_secret: SecretString::from(client_secret),
            private_key,
        })
    }

    /// How long to wait for Klikoo.
    pub fn timeouts(&self) -> Timeouts {
        Timeouts { check: Duration::from_secs(self.check_timeout), ..Timeouts::default() }
    }

    /// Where the private key is, if that is set.
    pub fn private_key_file(&self) -> Option<&Path> {
        self.private_key_file.as_deref().filter(|file| !file.as_os_str().is_empty())
    }

    fn private_key(&self) -> Result<PrivateKey, Error> {
        let missing = || Error::one("KLIKOO_PRIVATE_KEY_FILE is not set: make a key with `ceknomor keygen`");
        PrivateKey::read(self.private_key_file().ok_or_else(missing)?).map_err(Error::one)
    }
}

/// Takes a value that can be typed on a keyboard; a mark that shows nothing came along with a copy.
fn typed(name: &str) -> impl Fn(&str) -> Result<&str, Error> {
    move |value| match value.chars().enumerate().find(|(_, c)| !matches!(c, ' '..='~')) {
        None => Ok(value),
        Some((at, c)) => Err(Error::one(format!(
            "{name} holds a character that no key types (U+{:04X}, the {}. one): type it, or copy it anew",
            u32::from(c),
            at + 1
        ))),
    }
}

/// A setting that must be there and not blank.
fn given<'a>(name: &str, remedy: &str, value: Option<&'a str>) -> Result<&'a str, Error> {
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    value.ok_or_else(|| Error::one(format!("{name} is not set: {remedy}")))
}

impl RetrySettings {
    /// How long a provider that does not answer is asked again; `None` for not at all.
    pub fn retry_window(&self) -> Option<TimeDelta> {
        TimeDelta::try_minutes(self.patience).filter(|window| *window > TimeDelta::zero())
    }
}

impl CatalogSettings {
    /// The operator's own file, if there is one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref().filter(|file| !file.as_os_str().is_empty())
    }
}

impl DataSettings {
    /// The directory in which history is kept.
    pub fn dir(&self) -> &Path {
        if self.data_dir.as_os_str().is_empty() { DEFAULT_DIR.as_ref() } else { &self.data_dir }
    }
}

impl AccessSettings {
    /// Who may check. While it is empty the bot tells ids and nothing else.
    pub fn lists(&self) -> Lists {
        Lists::new(self.owners.0.iter().copied().map(UserId), self.chats.0.iter().copied().map(ChatId))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_with_commas_spaces_and_signs() {
        assert_eq!("1, 22 ,333".parse(), Ok(Ids(vec![1u64, 22, 333])));
        assert_eq!("-1001234567890".parse(), Ok(Ids(vec![-1_001_234_567_890i64])));
        assert_eq!("".parse(), Ok(Ids::<u64>(vec![])));
        assert!("@budi".parse::<Ids<u64>>().is_err_and(|error| error.contains("/id")));
    }

    #[test]
    fn an_owner_is_a_person() {
        assert_eq!(owners("7, 4503599627370495"), Ok(Ids(vec![7, 4_503_599_627_370_495])));
        for (id, reason) in [
            ("0", "nobody"),
            ("7,1087968824", "anonymous administrator"),
            ("136817688", "as a channel"),
            ("777000", "Telegram itself"),
            ("4503599627370496", "longer than any id"),
            ("-5", "a group's id"),
        ] {
            let refused = owners(id).unwrap_err();
            assert!(refused.contains(reason), "{id}: {refused}");
        }
    }

    #[test]
    fn fair_use_has_defaults_and_switches() {
        assert_eq!(quota(" ", DEFAULT_QUOTA_AGENT), Ok(Quota { per_minute: 200, per_day: 3000 }));
        assert_eq!(quota("0", DEFAULT_QUOTA_GROUP), Ok(Quota::default()));
        assert!(quota("many", DEFAULT_QUOTA_GROUP).is_err());
        assert_eq!(
            ["", "ON", "off", "maybe"].map(|text| on_or_off(text).ok()),
            [Some(true), Some(true), Some(false), None]
        );
    }

    #[test]
    fn a_port_alone_is_this_machines() {
        for text in ["8640", ":8640", "localhost:8640", " 127.0.0.1:8640 "] {
            assert_eq!(address(text), Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, 8640))), "{text}");
        }
        assert_eq!(address("[::1]:9"), Ok("[::1]:9".parse().unwrap()));
        for text in ["86400", "host:1", "127.0.0.1", ":"] {
            assert!(address(text).is_err_and(|error| error.contains("127.0.0.1:8080")), "{text}");
        }
    }

    #[test]
    fn an_address_of_a_proxy_is_read_as_the_http_client_reads_it() {
        for address in
            ["", "http://proxy:3128", "https://u:p@proxy", "proxy:3128", "socks5://10.0.0.1:1080", "socks5h://[::1]:9"]
        {
            assert!(is_proxy(address), "{address}");
        }
        for address in
            ["http://", "http//proxy", "socks9://proxy", "http://proxy:99999", "http://pro xy", "://", "ftp://proxy"]
        {
            assert!(!is_proxy(address), "{address}");
        }
    }

    #[test]
    fn a_character_that_no_key_types_is_named_by_its_number() {
        let said = |value| typed("KLIKOO_CLIENT_ID")(value).map_err(|error| error.to_string());
        assert_eq!(said("3f9c8962-4c4b"), Ok("3f9c8962-4c4b"));
        for (value, mark) in [("3f9c\u{200b}8962", "U+200B, the 5. one"), ("\u{feff}3f9c", "U+FEFF, the 1. one")] {
            assert!(said(value).is_err_and(|error| error.contains(mark) && error.starts_with("KLIKOO_CLIENT_ID")));
        }
    }

    #[test]
    fn every_missing_setting_is_named_at_once() {
        let nothing = KlikooSettings {
            base_url: Some(" ".into()),
            client_id: None,
            client_secret: None,
            private_key_file: None,
            check_timeout: 25,
        };
        let Err(Error(lines)) = nothing.account(&NetworkSettings::default()) else { panic!("an empty account") };
        for name in ["KLIKOO_BASE_URL", "KLIKOO_CLIENT_ID", "KLIKOO_CLIENT_SECRET", "KLIKOO_PRIVATE_KEY_FILE"] {
            assert_eq!(lines.iter().filter(|line| line.starts_with(name)).count(), 1, "{name} in {lines:?}");
        }
    }
}
