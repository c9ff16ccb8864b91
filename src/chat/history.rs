//! `/riwayat`: a page of the chat's checks, and the buttons that turn it.

use super::{
    button::{Action, Button},
    message::Reply,
};
use crate::{
    locale::{Html, Words, date, hour, power},
    say,
    store::{Cursor, Page, Record},
    value::{Customer, UserId, Verdict},
};

/// Checks on a page.
pub(super) const PAGE_LEN: usize = 10;

/// A page as a message; its buttons belong to `owner`.
pub(super) fn page(words: Words<'_>, page: &Page, owner: UserId) -> Reply {
    if page.records.is_empty() {
        return say!(words, "history-empty").into();
    }
    let mut lines = vec![say!(words, "history-heading")];
    let mut day = None;
    for (_, record) in &page.records {
        let date = date(record.at, words);
        if day.as_ref() != Some(&date) {
            lines.push(Html::default());
            lines.push(say!(words, "history-day", date = &date));
            day = Some(date);
        }
        lines.extend(entry(words, record));
    }
    Reply { text: Html::lines(lines), buttons: buttons(words, page, owner) }
}

fn entry(words: Words<'_>, record: &Record) -> [Html; 2] {
    let mark = mark(&record.outcome.verdict);
    let (time, product) = (hour(record.at), &record.product);
    let head = say!(words, "history-entry", mark = mark, time = time, product = product, number = &record.number);
    [head, summary(words, &record.outcome.verdict)]
}

fn mark(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Found(_) => "✅",
        Verdict::NotFound => "❌",
        Verdict::NoAnswer | Verdict::ServiceDown => "⏳",
        Verdict::Operator(_) => "🔧",
        Verdict::NumberBlocked | Verdict::AlreadyPaid | Verdict::OverLimit | Verdict::AmountTooSmall => "⚠️",
        Verdict::ProductUnavailable | Verdict::ProviderDown | Verdict::Other(_) | Verdict::Refused(_) => "⚠️",
    }
}

fn summary(words: Words<'_>, verdict: &Verdict) -> Html {
    match verdict {
        Verdict::Found(customer) => found(words, customer),
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

fn found(words: Words<'_>, customer: &Customer) -> Html {
    let name = customer.name.as_ref().map_or_else(|| say!(words, "history-unnamed"), |n| Html::escape(n.as_str()));
    let total = match customer.total {
        Some(total) => Html::escape(&crate::locale::rupiah(total)),
        None => say!(words, "history-no-total"),
    };
    match customer.power.as_deref().map(power) {
        Some(power) => say!(words, "history-found-power", name = name, power = power, total = total),
        None => say!(words, "history-found", name = name, total = total),
    }
}

fn buttons(words: Words<'_>, page: &Page, owner: UserId) -> Vec<Vec<Button>> {
    let newest = page.records.first().filter(|_| page.has_newer).and_then(|(seq, _)| {
        Button::press(say!(words, "button-newer").plain(), Action::Turn(Cursor::NewerThan(*seq)), owner)
    });
    let oldest = page.records.last().filter(|_| page.has_older).and_then(|(seq, _)| {
        Button::press(say!(words, "button-older").plain(), Action::Turn(Cursor::OlderThan(*seq)), owner)
    });
    vec![newest.into_iter().chain(oldest).collect()]
}
