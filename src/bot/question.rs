//! A question as the bot accepts it, and as the journal keeps it: our own record, not Telegram's. It holds no PIN.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use teloxide::types::CallbackQueryId;

use super::send::Destination;
use crate::{
    catalog::Catalog,
    chat::{Intent, Leak, Press},
    inquiry::parse::Request,
    locale::Html,
    store::Entry,
    value::{ChatId, Language, MessageId, Rupiah, UpdateId, UserId},
};

/// The form that this build writes. A later one reads it too.
const VERSION: u8 = 1;

/// One accepted question.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The update that asked.
    pub(super) update: UpdateId,
    /// The chat under which its history is kept: the first id that it had.
    pub(super) chat: ChatId,
    /// Who asked.
    pub(super) user: UserId,
    /// When it was written, by Telegram's clock.
    pub(super) asked: DateTime<Utc>,
    /// Where the answer goes.
    pub(super) to: Destination,
    /// The message to which that one replies.
    pub(super) quoted: Option<MessageId>,
    /// What it asks for.
    pub(super) what: What,
}

/// What a question asks for.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A message's intent.
    Intent(Intent),
    /// A press of a button.
    Press { press: Press, query: CallbackQueryId, message: MessageId },
    /// A press that was under way when the bot died: nobody waits for it any more.
    StalePress,
    /// Something that this build cannot read: of a later one, or about a product that is gone.
    Unreadable,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    v: u8,
    to: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quoted: Option<i32>,
    asked: i64,
    what: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum KeptWhat {
    Answer {
        html: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<KeptLeak>,
    },
    Check {
        code: String,
        number: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nominal: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<KeptLeak>,
    },
    Products {
        word: String,
        owner: bool,
    },
    History,
    Outages,
    Cancel,
    Language {
        code: String,
    },
    Press,
}

/// Where a PIN was shown: which message is to be deleted, not what it said.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptLeak {
    Question,
    Quoted,
}

impl From<Leak> for KeptLeak {
    fn from(leak: Leak) -> Self {
        match leak {
            Leak::Question => Self::Question,
            Leak::Quoted => Self::Quoted,
        }
    }
}

impl From<KeptLeak> for Leak {
    fn from(leak: KeptLeak) -> Self {
        match leak {
            KeptLeak::Question => Self::Question,
            KeptLeak::Quoted => Self::Quoted,
        }
    }
}

impl Question {
    /// The journal's entry for it, accepted at `accepted`.
    pub(super) fn entry(&self, accepted: DateTime<Utc>) -> Entry {
        let kept = Kept {
            v: VERSION,
            to: self.to.chat.0,
            topic: self.to.topic,
            message: self.to.question.map(|message| message.0),
            quoted: self.quoted.map(|message| message.0),
            asked: self.asked.timestamp_millis(),
            what: serde_json::to_value(self.what.kept()).unwrap_or_default(),
        };
        // Texts and numbers alone: there is none that JSON cannot hold.
        let question = serde_json::to_string(&kept).unwrap_or_default();
        let (update, chat, user) = (self.update, self.chat, self.user);
        Entry { update, chat, user, accepted, question, kept: None, waiting: None }
    }

    /// Reads an entry back. What this build cannot read of it is [`What::Unreadable`], so that whoever asked is told.
    pub(super) fn read(entry: &Entry, catalog: &Catalog) -> Self {
        let unread = Self {
            update: entry.update,
            chat: entry.chat,
            user: entry.user,
            asked: entry.accepted,
            to: Destination { chat: entry.chat, topic: None, question: None },
            quoted: None,
            what: What::Unreadable,
        };
        let Ok(kept) = serde_json::from_str::<Kept>(&entry.question) else { return unread };
        Self {
            asked: DateTime::from_timestamp_millis(kept.asked).unwrap_or(entry.accepted),
            to: Destination { chat: ChatId(kept.to), topic: kept.topic, question: kept.message.map(MessageId) },
            quoted: kept.quoted.map(MessageId),
            what: KeptWhat::of(kept.what).and_then(|what| what.read(catalog)).unwrap_or(What::Unreadable),
            ..unread
        }
    }

    /// The check that it asks for, if it asks for one.
    pub(super) fn request(&self) -> Option<&Request> {
        match &self.what {
            What::Intent(Intent::Check { request, .. }) => Some(request),
            _ => None,
        }
    }
}

impl What {
    fn kept(&self) -> KeptWhat {
        match self {
            // The last is read and never written.
            Self::Press { .. } | Self::StalePress | Self::Unreadable => KeptWhat::Press,
            Self::Intent(Intent::Answer { text, leak }) => {
                KeptWhat::Answer { html: text.as_str().to_owned(), pin: leak.map(KeptLeak::from) }
            }
            Self::Intent(Intent::Check { request, leak }) => KeptWhat::Check {
                code: request.product.code.to_string(),
                number: request.number.as_str().to_owned(),
                nominal: request.nominal.map(|nominal| nominal.0),
                pin: leak.map(KeptLeak::from),
            },
            Self::Intent(Intent::Products { word, for_owner }) => {
                KeptWhat::Products { word: word.clone(), owner: *for_owner }
            }
            Self::Intent(Intent::History) => KeptWhat::History,
            Self::Intent(Intent::Outages) => KeptWhat::Outages,
            Self::Intent(Intent::Cancel) => KeptWhat::Cancel,
            Self::Intent(Intent::Language(language)) => KeptWhat::Language { code: language.code().to_owned() },
        }
    }
}

