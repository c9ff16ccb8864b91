//! What is read of `/kuota`, and what is said of quotas and of the guard.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{action::Needs, owner::order::AgentOrder};
use crate::{
    access::{self, Full, Quota, Rule, Scope, Used, Window},
    locale::{Html, Words, time},
    say,
    value::UserId,
};

/// What is to be done with quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaOrder {
    /// To show the sender's own, and the group's.
    Own,
    /// To show that of an agent.
    Of(UserId),
    /// To give an agent one of their own, by minute and day (0: no limit).
    Set(UserId, u64, u64),
    /// To let the settings' quota be an agent's again.
    Reset(UserId),
    /// To show how it is typed.
    Usage,
}

impl QuotaOrder {
    /// Reads what stands behind `/kuota`.
    pub(super) fn read(args: &str) -> Self {
        let words: Vec<&str> = args.split([' ', '/', '\t', '\n']).filter(|word| !word.is_empty()).collect();
        let user = words.first().and_then(|word| word.parse().ok()).map(UserId);
        let Some(user) = user else { return Self::Own };
        match words.as_slice() {
            _ if !AgentOrder::is_person(user) => Self::Usage,
            [_] => Self::Of(user),
            [_, word] if ["normal", "default"].contains(&word.to_lowercase().as_str()) => Self::Reset(user),
            [_, minute, day] => match format!("{minute}/{day}").parse() {
                Ok(Quota { per_minute, per_day }) => Self::Set(user, per_minute, per_day),
                Err(_) => Self::Usage,
            },
            _ => Self::Usage,
        }
    }

    /// What it needs: another's quota is for those alone who manage agents.
    pub(super) fn needs(self) -> Needs {
        match self {
            Self::Own => Needs::to_read(access::Action::Read),
            Self::Of(_) | Self::Usage => Needs::to_read(access::Action::Manage),
            Self::Set(..) | Self::Reset(_) => Needs::to_write(access::Action::Manage),
        }
    }
}

/// What was used and what is left, today and in this minute.
pub(super) fn used(words: Words<'_>, used: Used) -> [Html; 2] {
    [(Window::Day, used.day), (Window::Minute, used.minute)].map(|(window, count)| {
        let when = window_name(window);
        match used.quota.most(window) {
            Some(most) => {
                let left = most.saturating_sub(count);
                say!(words, "quota-used", window = when, used = count, most = most, left = left)
            }
            None => say!(words, "quota-used-unlimited", window = when, used = count),
        }
    })
}

/// Whose quota is used up, and when to try again.
pub(super) fn full(words: Words<'_>, full: Full, now: DateTime<Utc>) -> Html {
    let scope = match full.scope {
        Scope::Agent => "agent",
        Scope::Group => "group",
        Scope::Account => "account",
    };
    match full.window {
        Window::Minute => {
            let millis = (full.ends - now).num_milliseconds().max(1);
            let seconds = (millis + 999).unsigned_abs() / 1000;
            say!(words, "quota-full-minute", scope = scope, time = time(full.ends), seconds = seconds)
        }
        Window::Day => say!(words, "quota-full-day", scope = scope, time = time(full.ends)),
    }
}

fn window_name(window: Window) -> &'static str {
    match window {
        Window::Minute => "minute",
        Window::Day => "day",
    }
}

/// What looked wrong, in a few words that accuse nobody.
pub(super) fn why(words: Words<'_>, rule: Rule) -> Html {
    match rule {
        Rule::NearNumbers => say!(words, "guard-near"),
        Rule::Unknown => say!(words, "guard-unknown"),
        Rule::UnusualDay => say!(words, "guard-unusual"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_the_command_is_read() {
        let budi = UserId(7);
        for (args, order) in [
            ("", QuotaOrder::Own),
            ("saya", QuotaOrder::Own),
            ("7", QuotaOrder::Of(budi)),
            ("7 60 1000", QuotaOrder::Set(budi, 60, 1000)),
            ("7 60/1000", QuotaOrder::Set(budi, 60, 1000)),
            ("7 0 0", QuotaOrder::Set(budi, 0, 0)),
            ("7 Normal", QuotaOrder::Reset(budi)),
            ("7 60", QuotaOrder::Usage),
            ("7 banyak", QuotaOrder::Usage),
            ("7 60 -5", QuotaOrder::Usage),
            ("7 60 1000 5", QuotaOrder::Usage),
            ("1087968824 60 1000", QuotaOrder::Usage),
        ] {
            assert_eq!(QuotaOrder::read(args), order, "{args}");
        }
    }
}
