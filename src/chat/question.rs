//! What the bot asks when a message does not say all: buttons for what may be meant, and the open question, which the
//! agent's next message completes. Digits are never guessed: a check is made of what was typed, or of a tap.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    action::{Action, Choice},
    button::Button,
    message::Place,
};
use crate::{
    catalog::{Catalog, Price, Product, ProductCode},
    inquiry::parse::{Check, Refusal},
    locale::{Words, rupiah},
    say,
    value::{ChatId, CustomerNumber, Provider, Rupiah, UserId},
};

/// The most buttons under a question: a phone shows them without scrolling.
const MAX_BUTTONS: usize = 8;

/// The digits of a bare number: fewer may be a PIN, or the id of a driver.
const BARE_NUMBER: std::ops::RangeInclusive<usize> = 9..=20;

/// Nominals that are offered for an open denomination, in rupiah.
const NOMINALS: [u64; 6] = [10_000, 20_000, 25_000, 50_000, 100_000, 200_000];

/// What the bot has asked an agent in a chat, as far as it is known. Kept for about two minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    /// The parts of the check that were said.
    pub(super) parts: Choice,
    /// The name that the agent was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
}

/// The parts of a check that a refused message says beyond doubt.
pub(super) fn parts(refusal: &Refusal, text: &str) -> Choice {
    match refusal {
        Refusal::MissingNumber(code, nominal) => {
            Choice { code: Some(code.clone()), nominal: *nominal, ..Choice::default() }
        }
        Refusal::WhichProduct { provider, number, .. } => {
            Choice { provider: Some(*provider), number: number.clone(), ..Choice::default() }
        }
        Refusal::MissingNominal(code, number)
        | Refusal::BadNominal(code, number)
        | Refusal::NominalOrPin(code, number)
        | Refusal::NominalOutOfRange(code, number) => {
            Choice { code: Some(code.clone()), number: Some(number.clone()), ..Choice::default() }
        }
        Refusal::Words(check) | Refusal::NominalFirst(check) | Refusal::NominalNotTaken(check) => check.clone().into(),
        Refusal::MobileUnderMeter { number, .. } => Choice { number: Some(number.clone()), ..Choice::default() },
        Refusal::Number(code, _) | Refusal::LostZero(Check { code, .. }) => {
            Choice { code: Some(code.clone()), ..Choice::default() }
        }
        Refusal::MissingCode { checks, .. } => {
            Choice { number: bare_number(text).or_else(|| same_number(checks)), ..Choice::default() }
        }
        _ => Choice::default(),
    }
}

/// The digits of a text that holds nothing else, whatever number they are.
fn bare_number(text: &str) -> Option<CustomerNumber> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_bare = !text.chars().any(char::is_alphabetic) && BARE_NUMBER.contains(&digits.len());
    is_bare.then(|| CustomerNumber::from_record(&digits)).flatten()
}

/// The one number of all checks.
fn same_number(checks: &[Check]) -> Option<CustomerNumber> {
    let first = checks.first()?;
    checks.iter().all(|check| check.number == first.number).then(|| first.number.clone())
}

/// Whether a message may answer an open question: it lacks something, and what it says is beyond doubt. A number that
/// is wrong answers nothing, since the one of the question must not take its place.
pub(super) fn may_answer(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::MissingNumber(..) | Refusal::MissingCode { .. } | Refusal::Empty | Refusal::UnknownCode { .. } => true,
        Refusal::WhichProduct { fault, .. } => fault.is_none(),
        _ => false,
    }
}

/// Whether a number is not of the shape that its product asks for.
pub(super) fn is_wrong_number(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Number(..) | Refusal::MobileUnderMeter { .. } | Refusal::WhichProduct { fault: Some(_), .. }
    )
}

/// Whether a message is a question of its own, to be asked with buttons.
pub(super) fn stands_alone(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::MissingCode { checks, .. } if !checks.is_empty())
}

/// What was asked, with what was said now; `None` where the question adds nothing to it.
pub(super) fn completed(asked: &Choice, said: &Choice) -> Option<Choice> {
    let names_product = said.code.is_some() || said.provider.is_some();
    let whole = Choice {
        provider: if names_product { said.provider } else { asked.provider },
        code: if names_product { said.code.clone() } else { asked.code.clone() },
        number: said.number.clone().or_else(|| asked.number.clone()),
        nominal: said.nominal.or(asked.nominal),
    };
    (*said != Choice::default() && whole != *said).then_some(whole)
}

/// The parts as a line that can be read like any that was typed.
pub(super) fn line(parts: &Choice) -> String {
    let product = parts.code.as_ref().map(ToString::to_string);
    let product = product.or_else(|| parts.provider.map(|provider| provider.name().to_owned()));
    let number = parts.number.as_ref().map(|number| number.as_str().to_owned());
    let nominal = parts.nominal.map(rupiah);
    [product, number, nominal].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Who is asked, and what they mostly check: their own choices come first.
pub(super) struct Asked<'a> {
    pub(super) words: Words<'a>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) owner: UserId,
    pub(super) chat: ChatId,
    pub(super) used: HashMap<ProductCode, usize>,
}

