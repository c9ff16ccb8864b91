//! The buttons under what the bot says, and what comes back when one is pressed: data, which anyone may have written.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    action::{Action, Choice, SearchId},
    alias::Alias,
    owner::{
        AuditQuery,
        order::{InviteId, Step},
    },
    setting::Setting,
};
use crate::{
    access::Ruling,
    catalog::ProductCode,
    store::{AuditPlace, Cursor, Seq},
    value::{ChatId, CustomerNumber, Provider, Rupiah, UpdateId, UserId},
};

/// The most that a button can carry, in bytes (Bot API, `InlineKeyboardButton.callback_data`).
const MAX_DATA_LEN: usize = 64;

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// One that asks the bot for something.
    Press {
        /// What it reads.
        label: String,
        /// What comes back: [`Press::encode`].
        data: String,
    },
    /// One that copies a text on the agent's phone; the bot hears nothing of it (Bot API, `CopyTextButton`).
    Copy {
        /// What it reads.
        label: String,
        /// What is copied.
        text: String,
    },
}

impl Button {
    /// A button that asks for `action` and belongs to `owner`; `None` where that is longer than a button can carry.
    pub(super) fn press(label: impl Into<String>, action: Action, owner: UserId) -> Option<Self> {
        let data = Press { action, owner }.encode();
        (data.len() <= MAX_DATA_LEN).then(|| Self::Press { label: label.into(), data })
    }

    /// What it reads.
    pub fn label(&self) -> &str {
        match self {
            Self::Press { label, .. } | Self::Copy { label, .. } => label,
        }
    }
}

/// A pressed button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Press {
    /// What it asks for.
    pub action: Action,
    /// Who may press it.
    pub owner: UserId,
}

/// Whether what `owner` asked for in `chat` is `user`'s: an anonymous administrator's is that of any of the group.
pub(super) fn is_of(owner: UserId, user: UserId, chat: ChatId) -> bool {
    owner == user || owner == UserId::ANONYMOUS_ADMIN && chat.is_group()
}

impl Press {
    /// Whether `user` may press it in `chat`. A button that an anonymous administrator asked for is pressed by any of
    /// the group: a press comes in a person's own name.
    pub(super) fn belongs_to(&self, user: UserId, chat: ChatId) -> bool {
        is_of(self.owner, user, chat)
    }

    /// The button's data: a letter for the action, its parts, the owner, with `:` between them.
    pub fn encode(&self) -> String {
        let owner = self.owner;
        match &self.action {
            Action::Turn(cursor) => format!("r:{}:{owner}", encode_cursor(*cursor)),
            Action::Find(search, cursor) => format!("s:{search}:{}:{owner}", encode_cursor(*cursor)),
            Action::Customers(page) => format!("p:{page}:{owner}"),
            Action::ForgetCustomer(page, alias) => format!("h:{page}:{alias}:{owner}"),
            Action::Choose(choice) => format!("k:{}:{owner}", encode(choice)),
            Action::Check(check) => format!("c:{}:{owner}", encode(&check.clone().into())),
            Action::TurnList(UpdateId(update), page) => format!("l:{update}:{page}:{owner}"),
            Action::RepeatList(UpdateId(update)) => format!("u:{update}:{owner}"),
            Action::SendList(UpdateId(update)) => format!("f:{update}:{owner}"),
            Action::Cancel(UpdateId(update)) => format!("b:{update}:{owner}"),
            Action::LiftPause(agent) => format!("j:{agent}:{owner}"),
            Action::Set(setting) => format!("at:{}:{owner}", setting.encode()),
            Action::Forget { whole_chat, until } => format!("hd:{}:{until}:{owner}", u8::from(*whole_chat)),
            Action::KeepData => format!("hd:0:{owner}"),
            Action::Audit(query, place) => format!("a:{}:{owner}", encode_audit(*query, *place)),
            Action::AskForAccess => format!("ga:1:{owner}"),
            Action::Answer(ruling, chat) => format!("gd:{}:{chat}:{owner}", ruling_letter(*ruling)),
            Action::Agents(page) => format!("gm:{page}:{owner}"),
            Action::Agent(step, user, page) => format!("gp:{}:{user}:{page}:{owner}", step.letter()),
            Action::RevokeInvite(id) => format!("gi:{id}:{owner}"),
            Action::Groups(page) => format!("go:{page}:{owner}"),
            Action::CloseGroup { group, sure, page } => format!("gz:{}:{group}:{page}:{owner}", u8::from(*sure)),
        }
    }

