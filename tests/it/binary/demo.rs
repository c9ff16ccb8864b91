//! `ceknomor demo`: the conversation at a terminal, with nothing set up.

use std::{fmt::Write as _, io::Write as _};

use super::child::{Ended, Place, Process, write};

/// What was said to each piped line, the line included; first the opening.
fn said(demo: &Ended) -> Vec<&str> {
    assert_eq!((demo.code, demo.err.as_str()), (Some(0), ""), "a conversation has no log in it: {}", demo.out);
    demo.out.split("\n> ").collect()
}

#[tokio::test]
async fn a_conversation_is_held_and_ends_with_its_input() {
    let demo =
        Place::new().call_with(&["demo"], "PLN20 01105691111\nPLN20 0110569111\n/bahasa en\nPLN20 00000000404").await;
    let said = said(&demo);
    let [opening, found, short, language, not_found] = said.as_slice() else { panic!("{}", demo.out) };
    assert!(opening.contains("Tanpa akun, tanpa internet") && opening.contains("Ctrl-D"), "{opening}");
    assert!(found.starts_with("PLN20 01105691111\n✅ PLN 20.000\nBAHARRUDIN1\nNo. Meter: 01105691111\n"), "{found}");
    assert!(found.contains("Total: Rp20.796"), "what an agent pays, and not the vendor's sample: {found}");
    assert!(short.contains("kurang 1 digit"), "{short}");
    assert!(language.contains("English"), "{language}");
    assert!(not_found.contains("Number not found at PLN."), "{not_found}");
    assert!(not_found.contains("@BotFather") && not_found.contains("ceknomor run"), "the next step: {not_found}");
    assert!(!demo.out.contains(['\x1b', '…']), "no terminal, no colours and no sign of waiting: {}", demo.out);
}

#[tokio::test]
async fn the_opening_makes_one_want_to_type() {
    for (args, word) in [(&["demo", "--bahasa", "id"][..], "obrolan"), (&["demo", "--bahasa", "en"], "chat")] {
        let demo = Place::new().call_with(args, "1\n3\n").await;
        let said = said(&demo);
        let [opening, _, found, _, short] = said.as_slice() else { panic!("{}", demo.out) };
        assert!(opening.trim_end().lines().count() <= 8 && opening.contains(word), "{opening}");
        assert!(opening.contains("[1] PLN20 01105691111") && opening.contains("[3] PLN20 0110569111"), "{opening}");
        assert!(found.starts_with("PLN20 01105691111\n✅"), "the first example types itself: {found}");
        assert!(short.starts_with("PLN20 0110569111\n⚠️"), "and so does the third: {short}");
    }
}

#[tokio::test]
async fn it_speaks_the_machines_language_unless_it_is_told_another() {
    for (variables, args, words) in [
        (&[][..], &["demo"][..], "Jangan kirim PIN"),
        (&[("LANG", "C.UTF-8")], &["demo"], "Jangan kirim PIN"),
        (&[("LANG", "en_GB.UTF-8")], &["demo"], "Never send a PIN"),
        (&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "id_ID.UTF-8")], &["demo"], "Jangan kirim PIN"),
        (&[("LANG", "id_ID.UTF-8")], &["demo", "--bahasa", "en"], "Never send a PIN"),
    ] {
        let mut place = Place::new();
        for (name, value) in variables {
            place.set(name, *value);
        }
        let demo = place.call_with(args, "/bantuan\n").await;
        assert!(said(&demo)[1].contains(words), "{variables:?} {args:?}: {}", demo.out);
    }
    let refused = Place::new().call(&["demo", "--bahasa", "jv"]).await;
    assert!(refused.code == Some(2) && refused.err.contains("give `id` or `en`"), "{refused:?}");
}

#[tokio::test]
async fn every_button_keeps_its_number() {
    let mut input = String::new();
    for number in 1..=11 {
        writeln!(input, "PLN20 00000000{number:03}").unwrap();
    }
    input.push_str("/riwayat\n63\n64\n63\n999\n");
    let demo = Place::new().call_with(&["demo"], &input).await;
    let said = said(&demo);
    let [.., newest, older, newer_again, older_again, no_button] = said.as_slice() else { panic!("{}", demo.out) };
    assert!(newest.contains("\n[63] Lebih lama ▶\n"), "the opening has seven before it, each answer five: {newest}");
    assert!(newest.contains("00000000011") && !newest.contains("00000000001"), "ten a page: {newest}");
    assert!(older.contains("[64] ◀ Lebih baru") && older.contains("00000000001"), "{older}");
    assert!(newer_again.contains("00000000011") && newer_again.contains("[65] Lebih lama ▶"), "{newer_again}");
    assert!(older_again.contains("00000000001"), "an older button can still be pressed: {older_again}");
    assert!(no_button.starts_with("999\n⚠️ Kode produknya apa?"), "a number without a button is a line: {no_button}");
}

