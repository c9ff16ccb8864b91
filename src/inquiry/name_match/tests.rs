//! What the comparison of names promises: a table of names that are published or usual, and properties.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    NameVerdict::{self, *},
    compare, normal,
};
use crate::value::{CustomerName, Provider};

fn verdict(given: &str, told: &str, provider: Provider) -> NameVerdict {
    CustomerName::new(told).map_or(NotComparable, |told| compare(given, &told, provider))
}

/// Holds every row of a table against the verdict, the names in both places.
#[track_caller]
fn holds(expected: NameVerdict, provider: Provider, table: &[(&str, &str)]) {
    for (given, told) in table {
        assert_eq!(verdict(given, told, provider), expected, "given {given:?}, told {told:?}");
        assert_eq!(verdict(told, given, provider), expected, "given {told:?}, told {given:?}");
    }
}

#[test]
fn the_same_words_match() {
    holds(
        Match,
        Provider::Pln,
        &[
            ("HJ. FARIDAH EFFEND", "HJ. FARIDAH EFFEND"),
            ("Budi Santoso", "BUDI SANTOSO"),
            ("santoso, budi", "BUDI SANTOSO"),
            ("BUDI-SANTOSO", "Budi  Santoso."),
            ("ＢＵＤＩ santoso", "BUDI SANTOSO"),
            ("Ma'ruf Amin", "MA RUF AMIN"),
            ("Siti Aminah 2", "SITI AMINAH 2"),
            ("Jose\u{301}", "JOSÉ"),
        ],
    );
}

#[test]
fn titles_and_degrees_are_left_out() {
    holds(
        Match,
        Provider::Pln,
        &[
            ("Faridah Effend", "HJ. FARIDAH EFFEND"),
            ("Bapak Budi", "BUDI"),
            ("H. Drs. Budi Santoso", "BUDI SANTOSO"),
            ("Budi Santoso, S.Pd., M.M.", "BUDI SANTOSO"),
            ("Budi Santoso SE", "BUDI SANTOSO, S.H"),
            ("Siti Aminah", "SITI AMINAH HJ"),
            ("Tn Sutrisno", "SUTRISNO TN"),
        ],
    );
}

#[test]
fn what_may_be_no_title_is_looked_at() {
    // ST is Siti here, a lone H behind a name another name, and a title inside a name a word.
    holds(
        Close,
        Provider::Pln,
        &[
            ("Aminah", "ST AMINAH"),
            ("Siti Aminah", "ST AMINAH"),
            ("Budi H", "BUDI HARTONO"),
            ("Budi Santoso", "BUDI SANTOSO H"),
            ("Budi Santoso", "BUDI BU SANTOSO"),
        ],
    );
}

#[test]
fn usual_differences_of_spelling_match() {
    holds(
        Match,
        Provider::Pln,
        &[
            ("Suharto", "SOEHARTO"),
            ("Joko Widodo", "DJOKO WIDODO"),
            ("Cokro", "TJOKRO"),
            ("Syamsul", "SJAMSUL"),
            ("Sjahrir", "SYAHRIR"),
            ("Rachmat Jaya", "RACHMAT DJAYA"),
            ("Muhammad Rizki", "MOH RIZKI"),
            ("Moch. Rizki", "MUH. RIZKI"),
            ("Mochammad Rizki", "MOHAMAD RIZKI"),
            ("Moehammad Rizki", "MUHAMMAD RIZKI"),
            ("Baharudin", "BAHARRUDIN"),
        ],
    );
}

#[test]
fn a_part_or_a_slip_is_close() {
    holds(
        Close,
        Provider::Pln,
        &[
            // Published: the vendor's sample, and a bank's.
            ("Baharrudin", "BAHARRUDIN1"),
            ("HJ. FARIDAH", "HJ. FARIDAH EFFEND"),
            // Words left out.
            ("Budi Santoso", "BUDI SANTOSO WIJAYA"),
            ("Santoso", "BUDI SANTOSO"),
            ("Budi", "BUDI 2"),
            ("Siti Aminah 1", "SITI AMINAH 2"),
            ("Siti Aminah 1", "SITI AMINAH 11"),
            ("Siti Aminah 1", "SITI AMI*** 2"),
            // Initials.
            ("B. Santoso", "BUDI SANTOSO"),
            ("M Rizki", "MUHAMMAD RIZKI"),
            ("M Budi", "MUHAMMAD BUDI SANTOSO"),
            // Typing mistakes: one in five letters, two in more; neighbours exchanged count once.
            ("Budu", "BUDI"),
            ("Budi Snatoso", "BUDI SANTOSO"),
            ("Suhaertoo", "SUHARTO"),
            // Joined and parted.
            ("Nur Hayati", "NURHAYATI"),
            ("M Ali", "MALI"),
            ("sitinurhayati", "SITI NUR HAYATI"),
            ("Abdul Rahman", "ABDURRAHMAN"),
            ("Saadah", "SA'ADAH"),
            ("Nur Hayati", "NURHAYA"),
            // PLN cuts names.
            ("Faridah Effendi", "HJ. FARIDAH EFFEND"),
            ("Budi Santoso Wijaya", "BUDI SANTOSO WIJ"),
        ],
    );
}

