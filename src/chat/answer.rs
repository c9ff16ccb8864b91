//! The answer of a check: what was checked, the name, the number, tariff and power, the total; or why there is none,
//! whether the number is at fault, and what to do next.

use chrono::{DateTime, Utc};

use super::{action::Action, button::Button, message::Alert};
use crate::{
    catalog::{Catalog, Product},
    inquiry::{
        name_match::{self, NameVerdict},
        parse::{Check, Request},
    },
    locale::{Html, Words, power, rupiah, time},
    say,
    value::{Customer, CustomerName, CustomerNumber, NumberKind, OperatorProblem, Outcome, Provider, UserId, Verdict},
};

/// Other products of the provider under an answer: one row on a phone.
const MAX_OTHERS: usize = 3;

/// A check that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Whether the chat's history has it. Where the store fails, the agent still gets the answer.
    pub kept: bool,
    /// Whether it is the answer of an earlier check, and the provider was not asked now.
    pub is_earlier: bool,
}

/// The whole answer of one check. `name` is the one that the agent was given for the customer, `before` another that
/// the same number had at an earlier check.
pub fn answer(
    words: Words<'_>,
    request: &Request,
    checked: &Checked,
    name: Option<&str>,
    before: Option<&CustomerName>,
) -> Html {
    let product = &request.product;
    let mut lines = Vec::new();
    if checked.is_earlier {
        lines.push(say!(words, "checked-before", time = time(checked.at)));
    }
    match &checked.outcome.verdict {
        Verdict::Found(customer) => {
            lines.extend(found(words, request, customer));
            lines.extend(name.map(|given| judged(words, given, customer, product.provider)));
            lines.extend(before.map(|before| say!(words, "name-changed", before = words.name(before))));
        }
        verdict => lines.push(without_customer(words, product, &request.number, verdict)),
    }
    lines.push(footer(words, checked.at, &checked.outcome));
    if !checked.kept {
        lines.push(say!(words, "not-kept"));
    }
    Html::lines(lines)
}

/// Whether the name that the agent was given is the customer's.
fn judged(words: Words<'_>, given: &str, customer: &Customer, provider: Provider) -> Html {
    let Some(told) = &customer.name else { return say!(words, "name-not-comparable") };
    match name_match::compare(given, told, provider) {
        NameVerdict::Match => say!(words, "name-match"),
        NameVerdict::MatchAsFarAsVisible { letters } => say!(words, "name-match-visible", letters = letters),
        NameVerdict::Close => say!(words, "name-close", provider = provider, name = words.name(told)),
        NameVerdict::Different => say!(words, "name-different", provider = provider, name = words.name(told)),
        NameVerdict::NotComparable => say!(words, "name-not-comparable"),
    }
}

/// The buttons under an answer, for `owner`: once more; of a customer, what to copy, and the provider's other products.
pub(super) fn buttons(
    words: Words<'_>,
    catalog: &Catalog,
    request: &Request,
    checked: &Checked,
    owner: UserId,
) -> Vec<Vec<Button>> {
    let again = Button::press(say!(words, "button-again"), Action::Check(request.check()), owner);
    if !matches!(checked.outcome.verdict, Verdict::Found(_)) {
        return again
            .filter(|_| checked.is_earlier || !checked.outcome.verdict.is_final())
            .map(|again| vec![again])
            .into_iter()
            .collect();
    }
    let (code, number) = (&request.product.code, request.number.as_str());
    let copy = |text: String| Button::Copy { label: format!("📋 {text}"), text };
    let others = catalog
        .products()
        .iter()
        .filter(|product| product.provider == request.product.provider && product.code != *code && !product.is_open());
    let others = others.filter_map(|product| {
        let check = Check { code: product.code.clone(), number: request.number.clone(), nominal: None };
        Button::press(product.code.as_str(), Action::Check(check), owner)
    });
    vec![
        again.into_iter().chain([copy(number.to_owned())]).collect(),
        vec![copy(format!("{code}.{number}"))],
        others.take(MAX_OTHERS).collect(),
    ]
}

/// What is said of a check that has no answer yet.
pub(super) fn unanswered(words: Words<'_>, request: &Request, verdict: &Verdict) -> Html {
    without_customer(words, &request.product, &request.number, verdict)
}