    /// Reads a button's data back; `None` when it is not one of these buttons.
    pub fn decode(data: &str) -> Option<Self> {
        let (kind, rest) = data.split_once(':')?;
        let (parts, owner) = rest.rsplit_once(':')?;
        let parts: Vec<&str> = parts.split(':').collect();
        let action = match (kind, parts.as_slice()) {
            ("r", [side, seq]) => Action::Turn(decode_cursor(side, seq)?),
            ("s", [search, side, seq]) => {
                Action::Find(SearchId(u32::from_str_radix(search, 16).ok()?), decode_cursor(side, seq)?)
            }
            ("p", [page]) => Action::Customers(page.parse().ok()?),
            ("h", [page, alias]) => Action::ForgetCustomer(page.parse().ok()?, Alias::new(alias)?),
            ("k", parts) => Action::Choose(decode(parts)?),
            ("c", parts) => Action::Check(decode(parts)?.check()?),
            ("l", [update, page]) => Action::TurnList(UpdateId(update.parse().ok()?), page.parse().ok()?),
            ("u", [update]) => Action::RepeatList(UpdateId(update.parse().ok()?)),
            ("f", [update]) => Action::SendList(UpdateId(update.parse().ok()?)),
            ("b", [update]) => Action::Cancel(UpdateId(update.parse().ok()?)),
            ("j", [agent]) => Action::LiftPause(ChatId(agent.parse().ok()?)),
            ("at", [what, choice]) => Action::Set(Setting::decode(what, choice)?),
            ("hd", [whole_chat, until]) => {
                Action::Forget { whole_chat: *whole_chat == "1", until: until.parse().ok()? }
            }
            ("hd", ["0"]) => Action::KeepData,
            ("a", [id, day, place]) => decode_audit(id, day, place)?,
            ("ga", ["1"]) => Action::AskForAccess,
            ("gd", [ruling, chat]) => {
                let (ruling, chat) = (read_ruling(ruling)?, ChatId(chat.parse().ok()?));
                Action::Answer(ruling, Some(chat).filter(|chat| !(chat.is_group() && ruling == Ruling::Block))?)
            }
            ("gm", [page]) => Action::Agents(page.parse().ok()?),
            ("gp", [step, user, page]) => {
                Action::Agent(Step::of(step)?, UserId(user.parse().ok()?), page.parse().ok()?)
            }
            ("gi", [id]) => Action::RevokeInvite(InviteId::new(id)?),
            ("go", [page]) => Action::Groups(page.parse().ok()?),
            ("gz", [sure, group, page]) => Action::CloseGroup {
                group: Some(ChatId(group.parse().ok()?)).filter(|group| group.is_group())?,
                sure: *sure == "1",
                page: page.parse().ok()?,
            },
            _ => return None,
        };
        let press = Self { action, owner: UserId(owner.parse().ok()?) };
        // `r:<:+1:1` and `r:<:01:1` are numbers too, but no button carries them.
        (press.encode() == data && data.len() <= MAX_DATA_LEN).then_some(press)
    }
}

fn ruling_letter(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Approve => "y",
        Ruling::Refuse => "n",
        Ruling::Block => "x",
    }
}

fn read_ruling(letter: &str) -> Option<Ruling> {
    [Ruling::Approve, Ruling::Refuse, Ruling::Block].into_iter().find(|ruling| ruling_letter(*ruling) == letter)
}

fn encode_cursor(cursor: Cursor) -> String {
    match cursor {
        Cursor::Newest => "0:0".to_owned(),
        Cursor::NewerThan(Seq(seq)) => format!("<:{seq}"),
        Cursor::OlderThan(Seq(seq)) => format!(">:{seq}"),
    }
}

fn decode_cursor(side: &str, seq: &str) -> Option<Cursor> {
    let seq = Seq(seq.parse().ok()?);
    match side {
        "0" => Some(Cursor::Newest),
        "<" => Some(Cursor::NewerThan(seq)),
        ">" => Some(Cursor::OlderThan(seq)),
        _ => None,
    }
}

