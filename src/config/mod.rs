//! Settings: each is a field of one of these groups, which gives it a flag, an environment variable, a default and a
//! type.
//!
//! A value that its type does not take is refused by the command line (`cli`). What can be told only later (what is
//! missing, what does not go together, the private key) is an [`Error`], which names everything at once with its
//! remedy.

mod accounts;
mod env_file;
mod error;
mod read;

use std::{collections::HashSet, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use clap::{ArgAction, Args};
use secrecy::SecretString;

pub use env_file::{EnvFile, Reload};
pub use error::Error;
use read::{Minutes, balance, chats, days, hour, minutes, owners, seconds, switch};
pub(crate) use read::{address, id, is_given};

use crate::{
    access::{Limits, Lists, Quota},
    chat::BoardSettings,
    value::{ChatId, Rupiah, UserId},
};

/// All that the bot is told: `ceknomor run` goes by it, and `ceknomor doctor` looks at it.
#[derive(Args, Clone, Debug)]
#[allow(missing_docs, reason = "each group says itself what it is")]
pub struct Settings {
    #[command(flatten)]
    pub telegram: TelegramSettings,
    #[command(flatten)]
    pub webhook: WebhookSettings,
    #[command(flatten)]
    pub klikoo: KlikooSettings,
    #[command(flatten)]
    pub access: AccessSettings,
    #[command(flatten)]
    pub fair_use: FairUseSettings,
    #[command(flatten)]
    pub catalog: CatalogSettings,
    #[command(flatten)]
    pub answers: AnswerSettings,
    #[command(flatten)]
    pub data: DataSettings,
    #[command(flatten)]
    pub retention: RetentionSettings,
    #[command(flatten)]
    pub owners: OwnerSettings,
    #[command(flatten)]
    pub network: NetworkSettings,
}

/// The bot at Telegram.
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

/// A webhook, where Telegram is to call the bot.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Webhook (without it, the bot asks Telegram)")]
pub struct WebhookSettings {
    /// Address that Telegram calls, over https
    #[arg(long, env = "CEKNOMOR_WEBHOOK_URL", hide_env_values = true, value_name = "URL")]
    webhook_url: Option<String>,
    /// Address and port where the bot listens, behind the reverse proxy that has that address
    #[arg(long, env = "CEKNOMOR_WEBHOOK_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080",
          value_parser = address)]
    webhook_listen: SocketAddr,
    /// Secret that Telegram shows with each call; made anew at each start where it is not set
    #[arg(long, env = "CEKNOMOR_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET")]
    webhook_secret: Option<SecretString>,
}

/// The partner account at Klikoo.
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
    #[arg(long, env = "KLIKOO_PRIVATE_KEY_FILE", value_name = "FILE")]
    pub private_key_file: Option<PathBuf>,
    /// Seconds that one check may take, repeats included
    #[arg(long, env = "CEKNOMOR_CHECK_TIMEOUT", value_name = "SECONDS", default_value = "25", value_parser = seconds)]
    check_timeout: Duration,
}

/// Who may check.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// Telegram user ids of the owners, comma-separated: they may do everything
    #[arg(long, env = "CEKNOMOR_OWNERS", value_name = "IDS", default_value = "", hide_default_value = true,
          value_parser = owners)]
    owners: HashSet<UserId>,
    /// Ids of the chats whose members may check there, comma-separated; an agent's own id: in private
    #[arg(long, env = "CEKNOMOR_CHATS", value_name = "IDS", default_value = "", hide_default_value = true,
          value_parser = chats, allow_hyphen_values = true)]
    chats: HashSet<ChatId>,
}

impl AccessSettings {
    /// Who may check. While it is empty the bot tells ids and nothing else.
    pub fn lists(&self) -> Lists {
        Lists { owners: self.owners.clone(), chats: self.chats.clone() }
    }
}

