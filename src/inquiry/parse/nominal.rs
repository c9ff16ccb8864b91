//! Amounts as agents write them: `10000`, `10.000`, `10rb`, `10 ribu`, `10k`, `Rp 10.000`, `1,5jt`, `Rp10.000,00`,
//! `10.000 rupiah`, `nominal 10000`.

use crate::value::Rupiah;

/// Longer figures are no amount; also what keeps the arithmetic inside `u64`.
const MOST_DIGITS: usize = 12;

/// An amount has no more tokens: `Rp. 10.000.000 rupiah`.
pub(super) const MAX_TOKENS: usize = 5;

const UNITS: [(&str, u64); 5] = [("ribu", 1_000), ("rb", 1_000), ("k", 1_000), ("juta", 1_000_000), ("jt", 1_000_000)];

/// An amount, in whole rupiah and not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nominal {
    pub(super) rupiah: Rupiah,
    /// Written so that it can be nothing else: with a unit, `Rp`, or dots for the thousands.
    pub(super) clear: bool,
}

/// The nominal that a text is and nothing else: `50rb`, `Rp50.000`, `50000`.
pub fn nominal(text: &str) -> Option<Rupiah> {
    let is_round = |nominal: Rupiah| nominal.0 >= 1_000 && nominal.0.is_multiple_of(1_000);
    read(text.trim()).filter(|nominal| nominal.clear || is_round(nominal.rupiah)).map(|nominal| nominal.rupiah)
}

/// Reads a text that is an amount and nothing else. What could mean two amounts (`1.500rb`) is none.
pub(super) fn read(text: &str) -> Option<Nominal> {
    let text = text.trim().to_ascii_lowercase();
    let (figure, marked) = without_currency(&text);
    let unit = UNITS.into_iter().find_map(|(word, unit)| Some((figure.strip_suffix(word)?.trim_end(), unit)));
    let (amount, clear) = match unit {
        Some((figure, unit)) => (in_units(figure, unit)?, true),
        None => match plain(figure) {
            Some(amount) => (amount, marked),
            None => (in_thousands(figure)?, true),
        },
    };
    (amount > 0).then_some(Nominal { rupiah: Rupiah(amount), clear })
}

/// The figure without `nominal` and `Rp` before it or `rupiah` behind it, and whether one of them was there.
fn without_currency(text: &str) -> (&str, bool) {
    let before = ["nominal", "rp", "idr"].into_iter().fold(text, |text, mark| {
        text.strip_prefix(mark).map_or(text, |figure| figure.trim_start_matches(['.', ':', '=', ' ']))
    });
    let figure = before.strip_suffix("rupiah").map_or(before, str::trim_end);
    (figure, figure.len() < text.len())
}

/// `10000`, but not `0100`: that is rather a part of a number, or a PIN.
fn plain(figure: &str) -> Option<u64> {
    let fits = (1..=MOST_DIGITS).contains(&figure.len()) && figure.bytes().all(|b| b.is_ascii_digit());
    figure.parse().ok().filter(|_| fits && !figure.starts_with('0'))
}

/// `10`, `1,5` or `12.25` in front of a unit. Three decimals would look like thousands, and `901.10rb` like the end
/// of a number with the amount glued to it.
fn in_units(figure: &str, unit: u64) -> Option<u64> {
    let Some((whole, decimals)) = figure.split_once([',', '.']) else { return plain(figure)?.checked_mul(unit) };
    let whole = if whole == "0" { 0 } else { plain(whole).filter(|_| whole.len() <= 2)? };
    let of_hundred = match decimals.len() {
        1 => digits(decimals)? * 10,
        2 => digits(decimals)?,
        _ => return None,
    };
    whole.checked_mul(unit)?.checked_add(of_hundred * (unit / 100))
}

/// `10.000`, `10,000`, `1.250.000`, and with the cents that no one uses: `10.000,00`.
fn in_thousands(figure: &str) -> Option<u64> {
    let mark = figure.chars().find(|c| matches!(c, '.' | ','))?;
    let cents = if mark == '.' { ",00" } else { ".00" };
    let mut groups = figure.strip_suffix(cents).unwrap_or(figure).split(mark);
    let first = groups.next().filter(|first| first.len() <= 3)?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        digits.push_str(group);
    }
    plain(&digits).filter(|_| digits.len() > first.len())
}

fn digits(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_written_form_is_one_amount() {
        for (text, amount) in [
            ("10000", 10_000),
            ("10.000", 10_000),
            ("10,000", 10_000),
            ("10rb", 10_000),
            ("10 RB", 10_000),
            ("10ribu", 10_000),
            ("10 ribu", 10_000),
            ("10k", 10_000),
            ("Rp10.000", 10_000),
            ("Rp 10.000", 10_000),
            ("Rp. 10.000", 10_000),
            ("IDR 10,000", 10_000),
            ("rp10rb", 10_000),
            ("10.000,00", 10_000),
            ("10,000.00", 10_000),
            ("1.250.000", 1_250_000),
            ("1jt", 1_000_000),
            ("1,5jt", 1_500_000),
            ("1.5 juta", 1_500_000),
            ("1,25jt", 1_250_000),
            ("0,5jt", 500_000),
            ("12,5rb", 12_500),
            ("500", 500),
            ("10.000 rupiah", 10_000),
            ("10000rupiah", 10_000),
            ("Rp 10 ribu Rupiah", 10_000),
            ("nominal 10000", 10_000),
            ("Nominal: Rp10.000", 10_000),
            ("nominal=10rb", 10_000),
        ] {
            assert_eq!(read(text).map(|nominal| nominal.rupiah), Some(Rupiah(amount)), "{text}");
        }
    }

    #[test]
    fn only_a_marked_amount_is_clear() {
        let clear = |text| read(text).is_some_and(|nominal| nominal.clear);
        assert!(["10.000", "10rb", "Rp 10000", "1jt", "10000 rupiah", "nominal 10000"].into_iter().all(clear));
        assert!(!clear("10000"));
    }

    #[test]
    fn what_is_no_whole_amount_or_could_be_two_is_none() {
        for text in [
            "",
            "0",
            "000",
            "0rb",
            "0,0rb",
            "-5",
            "10.00",
            "10.0000",
            "1000.000",
            "10.000.00",
            "1.000,000",
            "10,000,0",
            "1.500rb",
            "1,234rb",
            "901.10rb",
            "01000",
            "rb",
            "Rp",
            "10rbu",
            "10 000",
            "1,jt",
            ",5jt",
            "1,+5jt",
            "10.000,50",
            "1e5",
            "1234567890123",
            "999999999999999999999999",
            "٥rb",
            "10rb rb",
            "nominal",
            "rupiah",
            "Rp 10.00 rupiah",
            "10 rupiah ribu",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("999999999999jt").map(|n| n.rupiah.0), Some(999_999_999_999_000_000));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(Rp|rp\\. )?[0-9.,]{0,30} ?(rb|jt|k)?", other in any::<String>()) {
            let _ = (read(&text), read(&other));
        }
    }
}