#[test]
fn the_rest_differs() {
    holds(
        Different,
        Provider::Pln,
        &[
            ("FIRA DIYANKA", "HJ. FARIDAH EFFEND"),
            ("Budi Santoso", "SITI MISALNYA"),
            ("Siti Aminah", "SITI RAHMAH"),
            // One common name of four letters says too little.
            ("Budi", "BUDI SANTOSO"),
            // Another first letter, or too many mistakes.
            ("Rudi", "BUDI"),
            ("Rina", "RIKI"),
            ("Bagus", "BUDI"),
            ("Suherman", "SUHARTO"),
            // Initials alone.
            ("B S W", "BUDI SANTOSO WIJAYA"),
            ("Budi A", "BUDI S"),
            ("Budi S", "BUDI"),
        ],
    );
}

#[test]
fn what_is_no_name_is_not_comparable() {
    holds(
        NotComparable,
        Provider::Dana,
        &[
            ("Budi Santoso", "DNID 0817345544"),
            ("Budi Santoso", "DNID"),
            ("Budi Santoso", "OVO Txxs"),
            ("Budi Santoso", "B* S*"),
            ("Budi Santoso Wijaya", "B* S* W*"),
            ("Budi Santoso", "**** ****"),
            ("Budi Santoso", "Bapak"),
            ("Budi Santoso", "Li"),
            ("Budi Santoso", "Ayu Budi Citra Dewi Eka Fitri Gita Indah Joko Lia Mira Nia Oki"),
        ],
    );
    let budi = CustomerName::new("BUDI SANTOSO").unwrap();
    for given in ["", " \u{200e}", "0817345544", &"budi ".repeat(21), &"\u{fdfa}".repeat(100)] {
        assert_eq!(compare(given, &budi, Provider::Pln), NotComparable, "{given:?}");
    }
}

#[test]
fn a_masked_name_matches_as_far_as_it_can_be_seen() {
    let seen = |letters| MatchAsFarAsVisible { letters };
    holds(seen(3), Provider::Dana, &[("Mariana", "DNID marxxx"), ("Marwan", "MAR***")]);
    holds(seen(5), Provider::Ovo, &[("Budi Santoso", "OVO Budi Sxxxxxx"), ("Santoso Budi", "B*d* San***")]);
    holds(seen(5), Provider::Pln, &[("Budi Santoso", "BUDI S******"), ("Budi Santoso", "BUDI S*")]);
    holds(seen(3), Provider::Gopay, &[("Muhammad", "MOH****"), ("Mochamad", "MUH**")]);
    holds(seen(4), Provider::Gopay, &[("Budi Santoso", "BUDI ****"), ("Budi S***", "BUD* Santoso")]);
}

#[test]
fn a_mask_hides_no_difference_that_can_be_seen() {
    holds(
        Different,
        Provider::Ovo,
        &[
            ("Mariana", "OVO Mexxxxxa"),
            ("Budi Santoso", "BUDI W***"),
            ("Tomas", "OVO Tomxxxn"),
            ("Budiman", "BUDI* SANTO*"),
            ("Budi Santoso", "BUDI** W**"),
        ],
    );
    holds(
        Close,
        Provider::Ovo,
        &[
            ("Budi Santoso", "BUDY S*****"),
            ("Budi Santoso", "BUDI SANTOSO W***"),
            ("B Santoso", "BUD* SANTOSO"),
            ("Budi Santoso", "OVO budisxxxxx"),
        ],
    );
}

#[test]
fn x_is_a_mask_only_where_a_wallet_writes_it() {
    assert_eq!(verdict("Alex", "OVO Alex", Provider::Ovo), Match);
    assert_eq!(verdict("Foxxy", "FOXXY", Provider::Pln), Match);
    assert_eq!(verdict("Mariana", "marxxx", Provider::Pln), Different);
}

#[test]
fn a_brand_is_one_only_before_a_wallets_name() {
    assert_eq!(verdict("Dana Pratiwi", "DNID DANA PRATIWI", Provider::Dana), Match);
    assert_eq!(verdict("Pratiwi", "DANA PRATIWI", Provider::Pln), Close);
    assert_eq!(verdict("Rama", "RAMA DANA", Provider::Dana), Different);
}