impl KeptWhat {
    /// `None` for a kind that this build does not know.
    fn of(value: serde_json::Value) -> Option<Self> {
        serde_json::from_value(value).ok()
    }

    fn read(self, catalog: &Catalog) -> Option<What> {
        let intent = match self {
            Self::Press => return Some(What::StalePress),
            Self::Answer { html, pin } => Intent::Answer { text: Html::from_record(html), leak: pin.map(Leak::from) },
            Self::Check { code, number, nominal, pin } => {
                let product = Arc::clone(catalog.get(&code)?);
                let request = Request::from_record(product, &number, nominal.map(Rupiah))?;
                Intent::Check { request, leak: pin.map(Leak::from) }
            }
            Self::Products { word, owner } => Intent::Products { word, for_owner: owner },
            Self::History => Intent::History,
            Self::Outages => Intent::Outages,
            Self::Cancel => Intent::Cancel,
            Self::Language { code } => Intent::Language(Language::from_code(&code)?),
        };
        Some(What::Intent(intent))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{bot::properties, value::CustomerNumber};

    fn question(what: What) -> Question {
        Question {
            update: UpdateId(7),
            chat: ChatId(-100),
            user: UserId(42),
            asked: DateTime::UNIX_EPOCH,
            to: Destination { chat: ChatId(-1_001_234), topic: Some(5), question: Some(MessageId(11)) },
            quoted: Some(MessageId(10)),
            what,
        }
    }

    fn read_back(what: What) -> Question {
        let entry = question(what).entry(DateTime::UNIX_EPOCH);
        Question::read(&entry, &Catalog::load(None).unwrap())
    }

    fn intents() -> Vec<Intent> {
        let catalog = Catalog::load(None).unwrap();
        let request = Request {
            product: Arc::clone(catalog.get("DNOPEN").unwrap()),
            number: CustomerNumber::from_record("0817345544").unwrap(),
            nominal: Some(Rupiah(50_000)),
        };
        vec![
            Intent::Answer { text: Html::code("<1>"), leak: Some(Leak::Quoted) },
            Intent::Check { request, leak: Some(Leak::Question) },
            Intent::Products { word: "dana".to_owned(), for_owner: true },
            Intent::History,
            Intent::Outages,
            Intent::Cancel,
            Intent::Language(Language::En),
        ]
    }

    #[test]
    fn every_intent_reads_back_as_it_was() {
        for intent in intents() {
            let read = read_back(What::Intent(intent.clone()));
            assert!(matches!(&read.what, What::Intent(same) if *same == intent), "{intent:?}");
            let written = question(What::Intent(intent));
            assert_eq!((read.to, read.quoted, read.asked), (written.to, written.quoted, written.asked));
        }
    }

    #[test]
    fn a_press_comes_back_stale() {
        assert!(matches!(read_back(What::StalePress).what, What::StalePress));
    }

    #[test]
    fn a_product_that_is_gone_still_has_someone_who_waits() {
        for intent in intents().into_iter().filter(|intent| matches!(intent, Intent::Check { .. })) {
            let entry = question(What::Intent(intent)).entry(DateTime::UNIX_EPOCH);
            let read = Question::read(&entry, &Catalog::default());
            assert!(matches!(read.what, What::Unreadable) && read.to.chat == ChatId(-1_001_234));
        }
    }

    #[test]
    fn a_check_that_could_not_be_typed_is_not_asked() {
        let check = |code: &str, number: &str, nominal: &str| {
            let what = format!(r#"{{"kind":"check","code":"{code}","number":"{number}"{nominal}}}"#);
            let mut entry = question(What::StalePress).entry(DateTime::UNIX_EPOCH);
            entry.question = format!(r#"{{"v":1,"to":1,"asked":1,"what":{what}}}"#);
            Question::read(&entry, &Catalog::load(None).unwrap()).request().is_some()
        };
        assert!(check("PLN20", "01105691111", "") && check("DNOPEN", "0817345544", r#","nominal":50000"#));
        assert!(!check("PLN20", "0817345544", ""), "no meter");
        assert!(!check("DNOPEN", "0817345544", ""), "the nominal is missing");
        assert!(!check("DNOPEN", "0817345544", r#","nominal":1"#), "the nominal is too small");
        assert!(!check("PLN20", "01105691111", r#","nominal":50000"#), "it has no nominal");
    }

    proptest! {
        #[test]
        fn any_question_reads_the_same_again(
            text in ".*", tail in "[a-z0-9:,\\[\\]{}\"]{0,60}",
            code in "PLN20|DNOPEN|[A-Z0-9]{1,5}", number in "[0-9]{0,21}|0817345544|01105691111",
            nominal in proptest::option::of(0_u64..20_000_000), word in ".*",
        ) {
            let catalog = Catalog::load(None).unwrap();
            let check = json!({"kind": "check", "code": code, "number": number, "nominal": nominal}).to_string();
            let products = json!({"kind": "products", "word": word, "owner": true}).to_string();
            properties::question(&text, &catalog);
            for what in [format!("{{{tail}}}"), check, products] {
                properties::question(&format!(r#"{{"v":1,"to":1,"asked":1,"what":{what}}}"#), &catalog);
            }
        }
    }
}
