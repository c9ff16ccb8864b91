//! What a job is to do and where its answer goes: data, written into the store when it is accepted and read back when
//! it is carried out. It holds no PIN, no rendered text, no role and no price.

use chrono::{DateTime, Utc, serde::ts_milliseconds};
use serde::{Deserialize, Serialize};

use super::outbox::Destination;
use crate::{chat::Intent, value::MessageId};

/// The form that this build writes.
const VERSION: u8 = 1;

/// What to do, and where the answer goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Where the answer goes.
    pub to: Destination,
    /// The message to which the one that asked replies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<MessageId>,
    /// When it was asked, to the millisecond.
    #[serde(with = "ts_milliseconds")]
    pub asked: DateTime<Utc>,
    /// The button that was pressed, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub press: Option<PressedButton>,
    /// The message whose place the answer takes: the one with the button that was pressed, or what was said of it
    /// before the message that asked was deleted, which showed a PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place: Option<MessageId>,
    /// Whether it is a message that was edited after it had been sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// What is asked for.
    pub intent: Intent,
}

/// A pressed button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PressedButton {
    /// What Telegram calls the press (Bot API, `CallbackQuery.id`).
    pub id: String,
    /// The message under which the button stands.
    pub message: MessageId,
}

/// A task as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    v: u8,
    #[serde(flatten)]
    task: T,
}

impl Task {
    /// The text that the store keeps: JSON.
    pub fn write(&self) -> String {
        // Texts and numbers alone: there is none that JSON cannot hold.
        serde_json::to_string(&Kept { v: VERSION, task: self }).unwrap_or_default()
    }

    /// Reads a text of the store back; `None` where this build cannot.
    pub fn read(text: &str) -> Option<Self> {
        let kept: Kept<Self> = serde_json::from_str(text).ok()?;
        (kept.v <= VERSION).then_some(kept.task)
    }