/// Words as names have them: usual ones, near ones, short ones.
fn word() -> impl Strategy<Value = String> {
    const USUAL: &[&str] =
        &["BUDI", "BUDY", "SANTOSO", "SANTOSA", "SITI", "NUR", "HAYATI", "NURHAYATI", "MUHAMMAD", "MOH", "S", "B"];
    let words = prop_oneof![proptest::sample::select(USUAL).prop_map(str::to_owned), "[A-DO]{1,5}"];
    // Titles alone are no word of a name.
    words.prop_filter("a title", |word| normal::normal_words(word, true).is_some_and(|words| words.len() == 1))
}

fn name() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(word(), 1..6).prop_map(|mut words| {
        let mut seen = BTreeSet::new();
        words.retain(|word| seen.insert(normal_form(word, true)));
        words
    })
}

/// What may come from outside.
fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        name().prop_map(|words| words.join(" ")),
        "[A-Zx.* ]{1,30}",
        ".{1,60}",
        "(H|HH|MM|SSE|S\\.E|DANA|BOE| |,|AN|AN){1,9}"
    ]
}

fn provider() -> impl Strategy<Value = Provider> {
    proptest::sample::select(&Provider::ALL[..])
}

fn normal_form(name: &str, is_wallet: bool) -> Option<Vec<String>> {
    let words = normal::normal_words(name, is_wallet)?;
    Some(words.into_iter().map(|word| word.text).collect())
}

/// How far an agent may rely on it that the names are the same.
fn rank(verdict: NameVerdict) -> u8 {
    match verdict {
        NotComparable | Different => 0,
        MatchAsFarAsVisible { .. } | Close => 1,
        Match => 2,
    }
}

proptest! {
    #[test]
    fn which_side_is_which_makes_no_difference(one in anything(), other in anything(), provider in provider()) {
        let (Some(one), Some(other)) = (CustomerName::new(&one), CustomerName::new(&other)) else { return Ok(()) };
        prop_assert_eq!(compare(one.whole_name(), &other, provider), compare(other.whole_name(), &one, provider));
    }

    #[test]
    fn the_order_of_words_makes_no_difference(
        (words, shuffled) in name().prop_flat_map(|words| (Just(words.clone()), Just(words).prop_shuffle())),
        other in name(),
        provider in provider(),
    ) {
        let [words, shuffled, other] = [words, shuffled, other].map(|words| words.join(" "));
        prop_assert_eq!(verdict(&words, &other, provider), verdict(&shuffled, &other, provider));
    }

    #[test]
    fn a_normal_form_is_normal(name in anything(), is_wallet: bool) {
        let Some(normal) = normal_form(&name, is_wallet) else { return Ok(()) };
        prop_assert_eq!(normal_form(&normal.join(" "), is_wallet), Some(normal));
    }

    #[test]
    fn only_equal_normal_forms_match(one in anything(), other in anything(), is_wallet: bool) {
        let Some(told) = CustomerName::new(&other) else { return Ok(()) };
        let provider = if is_wallet { Provider::Dana } else { Provider::Pln };
        let set = |name: &str| normal_form(name, is_wallet).map(BTreeSet::from_iter);
        if compare(&one, &told, provider) == Match {
            prop_assert_eq!(set(&one), set(told.whole_name()));
        }
    }

    #[test]
    fn a_mask_never_makes_a_verdict_better(
        words in name(),
        visible in prop::collection::vec(1..8usize, 6),
        hidden in prop::collection::vec(any::<bool>(), 6),
        other in name(),
        provider in provider(),
    ) {
        // The same letters, with the rest of some words hidden, and with it missing.
        let (mut masked, mut cut, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for (place, word) in words.iter().enumerate() {
            let is_hidden = hidden[place] || place == 0;
            let part: String = word.chars().take(if is_hidden { visible[place] } else { word.len() }).collect();
            masked.push(if is_hidden { part.clone() + "***" } else { part.clone() });
            cut.push(part);
            whole.push(word.clone());
        }
        let [masked, cut, whole, other] = [masked, cut, whole, other].map(|words| words.join(" "));
        let count = |name: &str| normal_form(name, true).map(|words| words.len());
        // Cut, two words may have become one, or a title.
        prop_assume!([&cut, &masked].map(|name| count(name)) == [Some(words.len()); 2]);

        let seen = verdict(&masked, &other, provider);
        prop_assert!(seen != Match && rank(seen) <= rank(verdict(&cut, &other, provider)), "{masked} {other} {seen:?}");
        let itself = verdict(&masked, &whole, provider);
        prop_assert!(matches!(itself, MatchAsFarAsVisible { .. } | NotComparable), "{masked} {whole} {itself:?}");
    }
}
