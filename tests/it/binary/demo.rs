//! `ceknomor demo`: the conversation at a terminal, with nothing set up.

use std::fmt::Write as _;

use super::child::{Place, Process};

#[tokio::test]
async fn a_conversation_is_held_and_ends_with_its_input() {
    let demo =
        Place::new().call_with(&["demo"], "PLN20 01105691111\nPLN20 0110569111\n/bahasa en\nPLN20 00000000404").await;

    assert_eq!(demo.code, Some(0), "{demo:?}");
    assert_eq!(demo.err, "", "a conversation has no log in it");
    let (welcome, chat) = demo.out.split_once("\n> ").expect("what was piped in is shown");
    assert!(welcome.contains("no account, no token, no network") && welcome.contains("Ctrl-D ends"), "{welcome}");
    let said: Vec<&str> = chat.split("\n> ").collect();
    assert!(
        said[0].starts_with("PLN20 01105691111\n✅ PLN 20.000\nBAHARRUDIN1\nNo. Meter: 01105691111\n"),
        "{}",
        said[0]
    );
    assert!(said[1].contains("kurang 1 digit"), "{}", said[1]);
    assert!(said[2].contains("English"), "{}", said[2]);
    assert!(said[3].contains("Number not found at PLN."), "{}", said[3]);
}

#[tokio::test]
async fn a_number_presses_the_button_that_carries_it() {
    let mut input = String::new();
    for number in 1..=11 {
        writeln!(input, "PLN20 00000000{number:03}").unwrap();
    }
    input.push_str("/riwayat\n1\n1\n9\n");
    let demo = Place::new().call_with(&["demo"], &input).await;

    assert_eq!(demo.code, Some(0), "{demo:?}");
    let said: Vec<&str> = demo.out.split("\n> ").collect();
    let [.., newest, older, newer_again, no_button] = said.as_slice() else { panic!("{}", demo.out) };
    assert!(newest.contains("\n[1] Lebih lama ▶\n"), "{newest}");
    assert!(newest.contains("00000000011") && !newest.contains("00000000001"), "ten a page: {newest}");
    assert!(older.contains("[1] ◀ Lebih baru") && older.contains("00000000001"), "{older}");
    assert!(newer_again.contains("00000000011"), "{newer_again}");
    assert!(no_button.starts_with("9\n⚠️ Kode produknya apa?"), "a number without a button is a line: {no_button}");
}

#[tokio::test]
async fn it_is_an_agents_conversation() {
    let demo = Place::new().call_with(&["demo"], "/produk PLN\n/cek@ceknomor_bot PLN20 01105691111\n").await;
    let said: Vec<&str> = demo.out.split("\n> ").collect();
    let [welcome, products, checked] = said.as_slice() else { panic!("{}", demo.out) };
    assert!(welcome.contains("type 1 to press it"), "{welcome}");
    assert!(products.contains("PLN20") && !products.contains("beli"), "buying prices are the owner's: {products}");
    assert!(checked.contains("BAHARRUDIN1"), "{checked}");
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
    demo.prints("Ctrl-D ends").await;
    demo.signal("INT");
    let demo = demo.ended().await;
    assert_eq!((demo.code, demo.err.as_str()), (Some(0), ""));
}
