//! What is said of a check that the provider has not answered yet: that it is asked again, and how that ended.

use chrono::{DateTime, Utc};

use super::answer::footer;
use crate::{
    inquiry::{
        Health,
        parse::{Check, Request},
    },
    locale::{Html, Words, seconds, time},
    say,
    value::{Outcome, Provider, Verdict},
};

/// A provider that answers fewer checks than these, in percent, is marked.
const FINE: u32 = 90;

/// That there is no answer yet, and that the provider is asked again until `until`; with what support needs of the last
/// call, if one was made.
pub(super) fn waiting(
    words: Words<'_>,
    request: &Request,
    verdict: &Verdict,
    last: Option<(DateTime<Utc>, &Outcome)>,
    until: DateTime<Utc>,
) -> Html {
    let (provider, number) = (request.product.provider, Html::code(request.number.as_str()));
    let first = match verdict {
        Verdict::ProviderDown => say!(words, "later-down", provider = provider, number = number),
        Verdict::ServiceDown | Verdict::Operator(_) => say!(words, "later-service-down", number = number),
        _ => say!(words, "later-no-answer", provider = provider, number = number),
    };
    let footer = last.map(|(at, outcome)| footer(words, at, outcome));
    Html::lines([first, say!(words, "later-promise", time = time(until))].into_iter().chain(footer))
}

/// That the provider never answered.
pub(super) fn given_up(words: Words<'_>, request: &Request, verdict: &Verdict, at: DateTime<Utc>) -> Html {
    let (number, line) = (Html::code(request.number.as_str()), line(&request.check()));
    match verdict {
        Verdict::ServiceDown | Verdict::Operator(_) => {
            say!(words, "later-gave-up-service", number = number, time = time(at), line = line)
        }
        _ => {
            let provider = request.product.provider;
            say!(words, "later-gave-up", provider = provider, number = number, time = time(at), line = line)
        }
    }
}

/// The checks of an agent that wait, and since when.
pub(super) fn still_waiting(
    words: Words<'_>,
    checks: &[(Request, DateTime<Utc>)],
    lists: &[(usize, DateTime<Utc>)],
) -> Html {
    let line = |(request, since): &(Request, DateTime<Utc>)| {
        say!(words, "waiting-since", line = Html::code(&request.line()), time = time(*since))
    };
    let list = |(count, since): &(usize, DateTime<Utc>)| {
        say!(words, "waiting-list-since", count = *count, time = time(*since))
    };
    let lines = checks.iter().map(line).chain(lists.iter().map(list));
    Html::lines([say!(words, "waiting-heading")].into_iter().chain(lines))
}

/// That the agent wants no answer any more.
pub(super) fn cancelled(words: Words<'_>, check: &Check) -> Html {
    say!(words, "later-cancelled", line = line(check))
}

/// The check as it can be typed again.
pub(super) fn line(check: &Check) -> Html {
    Html::code(&format!("/cek {}", check.line()))
}

/// How each provider did lately.
pub(super) fn outages(words: Words<'_>, report: &[(Provider, Health)]) -> Html {
    let asked = report.iter().filter(|(_, health)| health.checks > 0 || health.is_down);
    let lines: Vec<Html> = asked.map(|(provider, health)| outage(words, *provider, health)).collect();
    if lines.is_empty() {
        return say!(words, "outages-none");
    }
    Html::lines([say!(words, "outages-heading"), Html::default()].into_iter().chain(lines))
}

fn outage(words: Words<'_>, provider: Provider, health: &Health) -> Html {
    let checks = health.checks;
    let percent = health.answered.saturating_mul(100).checked_div(checks).unwrap_or(0);
    let mark = if health.is_down || percent < FINE { say!(words, "outages-down") } else { say!(words, "outages-up") };
    let rate = say!(words, "outages-rate", provider = provider, percent = percent, checks = checks);
    let median = health.median.map(|median| say!(words, "outages-median", seconds = seconds(median, words)));
    let figures = Html::joined([rate].into_iter().chain(median), " · ");
    Html::joined([mark, figures], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{locale::Locale, value::Language};

    #[test]
    fn a_provider_whose_circuit_is_open_is_shown_though_nothing_was_asked_lately() {
        let locale = Locale::new().unwrap();
        let health = |is_down| Health { checks: 0, answered: 0, median: None, is_down };
        let report = [(Provider::Pln, health(true)), (Provider::Ovo, health(false))];
        let shown = outages(locale.words(Language::Id), &report).plain();
        assert!(shown.contains("⚠️ PLN") && !shown.contains("OVO"), "{shown}");
    }

    #[test]
    fn a_provider_that_misses_more_than_one_in_ten_is_marked() {
        let locale = Locale::new().unwrap();
        let shown = |checks, answered, is_down| {
            let health = Health { checks, answered, median: None, is_down };
            outage(locale.words(Language::Id), Provider::Pln, &health).plain()
        };
        assert_eq!(shown(10, 9, false), "✅ PLN: 90% dari 10 cek terjawab");
        assert_eq!(shown(100, 89, false), "⚠️ PLN: 89% dari 100 cek terjawab");
        assert_eq!(shown(2, 1, false), "⚠️ PLN: 50% dari 2 cek terjawab");
        assert_eq!(shown(10, 10, true), "⚠️ PLN: 100% dari 10 cek terjawab");
        let one = Health { checks: 1, answered: 1, median: None, is_down: false };
        let in_english = outage(locale.words(Language::En), Provider::Pln, &one).plain();
        assert_eq!(in_english, "✅ PLN: 100% of 1 check answered");
    }
}
