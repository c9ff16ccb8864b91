//! What owners ask for, and what they are told without asking: the state of the bot, figures, the record of who did what,
//! alerts, the daily report, and settings read anew.

mod audit;
mod board;
pub(super) mod guard;
pub(super) mod incident;
mod query;
mod reload;
mod settings;
mod statistics;
mod status;

pub use board::{Board, BoardSettings, FreeDisk, MAX_BACKUP_AGE};
pub use incident::Incident;
pub use query::AuditQuery;
pub use settings::{Fresh, Reloaded, Settings};
