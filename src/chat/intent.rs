//! What a message asks for, once it has been understood: from here on it is never text again.
//!
//! An intent is data, written down before it is carried out: no PIN, even where the message showed one, no rendered
//! text, no role and no price.

use serde::{Deserialize, Serialize};

use super::{
    action::{Action, Choice, Needs},
    alias::CustomerOrder,
    button::Press,
    dates::{Month, Period},
    message::PinIn,
    owner::{
        AuditQuery,
        order::{AgentOrder, InviteOrder},
    },
    quota::QuotaOrder,
    search::Wanted,
    setting::Setting,
};
use crate::{
    access,
    catalog::ProductCode,
    inquiry::parse::{Check, List, MAX_ITEMS, Refusal},
    value::{CustomerNumber, Language, Rupiah},
};

/// Something that the bot can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Intent {
    /// A check.
    Check {
        /// What to check.
        check: Check,
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
        /// The name that the agent was given for the customer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Whether the provider is asked even where the chat has the answer already.
        #[serde(default)]
        anew: bool,
    },
    /// A list of checks.
    List {
        /// What to check, and what could not be read.
        list: List,
        /// Whether it is one number at every wallet.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        wallets: bool,
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
    },
    /// A list in a file that was sent.
    File {
        /// What Telegram calls it.
        file: String,
        /// How large it is said to be, in bytes.
        size: Option<u64>,
        /// The code for numbers in it that have none, and its nominal.
        on_top: Option<(ProductCode, Option<Rupiah>)>,
    },
    /// A file in which no number could be read.
    FileUnread,
    /// A file that is too large, or is not to be had.
    FileRefused,
    /// A line that was meant as a check and is none.
    Refused {
        /// Why.
        refusal: Refusal,
        /// What it says all the same: it may answer what the bot asked before.
        #[serde(default)]
        parts: Choice,
        /// The name that the agent was given for the customer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
    },
    /// A command that the bot does not know.
    UnknownCommand {
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
    },
    /// Who the bot is.
    Start,
    /// How to use it.
    Help,
    /// How to ask, for a text that asks for nothing.
    Hint,
    /// `/cek` alone: what to check is chosen by buttons.
    Guide,
    /// The agent's last check once more; with a number, the last one of that.
    Again {
        /// The number, from the answer that was replied to.
        number: Option<CustomerNumber>,
    },
    /// Thanks, or an OK.
    Thanks,
    /// An agent asks where the answer stays.
    Impatient,
    /// A picture, a voice, a file: something that has no text to read.
    NoText,
    /// The ids of the user and the chat.
    Id,
    /// The products, or those that match a word.
    Products {
        /// The word; empty for all.
        word: String,
    },
    /// The newest page of the chat's history, or of what fits a search.
    History {
        /// What is looked for.
        #[serde(default, skip_serializing_if = "Wanted::is_empty")]
        wanted: Wanted,
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
    },
    /// The chat's checks of a month as files.
    Export {
        /// Which; `None` where what was typed is no month.
        month: Option<Month>,
    },
    /// The chat's checks in figures.
    Recap {
        /// Of when; `None` where what was typed is no period.
        period: Option<Period>,
    },
    /// Something to be done with the customers whom the sender keeps.
    Customers {
        /// What.
        order: CustomerOrder,
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
    },
    /// A pressed button.
    Press {
        /// What it asks for; `None` for a button that this build does not know.
        press: Option<Press>,
    },
    /// How the providers did lately.
    Outages,
    /// To cancel the sender's checks that wait in this chat.
    Cancel,
    /// Another language for the chat.
    Language {
        /// Which.
        language: Language,
    },
    /// `/bahasa` without a language.
    LanguageUsage,
    /// How much may be asked.
    Quota {
        /// What is to be done.
        order: QuotaOrder,
    },
    /// What the chat has chosen about its customers' data, changed first where there is a change.
    Settings {
        /// What to change.
        change: Option<Setting>,
    },
    /// To delete for good.
    DeleteData {
        /// Whether all of the chat is meant, and not the sender's own.
        whole_chat: bool,
    },
    /// What is kept, and how to have it deleted.
    Privacy,
    // For owners: how the bot does, figures, the record, settings.
    /// How the bot does.
    Status,
    /// The partner's balance.
    Balance,
    /// The checks of all chats in figures.
    Statistics {
        /// Of when; `None` where what was typed is no day or week.
        period: Option<Period>,
    },
    /// The record of who did what.
    Audit {
        /// Of whom and when; `None` where what was typed is neither.
        query: Option<AuditQuery>,
    },
    /// To read catalog and lists anew.
    Reload,
    // Coming and going.
    /// Something to be done with the agents.
    Agents {
        /// What.
        order: AgentOrder,
    },
    /// An invitation.
    Invite {
        /// Which.
        order: InviteOrder,
    },
    /// The groups.
    Groups,
    /// A command that [is to be typed](Intent::is_typed_alone), and was forwarded: it is not carried out.
    ForwardedCommand,
}