fn found(words: Words<'_>, request: &Request, customer: &Customer) -> Vec<Html> {
    let product = &request.product;
    let mut lines = vec![say!(words, "found-heading", product = &product.name)];
    lines.push(match &customer.name {
        Some(name) => say!(words, "found-name", name = words.name(name)),
        None => say!(words, "found-unnamed", provider = product.provider),
    });
    lines.push(labelled_number(words, product.number, &request.number));
    lines.extend(customer.power.as_deref().map(|raw| say!(words, "found-power", power = power(raw))));
    lines.extend(request.nominal.map(|nominal| say!(words, "found-nominal", nominal = nominal)));
    lines.extend(customer.total.map(|total| say!(words, "found-total", total = total)));
    lines
}

/// The number under the name that agents know it by. PLN's two kinds differ in length alone: 11 digits are a meter's,
/// 12 a customer's.
fn labelled_number(words: Words<'_>, kind: NumberKind, number: &CustomerNumber) -> Html {
    match kind {
        NumberKind::Meter if number.as_str().len() == 12 => say!(words, "label-idpel", number = number),
        NumberKind::Meter => say!(words, "label-meter", number = number),
        NumberKind::Mobile => say!(words, "label-mobile", number = number),
        NumberKind::DriverId => say!(words, "label-driver", number = number),
    }
}

fn without_customer(words: Words<'_>, product: &Product, number: &CustomerNumber, verdict: &Verdict) -> Html {
    let provider = product.provider;
    let copyable = Html::code(number.as_str());
    match verdict {
        Verdict::Found(_) => say!(words, "found-unnamed", provider = provider),
        Verdict::NotFound => not_found(words, product, number),
        Verdict::NumberBlocked => say!(words, "number-blocked", provider = provider, number = copyable),
        Verdict::AlreadyPaid => say!(words, "already-paid", provider = provider, number = copyable),
        Verdict::OverLimit => say!(words, "over-limit", provider = provider, number = copyable),
        Verdict::AmountTooSmall if product.is_open() => {
            say!(words, "amount-too-small", provider = provider, number = copyable)
        }
        Verdict::AmountTooSmall | Verdict::ProductUnavailable => {
            let code = product.code.as_str();
            say!(words, "product-unavailable", code = code, provider = provider, number = copyable)
        }
        Verdict::ProviderDown => say!(words, "provider-down", provider = provider, number = copyable),
        Verdict::NoAnswer => say!(words, "no-answer", provider = provider, number = copyable),
        Verdict::ServiceDown => say!(words, "service-down", number = copyable),
        Verdict::Operator(_) => say!(words, "operator-problem", number = copyable),
        Verdict::Other(message) if message.is_empty() => {
            say!(words, "other-refusal-silent", provider = provider, number = copyable)
        }
        Verdict::Other(message) => {
            say!(words, "other-refusal", provider = provider, number = copyable, message = message)
        }
        Verdict::Refused(message) => {
            say!(words, "billers-refusal", provider = provider, number = copyable, message = message)
        }
    }
}

fn not_found(words: Words<'_>, product: &Product, number: &CustomerNumber) -> Html {
    let provider = product.provider;
    match product.number {
        NumberKind::Meter => say!(words, "not-found-meter", provider = provider, number = number),
        NumberKind::Mobile => say!(words, "not-found-mobile", provider = provider, number = number),
        NumberKind::DriverId => say!(words, "not-found-driver", provider = provider, number = number),
    }
}

/// When, and what to name to support. The vendor's code stands on refusals alone: on a success it says nothing.
pub(super) fn footer(words: Words<'_>, at: DateTime<Utc>, outcome: &Outcome) -> Html {
    let (time, reference) = (time(at), outcome.reference.short());
    match &outcome.code {
        Some(code) if !matches!(outcome.verdict, Verdict::Found(_)) => {
            say!(words, "footer-code", time = time, reference = reference, code = code)
        }
        _ => say!(words, "footer", time = time, reference = reference),
    }
}

/// The mark of a verdict, as lists and the history show it.
pub(super) fn mark(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Found(_) => "✅",
        Verdict::NotFound => "❌",
        Verdict::NoAnswer | Verdict::ServiceDown => "⏳",
        Verdict::Operator(_) => "🔧",
        Verdict::NumberBlocked | Verdict::AlreadyPaid | Verdict::OverLimit | Verdict::AmountTooSmall => "⚠️",
        Verdict::ProductUnavailable | Verdict::ProviderDown | Verdict::Other(_) | Verdict::Refused(_) => "⚠️",
    }
}