#[tokio::test]
async fn it_is_an_agents_conversation() {
    let demo = Place::new().call_with(&["demo"], "/produk PLN\n/cek@ceknomor_bot PLN20 01105691111\n").await;
    let said = said(&demo);
    let [_, products, checked] = said.as_slice() else { panic!("{}", demo.out) };
    assert!(products.contains("PLN100") && !products.contains("beli"), "buying prices are the owner's: {products}");
    assert!(checked.contains("BAHARRUDIN1"), "{checked}");
}

#[tokio::test]
async fn everything_that_it_lists_can_be_checked() {
    let lines = ["PLN50 01105691111", "OVO25 0817345544", "GP10 0817345544", "DN5 0817345544", "MAX5000 00000000001"];
    let demo = Place::new().call_with(&["demo"], &lines.join("\n")).await;
    for (line, answer) in lines.iter().zip(&said(&demo)[1..]) {
        assert!(answer.starts_with(&format!("{line}\n✅")), "{answer}");
    }
}

#[tokio::test]
async fn an_operators_own_products_are_checked_at_their_prices() {
    let mut place = Place::new();
    let own =
        "[[product]]\ncode = \"TKN20\"\nname = \"Token 20\"\nprovider = \"PLN\"\nbuying = 20111\nselling = 20111\n";
    write(&place.path("own.toml"), own);
    place.set("CEKNOMOR_CATALOG", "own.toml");
    let demo = place.call_with(&["demo"], "TKN20 01105691111\n").await;
    assert!(said(&demo)[1].starts_with("TKN20 01105691111\n✅ Token 20\nBAHARRUDIN1\n"), "{}", demo.out);
}

#[tokio::test]
async fn each_of_the_words_for_leaving_ends_it() {
    for word in ["keluar", "exit", "QUIT"] {
        let demo = Place::new().call_with(&["demo"], &format!("{word}\nPLN20 01105691111\n")).await;
        assert!(said(&demo).len() == 1 && demo.out.contains("@BotFather"), "{word}: {}", demo.out);
    }
}

#[tokio::test]
async fn at_a_terminal_lines_are_edited_and_come_back() {
    let mut place = Place::new();
    place.set("TERM", "xterm");
    let (mut demo, mut keys) = place.start_at_terminal(&["demo"]);
    demo.prints("Ctrl-D").await;
    // A digit too many is taken back.
    keys.write_all(b"PLN20 011056911115\x7f\r").unwrap();
    demo.prints("…").await;
    demo.prints("BAHARRUDIN1").await;
    // The arrow brings the line back, and one digit is taken out of its middle.
    keys.write_all(b"\x1b[A\x1b[D\x1b[D\x7f\r").unwrap();
    demo.prints("kurang 1 digit").await;
    // While a line is typed, a late answer stands above it.
    keys.write_all(b"PLN20 00000000900\r").unwrap();
    keys.write_all(b"kel").unwrap();
    demo.prints("BUDI CONTOH").await;
    keys.write_all(b"uar\r").unwrap();
    demo.prints("@BotFather").await;
    assert_eq!(demo.ended().await.code, Some(0));
}

#[tokio::test]
async fn whoever_stops_reading_ends_it_quietly() {
    let mut child = Place::new().command(&["demo"]).spawn().unwrap();
    drop(child.stdout.take());
    let demo = Process::of(child).type_in("PLN20 01105691111\n").ended().await;
    assert_eq!((demo.code, demo.err.as_str()), (Some(141), ""), "as every program behind `| head`");
}

#[tokio::test]
async fn a_signal_ends_it_while_it_waits_for_a_line() {
    let place = Place::new();
    let mut demo = place.start(&["demo"]);
    demo.prints("Ctrl-D").await;
    demo.signal("INT");
    let demo = demo.ended().await;
    assert_eq!((demo.code, demo.err.as_str()), (Some(0), ""));
}