impl Intent {
    /// What it needs: the only place that says so. What [is typed alone](Self::is_typed_alone) follows from it.
    fn needs(&self) -> Needs {
        match self {
            Self::Start | Self::Id | Self::Privacy => Needs::to_read(access::Action::Introduce),
            Self::Check { .. } | Self::List { .. } | Self::File { .. } | Self::Again { .. } => {
                Needs::to_write(access::Action::Check)
            }
            Self::Settings { change: Some(_) } | Self::Language { .. } => Needs::to_write(access::Action::Configure),
            Self::Settings { change: None } => Needs::to_read(access::Action::Configure),
            // What deletes does not depend on room: it is done as soon as it can be.
            Self::DeleteData { whole_chat: true } => Needs::to_read(access::Action::DeleteChat),
            Self::DeleteData { whole_chat: false } => Needs::to_read(access::Action::Read),
            Self::Refused { parts, .. } => Needs { action: access::Action::Read, writes: *parts != Choice::default() },
            Self::Customers { order, .. } => Needs { action: access::Action::Read, writes: order.writes() },
            Self::Quota { order } => order.needs(),
            Self::Agents { .. } | Self::Invite { .. } => Needs::to_write(access::Action::Manage),
            Self::Status | Self::Balance | Self::Statistics { .. } | Self::Audit { .. } | Self::Groups => {
                Needs::to_read(access::Action::Own)
            }
            Self::Reload => Needs::to_write(access::Action::Own),
            Self::Press { press: Some(press) } => press.action.needs(),
            Self::Press { press: None }
            | Self::FileUnread
            | Self::FileRefused
            | Self::UnknownCommand { .. }
            | Self::Help
            | Self::Hint
            | Self::Guide
            | Self::Thanks
            | Self::Impatient
            | Self::NoText
            | Self::Products { .. }
            | Self::History { .. }
            | Self::Export { .. }
            | Self::Recap { .. }
            | Self::Outages
            | Self::Cancel
            | Self::LanguageUsage
            | Self::ForwardedCommand => Needs::to_read(access::Action::Read),
        }
    }

    /// What one has to be allowed for it.
    pub fn action(&self) -> access::Action {
        self.needs().action
    }

    /// Whether it has to be kept: then it is not begun where the store takes nothing.
    pub fn writes(&self) -> bool {
        self.needs().writes
    }

    /// Whether it counts only where its sender typed it: it changes something for others, or is for those who manage
    /// the bot, and who forwards what somebody else wrote may do that one's bidding unawares.
    pub fn is_typed_alone(&self) -> bool {
        use access::Action;
        let action = self.action();
        matches!(action, Action::Configure | Action::DeleteChat | Action::Manage | Action::Own)
    }

    /// The check that it asks for, by itself or by a button; `None` where it is none, or not whole.
    pub fn check(&self) -> Option<&Check> {
        match self {
            Self::Check { check, .. } => Some(check),
            Self::Press { press: Some(Press { action: Action::Check(check), .. }) } => Some(check),
            _ => None,
        }
    }

    /// The check that it asks for once its parts are together.
    pub fn whole_check(&self) -> Option<Check> {
        match self {
            Self::Press { press: Some(Press { action: Action::Choose(choice), .. }) } => choice.check(),
            intent => intent.check().cloned(),
        }
    }

    /// Whether it asks a provider by itself, and not by what was asked before.
    pub fn asks(&self) -> bool {
        let is_list = matches!(
            self,
            Self::List { .. }
                | Self::File { .. }
                | Self::Press { press: Some(Press { action: Action::RepeatList(_), .. }) }
        );
        is_list || self.whole_check().is_some()
    }

    /// How many records it leads to, at most.
    pub fn items(&self) -> u32 {
        let items = match self {
            Self::List { list, .. } => list.items.len(),
            Self::File { .. } | Self::Press { press: Some(Press { action: Action::RepeatList(_), .. }) } => MAX_ITEMS,
            _ => 1,
        };
        u32::try_from(items).unwrap_or(u32::MAX)
    }

    /// The same, with a PIN shown where it was.
    pub fn with_pin(mut self, shown: Option<PinIn>) -> Self {
        if let Self::Check { pin, .. } | Self::List { pin, .. } | Self::Refused { pin, .. } = &mut self {
            *pin = shown;
        }
        self
    }

    /// Where a PIN was shown, if one was.
    pub fn pin(&self) -> Option<PinIn> {
        match self {
            Self::Check { pin, .. }
            | Self::List { pin, .. }
            | Self::Refused { pin, .. }
            | Self::UnknownCommand { pin }
            | Self::History { pin, .. }
            | Self::Customers { pin, .. } => *pin,
            _ => None,
        }
    }
}