/// Id, day (`20261122`) and place (`1795331106789.7`), empty where there is none.
fn encode_audit(AuditQuery { id, day }: AuditQuery, place: Option<AuditPlace>) -> String {
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    let day = day.map(|day| day.format("%Y%m%d").to_string()).unwrap_or_default();
    let place = place.map(|AuditPlace { millis, number }| format!("{millis}.{number}")).unwrap_or_default();
    format!("{id}:{day}:{place}")
}

fn decode_audit(id: &str, day: &str, place: &str) -> Option<Action> {
    let id = part(id, |id| id.parse().ok())?;
    let day = part(day, |day| NaiveDate::parse_from_str(day, "%Y%m%d").ok())?;
    let place = part(place, |place| {
        let (millis, number) = place.split_once('.')?;
        Some(AuditPlace { millis: millis.parse().ok()?, number: number.parse().ok()? })
    })?;
    Some(Action::Audit(AuditQuery { id, day }, place))
}

/// What an empty part stands for, or what the part is; `None` where it is nothing that a button carries.
fn part<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { read(text).map(Some) }
}

/// Provider, code, number and nominal, empty where there is none.
fn encode(choice: &Choice) -> String {
    let provider = choice.provider.map(Provider::name).unwrap_or_default();
    let code = choice.code.as_ref().map(ProductCode::as_str).unwrap_or_default();
    let number = choice.number.as_ref().map(CustomerNumber::as_str).unwrap_or_default();
    let nominal = choice.nominal.map(|nominal| nominal.0.to_string()).unwrap_or_default();
    format!("{provider}:{code}:{number}:{nominal}")
}

fn decode(parts: &[&str]) -> Option<Choice> {
    let [provider, code, number, nominal] = parts else { return None };
    Some(Choice {
        provider: part(provider, |name| Provider::ALL.into_iter().find(|provider| provider.name() == name))?,
        code: part(code, ProductCode::new)?,
        number: part(number, CustomerNumber::from_record)?,
        nominal: part(nominal, |nominal| nominal.parse().ok().map(Rupiah))?,
    })
}

impl From<Press> for String {
    fn from(press: Press) -> Self {
        press.encode()
    }
}

impl TryFrom<String> for Press {
    type Error = &'static str;

