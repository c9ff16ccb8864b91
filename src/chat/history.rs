//! `/riwayat`: a page of the chat's checks, and the buttons that turn it.

use super::reply::{Button, Reply};
use crate::{
    locale::{Html, Words, date, hour, power},
    say,
    store::{Cursor, Page, Record, Seq},
    value::{Customer, UserId, Verdict},
};

/// Checks on a page.
pub(super) const PAGE: usize = 10;

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
        Verdict::NoAnswer => "⏳",
        Verdict::Operator(_) => "🔧",
        Verdict::AmountTooSmall | Verdict::ProductUnavailable | Verdict::ProviderDown | Verdict::Other(_) => "⚠️",
    }
}

fn summary(words: Words<'_>, verdict: &Verdict) -> Html {
    match verdict {
        Verdict::Found(customer) => found(words, customer),
        Verdict::NotFound => say!(words, "history-not-found"),
        Verdict::AmountTooSmall => say!(words, "history-amount-too-small"),
        Verdict::ProductUnavailable => say!(words, "history-product-unavailable"),
        Verdict::ProviderDown => say!(words, "history-provider-down"),
        Verdict::NoAnswer => say!(words, "history-no-answer"),
        Verdict::Operator(_) => say!(words, "history-operator"),
        Verdict::Other(_) => say!(words, "history-other"),
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

fn buttons(words: Words<'_>, page: &Page, owner: UserId) -> Vec<Button> {
    let newest = page.records.first().filter(|_| page.has_newer).map(|(seq, _)| Button {
        label: say!(words, "button-newer").plain(),
        data: Turn { to: Cursor::NewerThan(*seq), owner }.encode(),
    });
    let oldest = page.records.last().filter(|_| page.has_older).map(|(seq, _)| Button {
        label: say!(words, "button-older").plain(),
        data: Turn { to: Cursor::OlderThan(*seq), owner }.encode(),
    });
    newest.into_iter().chain(oldest).collect()
}

/// A turn of the page, as a button carries it: `r:<` or `r:>`, the record's place, the button's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// The page to show.
    pub(super) to: Cursor,
    /// Who may press.
    pub(super) owner: UserId,
}

impl Turn {
    /// The button's data: at most 45 bytes, of which Telegram allows 64.
    pub(super) fn encode(self) -> String {
        let owner = self.owner;
        match self.to {
            Cursor::Newest => format!("r:0:0:{owner}"),
            Cursor::NewerThan(Seq(seq)) => format!("r:<:{seq}:{owner}"),
            Cursor::OlderThan(Seq(seq)) => format!("r:>:{seq}:{owner}"),
        }
    }

    /// Reads a button's data back; `None` when it is not one of these buttons.
    pub(super) fn decode(data: &str) -> Option<Self> {
        let mut parts = data.strip_prefix("r:")?.splitn(3, ':');
        let (way, seq, owner) = (parts.next()?, parts.next()?, parts.next()?);
        let seq = Seq(seq.parse().ok()?);
        let to = match way {
            "0" => Cursor::Newest,
            "<" => Cursor::NewerThan(seq),
            ">" => Cursor::OlderThan(seq),
            _ => return None,
        };
        let turn = Self { to, owner: UserId(owner.parse().ok()?) };
        // `r:<:+1:1` and `r:<:01:1` are numbers too, but no button carries them.
        (turn.encode() == data).then_some(turn)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chat::properties;

    proptest! {
        #[test]
        fn a_turn_reads_back_and_fits_a_button(seq: u64, owner: u64, older: bool) {
            let to = if older { Cursor::OlderThan(Seq(seq)) } else { Cursor::NewerThan(Seq(seq)) };
            let turn = Turn { to, owner: UserId(owner) };
            let data = turn.encode();
            prop_assert_eq!(Turn::decode(&data), Some(turn));
            properties::press(&data);
        }

        #[test]
        fn only_what_a_button_carries_is_read(data in "r:[0<>]:[0-9+]{1,3}:[0-9+]{1,3}", other in ".*") {
            properties::press(&data);
            properties::press(&other);
        }
    }

    #[test]
    fn other_data_is_no_turn() {
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
        ] {
            assert_eq!(Turn::decode(data), None, "{data}");
        }
    }
}
