//! The conversation: what is said to whom, drawn from the checks, the history, the catalog and the words.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{
    action::Action,
    button::Press,
    intent::Intent,
    manners::Manners,
    message::{Asker, Pressed, Reply, Response},
    names::AgentNames,
    notice::Notice,
    owner::{Board, Settings},
    strangers::Strangers,
};
use crate::{
    access::{self, Access, ChatIds, FairUse},
    catalog::SharedCatalog,
    clock::Clock,
    inquiry::Inquiry,
    locale::{Html, Locale, Words},
    say,
    store::{self, AuditLog, History, KeyValue, NamesShown, Preferences},
    value::{ChatId, Provider, UserId},
};

/// Everything that a conversation draws on.
pub struct Conversation {
    /// Makes the checks.
    pub inquiry: Inquiry,
    /// What can be checked.
    pub catalog: SharedCatalog,
    /// The chats' checks.
    pub history: Arc<dyn History>,
    /// The chats' choices.
    pub preferences: Preferences,
    /// Where it is noted who did what.
    pub audit: Arc<dyn AuditLog>,
    /// What the agents are called.
    pub names: AgentNames,
    /// Who may do what.
    pub access: Arc<Access>,
    /// How much they may ask.
    pub fair: FairUse,
    /// The words.
    pub locale: Arc<Locale>,
    /// Small rows: open questions, what was searched for, and the agents' customers.
    pub rows: Arc<dyn KeyValue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The strangers who were told that the bot is not for them.
    pub strangers: Strangers,
    /// What was said lately and is not said again.
    pub manners: Manners,
    /// For how long the answer of a check is good for the same check in the chat; `None`: each is asked anew.
    pub recent: Option<TimeDelta>,
    /// How long a provider that does not answer is asked again; `None`: the first try is the answer.
    pub retry_window: Option<TimeDelta>,
    /// How many days the operator keeps history; 0: for ever.
    pub keep_days: u32,
    /// What owners see on `/status`, and want to be told.
    pub board: Board,
    /// Reads the operator's settings anew; `None` where there are none, as in the demo.
    pub reloadable: Option<Arc<dyn Settings>>,
}

impl Conversation {
    /// Whether someone may do something where they ask.
    pub(super) async fn may(&self, asker: &Asker, action: access::Action) -> bool {
        let chat = ChatIds { first: asker.chat, current: asker.here };
        self.access.authorise(access::Actor::of(asker.user), chat, action).await.is_allowed()
    }

    /// Whose answer an intent needs, if it is a check.
    pub fn provider_of(&self, intent: &Intent) -> Option<Provider> {
        let code = match intent {
            Intent::Press { press: Some(Press { action: Action::Choose(choice), .. }) } => choice.code.as_ref()?,
            intent => &intent.check()?.code,
        };
        self.catalog.now().get(code.as_str()).map(|product| product.provider)
    }

    /// Says something that is no answer.
    pub async fn notice(&self, chat: ChatId, notice: Notice<'_>) -> Reply {
        notice.say(self.words(chat).await)
    }

    /// A reply that begins with an apology for its lateness.
    pub async fn with_late_apology(&self, chat: ChatId, reply: Reply) -> Reply {
        let apology = say!(self.words(chat).await, "later-apology");
        reply.map_text(|text| Html::lines([apology.clone(), text]))
    }

    /// A reply with a warning that a PIN was shown.
    pub async fn with_pin_warning(&self, chat: ChatId, reply: Reply) -> Reply {
        let warning = say!(self.words(chat).await, "pin-warning");
        reply.map_text(|text| Html::lines([text, Html::default(), warning.clone()]))
    }

    /// The words of a chat. A store that fails costs the chat its choice of language, not its answer.
    pub async fn words(&self, chat: ChatId) -> Words<'_> {
        let chosen = self.preferences.language(chat).await.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot read a chat's language");
            None
        });
        let masks_names = self.options(chat).await.names != NamesShown::Whole;
        self.locale.words(chosen.unwrap_or_default()).masking_names(masks_names)
    }
}

/// The answer to `/id`. An anonymous administrator has no id to show: what Telegram gives is the same for all of them.
pub(super) fn ids(words: Words<'_>, user: UserId, chat: ChatId) -> Reply {
    if user == UserId::ANONYMOUS_ADMIN {
        return say!(words, "id-anonymous", chat = chat).into();
    }
    say!(words, "id-shown", user = user, chat = chat).into()
}

/// What is said of a button that stands for nothing any more.
pub(super) fn stale(words: Words<'_>) -> Pressed {
    Response::notice(say!(words, "button-stale")).into()
}

/// What is said, and logged, where the store failed.
pub(super) fn store_trouble(words: Words<'_>, error: &store::Error) -> Html {
    tracing::error!(%error, "the store failed");
    say!(words, "store-trouble")
}