    /// Where the answer to a text goes that cannot be read whole, so that the one who asked is told.
    pub fn destination(text: &str) -> Option<Destination> {
        #[derive(Deserialize)]
        struct OnlyDestination {
            to: Destination,
        }
        serde_json::from_str::<OnlyDestination>(text).ok().map(|only| only.to)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{
        catalog::{Catalog, ProductCode},
        chat::{
            Action, AgentOrder, Alias, AuditQuery, CustomerOrder, InviteOrder, Month, Named, Period, PinIn, Press,
            QuotaOrder, Setting, Wanted,
        },
        inquiry::parse::{Check, Item, List, Refusal, Unread},
        jobs::properties,
        store::{Cursor, Seq},
        value::{ChatId, CustomerNumber, Language, Rupiah, UserId},
    };

    fn task(intent: Intent) -> Task {
        Task {
            to: Destination { chat: ChatId(-1_001_234), topic: Some(5), message: Some(MessageId(11)) },
            quoted: Some(MessageId(10)),
            asked: DateTime::UNIX_EPOCH,
            press: Some(PressedButton { id: "17".to_owned(), message: MessageId(9) }),
            in_place: Some(MessageId(9)),
            edited: true,
            intent,
        }
    }

    fn intents() -> Vec<Intent> {
        let check = Check {
            code: ProductCode::new("DNOPEN").unwrap(),
            number: CustomerNumber::from_record("0817345544").unwrap(),
            nominal: Some(Rupiah(50_000)),
        };
        let press = Press { action: Action::Turn(Cursor::OlderThan(Seq(7))), owner: UserId(42) };
        vec![
            Intent::Check { check: check.clone(), pin: Some(PinIn::Quoted), name: Some("Budi".to_owned()), anew: true },
            Intent::List {
                list: List {
                    items: vec![Item { check: check.clone(), name: Some("Budi".to_owned()), times: 2, line: 1 }],
                    unread: vec![Unread { line: 3, text: "PLN20 1".to_owned(), refusal: Refusal::Several }],
                    left_off: 1,
                    pin_seen: true,
                },
                wallets: true,
                pin: Some(PinIn::Message),
            },
            Intent::Refused {
                refusal: Refusal::Words(check.clone()),
                parts: check.clone().into(),
                name: None,
                pin: Some(PinIn::Message),
            },
            Intent::File {
                file: "BQACAgUAAx".to_owned(),
                size: Some(100),
                on_top: Some((ProductCode::new("DNOPEN").unwrap(), Some(Rupiah(50_000)))),
            },
            Intent::FileUnread,
            Intent::FileRefused,
            Intent::Guide,
            Intent::Again { number: None },
            Intent::Thanks,
            Intent::Impatient,
            Intent::NoText,
            Intent::UnknownCommand { pin: None },
            Intent::Start,
            Intent::Help,
            Intent::Hint,
            Intent::Id,
            Intent::Products { word: "dana".to_owned() },
            Intent::History { wanted: Wanted::default(), pin: None },
            Intent::Export { month: Some(Month::OfYear(11)) },
            Intent::Recap { period: Some(Period::Week) },
            Intent::Customers {
                order: CustomerOrder::Save(Alias::new("bu siti").unwrap(), check.clone()),
                pin: Some(PinIn::Message),
            },
            Intent::Press { press: Some(press) },
            Intent::Press { press: None },
            Intent::Outages,
            Intent::Cancel,
            Intent::Language { language: Language::En },
            Intent::LanguageUsage,
            Intent::Quota { order: QuotaOrder::Set(UserId(42), 60, 1000) },
            Intent::Settings { change: Some(Setting::Days(Some(30))) },
            Intent::DeleteData { whole_chat: true },
            Intent::Privacy,
            Intent::Status,
            Intent::Balance,
            Intent::Statistics { period: Some(Period::Week) },
            Intent::Audit { query: Some(AuditQuery { id: Some(42), day: NaiveDate::from_ymd_opt(2026, 11, 22) }) },
            Intent::Audit { query: None },
            Intent::Reload,
            Intent::Agents { order: AgentOrder::List },
            Intent::Agents { order: AgentOrder::Find { word: "budi".to_owned() } },
            Intent::Agents { order: AgentOrder::Add { who: vec![Named { user: UserId(7), name: "Budi".to_owned() }] } },
            Intent::Agents { order: AgentOrder::AskWhom },
            Intent::Agents { order: AgentOrder::Hidden },
            Intent::Agents { order: AgentOrder::BadId },
            Intent::Invite { order: InviteOrder::New { uses: 5, hours: 72 } },
            Intent::Invite { order: InviteOrder::Usage },
            Intent::Groups,
            Intent::ForwardedCommand,
        ]
    }

    #[test]
    fn every_task_reads_back_as_it_was() {
        for intent in intents() {
            let task = task(intent);
            assert_eq!(Task::read(&task.write()), Some(task.clone()), "{}", task.write());
        }
    }

    #[test]
    fn what_a_later_build_wrote_still_says_where_its_answer_goes() {
        let later = r#"{"v":2,"to":{"chat":-5,"topic":3},"asked":1,"intent":{"kind":"tomorrow"}}"#;
        assert_eq!(Task::read(later), None);
        let destination = Destination { chat: ChatId(-5), topic: Some(3), message: None };
        assert_eq!(Task::destination(later), Some(destination));
        assert_eq!(Task::destination("not a task"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_itself_or_not_at_all(
            text in ".*", tail in "[a-z0-9:,\\[\\]{}\"]{0,60}", code in "PLN20|DNOPEN|[A-Z0-9]{1,5}",
            number in "[0-9]{0,21}|0817345544|01105691111", nominal in proptest::option::of(0_u64..20_000_000),
            word in ".*",
        ) {
            let catalog = Catalog::load(None).unwrap();
            let check = json!({"code": code, "number": number, "nominal": nominal});
            let check = json!({"kind": "check", "check": check}).to_string();
            let products = json!({"kind": "products", "word": word}).to_string();
            properties::task(&text, &catalog);
            for intent in [format!("{{{tail}}}"), check, products] {
                properties::task(&format!(r#"{{"v":1,"to":{{"chat":1}},"asked":1,"intent":{intent}}}"#), &catalog);
            }
        }
    }
}