/// How much one may ask.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Fair use")]
pub struct FairUseSettings {
    /// Checks that an agent may make per minute and per day (WIB), such as 60/1000; 0: no limit
    #[arg(long, env = "CEKNOMOR_QUOTA_AGENT", value_name = "MINUTE/DAY", default_value = "200/3000")]
    quota_agent: Quota,
    /// The same of a group, all its members together
    #[arg(long, env = "CEKNOMOR_QUOTA_GROUP", value_name = "MINUTE/DAY", default_value = "400/6000")]
    quota_group: Quota,
    /// The same of all together
    #[arg(long, env = "CEKNOMOR_QUOTA_ACCOUNT", value_name = "MINUTE/DAY", default_value = "0/0")]
    quota_account: Quota,
    /// Whether an agent who seems to harvest names is paused, until an owner lets them go on
    #[arg(long, env = "CEKNOMOR_GUARD", value_name = "ON|OFF", default_value = "on", value_parser = switch,
          action = ArgAction::Set)]
    guard: bool,
}

impl FairUseSettings {
    /// How much one may ask.
    pub fn limits(&self) -> Limits {
        let &Self { quota_agent: agent, quota_group: group, quota_account: account, guard } = self;
        Limits { agent, group, account, guard }
    }
}

/// What can be checked.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Products")]
pub struct CatalogSettings {
    /// TOML file with your products and prices, over the built-in ones (see products.example.toml)
    #[arg(long = "catalog", env = "CEKNOMOR_CATALOG", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// When and how answers come.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Answers")]
pub struct AnswerSettings {
    /// Minutes for which a provider that does not answer is asked again; 0: not at all
    #[arg(long = "patience", env = "CEKNOMOR_PATIENCE", value_name = "MINUTES", default_value = "15",
          value_parser = minutes(60))]
    pub retry_window: Minutes,
    /// Seconds after which a check that takes its time gets a ⏳ message
    #[arg(long, env = "CEKNOMOR_NOTICE_AFTER", value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub notice_after: Duration,
    /// Minutes for which an answer is good for the same check in the chat; 0: each is asked anew
    #[arg(long, env = "CEKNOMOR_RECENT", value_name = "MINUTES", default_value = "10", value_parser = minutes(1440))]
    pub recent: Minutes,
}

/// Where data is kept.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Data")]
pub struct DataSettings {
    /// Directory in which history and open jobs are kept
    #[arg(long = "data-dir", env = "CEKNOMOR_DATA_DIR", value_name = "DIR", default_value = "data")]
    pub dir: PathBuf,
}

/// For how long data is kept.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Data")]
pub struct RetentionSettings {
    /// Days for which history is kept; 0: for ever
    #[arg(long, env = "CEKNOMOR_KEEP_DAYS", value_name = "DAYS", default_value = "180", value_parser = days)]
    pub keep_days: u32,
    /// Days for which the record of who did what is kept; 0: for ever
    #[arg(long, env = "CEKNOMOR_AUDIT_DAYS", value_name = "DAYS", default_value = "365", value_parser = days)]
    pub audit_days: u32,
}

/// What owners want to be told.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Owners")]
pub struct OwnerSettings {
    /// Rupiah of balance below which owners are told; 0: never
    #[arg(long, env = "CEKNOMOR_BALANCE_ALERT", value_name = "RUPIAH", default_value = "0", value_parser = balance)]
    balance_alert: Rupiah,
    /// Hour (0 to 23, WIB) from which owners get a report of the day before, without a sound; without it, never
    #[arg(long, env = "CEKNOMOR_REPORT_HOUR", value_name = "HOUR", value_parser = hour)]
    report_hour: Option<u32>,
}

impl OwnerSettings {
    /// What owners want to be told, of a bot that keeps its data there.
    pub fn board(&self, data: &DataSettings) -> BoardSettings {
        let dir = data.dir.clone();
        BoardSettings {
            least_balance: Some(self.balance_alert).filter(|least| least.0 > 0),
            report_hour: self.report_hour,
            free_disk: Some(Arc::new(move || fs2::available_space(&dir).ok())),
        }
    }
}

/// How Telegram and Klikoo are reached.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Network")]
pub struct NetworkSettings {
    /// Send secrets over http:// to another machine too, where anyone on the way can read them
    #[arg(long, env = "CEKNOMOR_ALLOW_HTTP", value_parser = switch)]
    pub allow_http: bool,
}