impl Asked<'_> {
    /// The buttons for what a refused message may have meant.
    pub(super) fn offers(&self, refusal: &Refusal) -> Vec<Vec<Button>> {
        match refusal {
            Refusal::UnknownCode { lines: checks, .. } | Refusal::MissingCode { checks, .. } => self.products(checks),
            Refusal::WhichProduct { codes, number, fault: None, .. } => {
                let choice = |code: &ProductCode| Choice {
                    code: Some(code.clone()),
                    number: number.clone(),
                    ..Choice::default()
                };
                self.of_products(codes.iter().map(choice).collect())
            }
            Refusal::MobileUnderMeter { number, codes, typed } => {
                let check = |code: &ProductCode| Check { code: code.clone(), number: number.clone(), nominal: None };
                let wallets = self.by_provider(codes.iter().map(|code| check(code).into()).collect());
                let stay = typed.as_ref().and_then(|check| {
                    let provider = self.catalog.get(check.code.as_str())?.provider;
                    self.choose(say!(self.words, "button-stay", provider = provider), check.clone().into())
                });
                rows(wallets.into_iter().chain(stay).collect())
            }
            Refusal::LostZero(check) => {
                rows(self.choose(check.number.as_str(), check.clone().into()).into_iter().collect())
            }
            Refusal::Words(check) | Refusal::NominalFirst(check) | Refusal::NominalNotTaken(check) => {
                rows(self.choose(check.line(), check.clone().into()).into_iter().collect())
            }
            Refusal::Ambiguous(_, checks) => {
                let checks = checks.iter().take(MAX_BUTTONS);
                rows(checks.filter_map(|check| self.choose(check.line(), check.clone().into())).collect())
            }
            Refusal::MissingNominal(code, number)
            | Refusal::BadNominal(code, number)
            | Refusal::NominalOutOfRange(code, number) => self.nominals(code, number),
            _ => Vec::new(),
        }
    }

    /// The providers, for a `/cek` that says nothing.
    pub(super) fn providers(&self) -> Vec<Vec<Button>> {
        let providers = self.catalog.by_provider().map(|(provider, _)| provider);
        rows(providers.filter_map(|provider| self.choose(provider.name(), of_provider(provider, None))).collect())
    }

    fn products(&self, checks: &[Check]) -> Vec<Vec<Button>> {
        self.of_products(checks.iter().map(|check| check.clone().into()).collect())
    }

    /// A button for each product, the most used first; where those are too many, one for each provider.
    fn of_products(&self, mut choices: Vec<Choice>) -> Vec<Vec<Button>> {
        choices.sort_by_key(|choice| {
            let used = choice.code.as_ref().and_then(|code| self.used.get(code)).copied().unwrap_or(0);
            std::cmp::Reverse(used)
        });
        if choices.len() > MAX_BUTTONS {
            return rows(self.by_provider(choices));
        }
        let label = |choice: &Choice| choice.code.as_ref().map(ToString::to_string).unwrap_or_default();
        rows(choices.into_iter().filter_map(|choice| self.choose(label(&choice), choice)).collect())
    }

    /// A button for each provider; of one with many products those that are used most, as far as there is room.
    fn by_provider(&self, choices: Vec<Choice>) -> Vec<Button> {
        let mut of_each: Vec<(Provider, Vec<Choice>)> = Vec::new();
        for choice in choices {
            let Some(product) = choice.code.as_ref().and_then(|code| self.catalog.get(code.as_str())) else { continue };
            match of_each.iter_mut().find(|(provider, _)| *provider == product.provider) {
                Some((_, choices)) => choices.push(choice),
                None => of_each.push((product.provider, vec![choice])),
            }
        }
        if let [(_, choices)] = of_each.as_slice() {
            let label = |choice: &Choice| choice.code.as_ref().map(ToString::to_string).unwrap_or_default();
            let most = choices.iter().take(MAX_BUTTONS);
            return most.filter_map(|choice| self.choose(label(choice), choice.clone())).collect();
        }
        let button = |(provider, choices): (Provider, Vec<Choice>)| match choices.as_slice() {
            [only] => self.choose(provider.name(), only.clone()),
            several => {
                self.choose(provider.name(), of_provider(provider, several.first().and_then(|c| c.number.clone())))
            }
        };
        of_each.into_iter().filter_map(button).collect()
    }

    fn nominals(&self, code: &ProductCode, number: &CustomerNumber) -> Vec<Vec<Button>> {
        let Some(Price::Open { min, max }) = self.catalog.get(code.as_str()).map(|product| product.price) else {
            return Vec::new();
        };
        let fitting = NOMINALS.into_iter().map(Rupiah).filter(|nominal| (min..=max).contains(nominal));
        let button = |nominal: Rupiah| {
            let check = Check { code: code.clone(), number: number.clone(), nominal: Some(nominal) };
            self.choose(rupiah(nominal), check.into())
        };
        rows(fitting.filter_map(button).collect())
    }

    fn choose(&self, label: impl Into<String>, choice: Choice) -> Option<Button> {
        Button::press(label, Action::Choose(choice), self.owner)
    }

    /// What to say where a product is chosen and its number is not known yet.
    pub(super) fn ask_number(&self, product: &Product) -> crate::locale::Html {
        let place = match Place::of(self.chat) {
            Place::Private => "private",
            Place::Group => "group",
        };
        say!(self.words, "ask-number", code = product.code.as_str(), place = place)
    }
}

fn of_provider(provider: Provider, number: Option<CustomerNumber>) -> Choice {
    Choice { provider: Some(provider), number, ..Choice::default() }
}

/// Buttons in rows of three; in rows of two where there are two or four, or long ones.
pub(super) fn rows(buttons: Vec<Button>) -> Vec<Vec<Button>> {
    let is_long = buttons.iter().any(|button| button.label().chars().count() > 12);
    let width = match buttons.len() {
        _ if buttons.iter().any(|button| button.label().chars().count() > 22) => 1,
        2 | 4 => 2,
        _ if is_long => 2,
        _ => 3,
    };
    buttons.chunks(width).map(<[Button]>::to_vec).collect()
}