/// A verdict in a few words, for a line of a list, the history or a file.
pub(super) fn summary(words: Words<'_>, verdict: &Verdict) -> Html {
    match verdict {
        Verdict::Found(customer) => found_in_short(words, customer),
        Verdict::NotFound => say!(words, "history-not-found"),
        Verdict::NumberBlocked => say!(words, "history-number-blocked"),
        Verdict::AlreadyPaid => say!(words, "history-already-paid"),
        Verdict::OverLimit => say!(words, "history-over-limit"),
        Verdict::AmountTooSmall => say!(words, "history-amount-too-small"),
        Verdict::ProductUnavailable => say!(words, "history-product-unavailable"),
        Verdict::ProviderDown => say!(words, "history-provider-down"),
        Verdict::NoAnswer => say!(words, "history-no-answer"),
        Verdict::ServiceDown => say!(words, "history-service-down"),
        Verdict::Operator(_) => say!(words, "history-operator"),
        Verdict::Other(_) | Verdict::Refused(_) => say!(words, "history-other"),
    }
}

fn found_in_short(words: Words<'_>, customer: &Customer) -> Html {
    let name = customer.name.as_ref().map_or_else(|| say!(words, "history-unnamed"), |name| words.name(name));
    let total = match customer.total {
        Some(total) => Html::escape(&rupiah(total)),
        None => say!(words, "history-no-total"),
    };
    match customer.power.as_deref().map(power) {
        Some(power) => say!(words, "history-found-power", name = name, power = power, total = total),
        None => say!(words, "history-found", name = name, total = total),
    }
}

/// What of an outcome the owners are to be told, because only they can put it right.
pub fn alert_of(product: &Product, outcome: &Outcome) -> Option<Alert> {
    match outcome.verdict {
        Verdict::Operator(problem) => Some(Alert::Account { problem, code: outcome.code.clone() }),
        Verdict::AmountTooSmall if product.is_open() => None,
        Verdict::AmountTooSmall | Verdict::ProductUnavailable => {
            Some(Alert::Product { product: product.code.clone(), code: outcome.code.clone() })
        }
        _ => None,
    }
}

/// What an operator does about a problem that only an operator can put right.
pub fn remedy(words: Words<'_>, problem: OperatorProblem) -> Html {
    match problem {
        OperatorProblem::Signature => say!(words, "remedy-signature"),
        OperatorProblem::Credentials => say!(words, "remedy-credentials"),
        OperatorProblem::AddressNotListed => say!(words, "remedy-address"),
        OperatorProblem::NotVerified => say!(words, "remedy-not-verified"),
        OperatorProblem::AccountType => say!(words, "remedy-account-type"),
        OperatorProblem::AccountBlocked => say!(words, "remedy-account-blocked"),
        OperatorProblem::AccountData => say!(words, "remedy-account-data"),
        OperatorProblem::Clock => say!(words, "remedy-clock"),
        OperatorProblem::Token => say!(words, "remedy-token"),
        OperatorProblem::Request => say!(words, "remedy-request"),
        OperatorProblem::NoApi => say!(words, "remedy-no-api"),
        OperatorProblem::Forbidden => say!(words, "remedy-forbidden"),
        OperatorProblem::Throttled => say!(words, "remedy-throttled"),
        OperatorProblem::Unreadable => say!(words, "remedy-unreadable"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::Catalog, locale::Locale, value::Language};

    #[test]
    fn a_refusal_without_words_says_that_there_are_none() {
        let (catalog, locale) = (Catalog::load(None).unwrap(), Locale::new().unwrap());
        let number = CustomerNumber::parse("01105691111", NumberKind::Meter).unwrap();
        let said = |words: &str| {
            let verdict = Verdict::Other(words.into());
            without_customer(locale.words(Language::Id), catalog.get("PLN20").unwrap(), &number, &verdict).plain()
        };
        assert!(said("Saldo kurang").ends_with("\nKeterangan: Saldo kurang"));
        assert!(said("").starts_with("⚠️ Cek ke PLN ditolak tanpa keterangan."), "{}", said(""));
    }
}