    fn try_from(data: String) -> Result<Self, Self::Error> {
        Self::decode(&data).ok_or("not the data of a button")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{chat::properties, store::NamesShown};

    fn actions() -> impl Strategy<Value = Action> {
        let choice = (
            proptest::option::of(proptest::sample::select(&Provider::ALL[..])),
            proptest::option::of("[A-Z0-9-]{1,10}"),
            proptest::option::of("[0-9]{1,15}"),
            proptest::option::of(0_u64..100_000_000),
        );
        let choice = choice.prop_map(|(provider, code, number, nominal)| Choice {
            provider,
            code: code.and_then(|code| ProductCode::new(&code)),
            number: number.and_then(|number| CustomerNumber::from_record(&number)),
            nominal: nominal.map(Rupiah),
        });
        prop_oneof![
            any::<u64>().prop_map(|seq| Action::Turn(Cursor::OlderThan(Seq(seq)))),
            any::<u64>().prop_map(|seq| Action::Turn(Cursor::NewerThan(Seq(seq)))),
            any::<(u32, u64)>().prop_map(|(search, seq)| Action::Find(SearchId(search), Cursor::OlderThan(Seq(seq)))),
            any::<u64>().prop_map(|update| Action::Cancel(UpdateId(update))),
            any::<i64>().prop_map(|agent| Action::LiftPause(ChatId(agent))),
            (any::<bool>(), any::<i64>()).prop_map(|(whole_chat, until)| Action::Forget { whole_chat, until }),
            Just(Action::KeepData),
            proptest::sample::select(vec![
                Setting::Names(NamesShown::Whole),
                Setting::Names(NamesShown::Masked),
                Setting::Names(NamesShown::Asker),
                Setting::Days(None),
                Setting::Days(Some(30)),
                Setting::OwnOnly(false),
                Setting::OwnOnly(true),
            ])
            .prop_map(Action::Set),
            any::<u64>().prop_map(|update| Action::RepeatList(UpdateId(update))),
            any::<u64>().prop_map(|update| Action::SendList(UpdateId(update))),
            (any::<u64>(), 0_usize..100).prop_map(|(update, page)| Action::TurnList(UpdateId(update), page)),
            (0_usize..100, "[a-z][a-z '.-]{0,29}")
                .prop_filter_map("a name", |(page, name)| { Some(Action::ForgetCustomer(page, Alias::new(&name)?)) }),
            (0_usize..100).prop_map(Action::Customers),
            (any::<Option<i64>>(), 0_u64..4_000_000_000_000, 0_u64..1 << 40).prop_map(|(id, millis, number)| {
                let day = NaiveDate::from_ymd_opt(2026, 11, 1 + (number % 30) as u32);
                Action::Audit(AuditQuery { id, day }, Some(AuditPlace { millis, number }))
            }),
            Just(Action::AskForAccess),
            (any::<bool>(), any::<i64>()).prop_map(|(yes, chat)| {
                Action::Answer(if yes { Ruling::Approve } else { Ruling::Refuse }, ChatId(chat))
            }),
            (0_usize..9_999).prop_map(Action::Agents),
            (proptest::sample::select(&Step::ALL[..]), 0_u64..1 << 52, 0_usize..9_999)
                .prop_map(|((_, step), user, page)| Action::Agent(step, UserId(user), page)),
            "[A-Za-z0-9_-]{8}".prop_map(|id| Action::RevokeInvite(InviteId::new(&id).unwrap())),
            (0_usize..9_999).prop_map(Action::Groups),
            (i64::MIN..0, any::<bool>(), 0_usize..9_999)
                .prop_map(|(group, sure, page)| { Action::CloseGroup { group: ChatId(group), sure, page } }),
            choice.clone().prop_map(Action::Choose),
            choice.prop_filter_map("a whole check", |choice| choice.check().map(Action::Check)),
        ]
    }

    proptest! {
        #[test]
        fn a_press_reads_back_and_fits_a_button(action in actions(), owner in 0_u64..1 << 52) {
            let data = Press { action: action.clone(), owner: UserId(owner) }.encode();
            let read = Press::decode(&data);
            prop_assert!(data.len() <= MAX_DATA_LEN || Button::press("", action.clone(), UserId(owner)).is_none());
            if data.len() <= MAX_DATA_LEN {
                prop_assert_eq!(read, Some(Press { action, owner: UserId(owner) }));
            }
            properties::press(&data);
        }

        #[test]
        fn only_what_a_button_carries_is_read(
            data in "r:[0<>]:[0-9+]{1,3}:[0-9+]{1,3}", check in "[kc]:(PLN)?:[a-zA-Z0-9]{0,3}:[0-9+]{0,3}:[0-9]{0,3}:[0-9]{0,2}",
            other in ".*",
        ) {
            properties::press(&data);
            properties::press(&check);
            properties::press(&other);
        }
    }

    #[test]
    fn an_anonymous_administrators_page_is_turned_by_any_of_the_group() {
        let press = |owner| Press { action: Action::Turn(Cursor::Newest), owner };
        assert!(press(UserId::ANONYMOUS_ADMIN).belongs_to(UserId(7), ChatId(-5)));
        assert!(!press(UserId::ANONYMOUS_ADMIN).belongs_to(UserId(7), ChatId(7)));
        assert!(press(UserId(7)).belongs_to(UserId(7), ChatId(-5)));
        assert!(!press(UserId(8)).belongs_to(UserId(7), ChatId(-5)));
    }

    #[test]
    fn other_data_is_no_press() {
        for data in [
            "",
            "r:",
            "r:<:1",
            "r:?:1:1",
            "r:<:-1:1",
            "r:<:+1:1",
            "r:>:1:007",
            "r:0:5:1",
            "r:<:1:1:1",
            "r:<:99999999999999999999:1",
            "l:1:01:1",
            "u:1:1:1",
            "k:pln:::1",
            "c::PLN20:::1",
            "c::pln20:01105691111::1",
            "c::PLN20:0110a::1",
            "ga:2:1",
            "gd:x:-5:1",
            "gd:z:5:1",
            "gp:?:5:0:1",
            "gi:abc:1",
            "gi:abc:fgh1:1",
            "gz:2:-5:0:1",
            "gz:1:5:0:1",
        ] {
            assert_eq!(Press::decode(data), None, "{data}");
        }
    }
}
