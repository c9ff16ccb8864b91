//! What can be wrong for a while, how it is said, and how it is said to be over.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::super::{answer::remedy, message::Alert};
use crate::{
    catalog::ProductCode,
    locale::{Html, Words, moment},
    say,
    value::{OperatorProblem, Provider},
};

/// Something that is wrong until it is put right. Its JSON is the key of its row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// At the partner account.
    Account(OperatorProblem),
    /// Klikoo does not take a product.
    Product(ProductCode),
    /// Nothing can be written down.
    Store,
    /// The balance is low.
    Balance,
    /// There is little room on the disk.
    Disk,
    /// A provider is down.
    Provider(Provider),
    /// There was no backup for days.
    Backup,
}

/// How long a problem must stay away that one number may have and the next may not.
const PASSING: TimeDelta = TimeDelta::minutes(30);

impl Incident {
    /// Whether it is of the partner account as a whole.
    pub fn is_of_account(&self) -> bool {
        matches!(self, Self::Account(_))
    }

    /// How long it has to be well until it is over: what concerns single numbers comes and goes.
    pub fn settles_in(&self) -> TimeDelta {
        use OperatorProblem::{Forbidden, Request, Throttled, Unreadable};
        match self {
            Self::Account(Forbidden | Request | Throttled | Unreadable) | Self::Product(_) => PASSING,
            _ => TimeDelta::zero(),
        }
    }
}

impl Alert {
    /// The incident of which it tells; `None`: it tells of none.
    pub fn incident(&self) -> Option<Incident> {
        Some(match self {
            Self::Account { problem, .. } => Incident::Account(*problem),
            Self::Product { product, .. } => Incident::Product(product.clone()),
            Self::Store(_) => Incident::Store,
            Self::Balance { .. } => Incident::Balance,
            Self::Disk { .. } => Incident::Disk,
            Self::Provider { provider } => Incident::Provider(*provider),
            Self::Backup { .. } => Incident::Backup,
            Self::Visitors { .. } => return None,
        })
    }
}

/// What an owner is told when only the operator can help.
pub(in super::super) fn alert(words: Words<'_>, alert: &Alert, now: DateTime<Utc>) -> Html {
    match alert {
        Alert::Account { problem, code: Some(code) } => {
            say!(words, "alert-code", code = code, remedy = remedy(words, *problem))
        }
        Alert::Account { problem, code: None } => say!(words, "alert", remedy = remedy(words, *problem)),
        Alert::Product { product, code } => {
            let code = code.as_ref().map_or("?", |code| code.as_str());
            say!(words, "alert-product", product = product.as_str(), code = code)
        }
        Alert::Store(error) => say!(words, "alert-store", error = error),
        Alert::Visitors { people, groups } => say!(words, "alert-visitors", people = *people, groups = *groups),
        Alert::Balance { balance, least } => say!(words, "alert-balance", balance = *balance, least = *least),
        Alert::Disk { free } => say!(words, "alert-disk", free = megabytes(*free)),
        Alert::Provider { provider } => say!(words, "alert-provider", provider = *provider),
        Alert::Backup { last } => say!(words, "alert-backup", last = moment(*last, now, words)),
    }
}

/// Whole MiB.
pub(super) fn megabytes(bytes: u64) -> u64 {
    bytes / (1024 * 1024)
}

/// How it is said that an incident is over, which had begun at `since`.
pub(super) fn over(words: Words<'_>, incident: &Incident, since: DateTime<Utc>, now: DateTime<Utc>) -> Html {
    let what = match incident {
        Incident::Account(problem) => say!(words, "over-account", remedy = remedy(words, *problem)),
        Incident::Product(product) => say!(words, "over-product", product = product.as_str()),
        Incident::Store => say!(words, "over-store"),
        Incident::Balance => say!(words, "over-balance"),
        Incident::Disk => say!(words, "over-disk"),
        Incident::Provider(provider) => say!(words, "over-provider", provider = *provider),
        Incident::Backup => say!(words, "over-backup"),
    };
    say!(words, "over", what = what, since = moment(since, now, words))
}
