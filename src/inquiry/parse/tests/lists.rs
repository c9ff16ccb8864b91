//! Many checks in one text, with the products that agents sell.

use super::*;

/// Each check as `CODE number [nominal]`, with its name and how many times it was typed; then each unread part by its
/// line.
fn listed(text: &str) -> Vec<String> {
    let Some(list) = list(text, &agents_catalog()) else { return Vec::new() };
    let items = list.items.iter().map(|Item { check, name, times, .. }| {
        let name = name.as_ref().map(|name| format!(" an {name}")).unwrap_or_default();
        let times = if *times > 1 { format!(" ×{times}") } else { String::new() };
        format!("{}{name}{times}", check.line())
    });
    let unread = list.unread.iter().map(|Unread { line, refusal, .. }| format!("{line}: {}", said(refusal)));
    let pin = list.pin_seen.then(|| "!pin".to_owned());
    items.chain(unread).chain(pin).collect()
}

#[test]
fn many_checks_in_one_text_are_a_list() {
    let two = ["PLN20 01105691111", "PLN20 45022134567"];
    for text in [
        "PLN20 01105691111\nPLN20 45022134567",
        "PLN20 01105691111, PLN20 45022134567",
        "PLN20.01105691111;PLN20.45022134567",
        "PLN20 01105691111, 45022134567",
        "PLN20 01105691111 45022134567",
        "PLN20 01105691111 PLN20 45022134567",
        "pln20 01105691111 dan 45022134567 ya min",
        "PLN20\n01105691111\n45022134567",
        "pln20:\n\n01105691111\n45022134567\n\nmakasih kak",
        "PLN20: 01105691111, 45022134567",
        "token 20rb kak:\n01105691111\n45022134567",
        "PLN20 01105691111\n45022134567",
        "1. PLN20 01105691111\n2. PLN20 45022134567",
        "1) pln20.01105691111\n2) pln20 4502 2134 567",
        "1 PLN20 01105691111\n2 PLN20 45022134567",
        "PLN20:\n1. 01105691111\n2. 45022134567",
        "PLN20\n1.01105691111\n2.45022134567",
        "- PLN20 01105691111\n- PLN20 45022134567",
        "• 01105691111 pln20\n• 45022134567 pln20",
        "Halo kak, tolong cek ya:\nPLN20 01105691111\nPLN20 45022134567\nMakasih 🙏",
        "[23/11 14.05] Budi: PLN20 01105691111\n[23/11 14.06] Budi: PLN20 45022134567",
        "pln 20 01105691111\r\npln 20rb 45022134567\r\n",
        "kode,nomor\nPLN20,01105691111\nPLN20,45022134567\n",
        "\u{feff}\"kode\";\"nomor\"\r\n\"PLN20\";\"01105691111\"\r\n\"PLN20\";\"45022134567\"\r\n",
        "no\tkode\tnomor\n1\tPLN20\t01105691111\n2\tPLN20\t45022134567",
    ] {
        assert_eq!(listed(text), two, "{text:?}");
    }
}

#[test]
fn names_and_nominals_come_along() {
    for (text, expected) in [
        (
            "PLN20\n01105691111 an Budi\n45022134567 a.n. Siti Misalnya",
            &["PLN20 01105691111 an Budi", "PLN20 45022134567 an Siti Misalnya"][..],
        ),
        (
            "PLN20\n01105691111 Budi\nSiti Misalnya: 45022134567",
            &["PLN20 01105691111 an Budi", "PLN20 45022134567 an Siti Misalnya"],
        ),
        (
            "kode;nomor;nama\nPLN20;01105691111;Budi Contoh\nOVO10;0817345544;Siti",
            &["PLN20 01105691111 an Budi Contoh", "OVO10 0817345544 an Siti"],
        ),
        (
            "DNOPEN 50rb\n0817345544\n081000000001 an Budi",
            &["DNOPEN 0817345544 50000", "DNOPEN 081000000001 50000 an Budi"],
        ),
        (
            "dana 50rb 0817345544\ndana 30rb 0817345544\novo 25 081000000001 Siti",
            &["DN50 0817345544", "DNOPEN 0817345544 30000", "OVO25 081000000001 an Siti"],
        ),
        (
            "DNOPEN,0817345544,\"50,000\"\nDNOPEN,081000000001,\"30,000\"",
            &["DNOPEN 0817345544 50000", "DNOPEN 081000000001 30000"],
        ),
    ] {
        assert_eq!(listed(text), expected, "{text:?}");
    }
}

#[test]
fn the_order_is_kept_and_what_is_typed_again_is_counted() {
    let text = "OVO10 0817345544\nPLN20 01105691111 an Budi\nOVO10.0817-345-544\n+62817345544 ovo10\nPLN20 01105691111";
    assert_eq!(listed(text), ["OVO10 0817345544 ×3", "PLN20 01105691111 an Budi ×2"]);
    assert_eq!(listed("PLN20 01105691111\nPLN20 01105691111"), ["PLN20 01105691111 ×2"]);
    let lines: Vec<_> = list(text, &agents_catalog()).unwrap().items.iter().map(|item| item.line).collect();
    assert_eq!(lines, [1, 2]);
}

#[test]
fn what_cannot_be_read_is_named_and_never_guessed() {
    for (text, expected) in [
        (
            "PLN20 01105691111\nPLN20 0110569111\nPLN20 45022134567",
            &["PLN20 01105691111", "PLN20 45022134567", "2: TooShort { missing: 1 }"][..],
        ),
        ("PLN20 01105691111\nPLN20 0110569111", &["PLN20 01105691111", "2: TooShort { missing: 1 }"]),
        (
            "PLN20\n01105691111\n1105691111\n081734554455",
            &["PLN20 01105691111", "3: lost zero PLN20 01105691111", "4: mobile 081734554455 or PLN20 081734554455"],
        ),
        // A number belongs to a code only where no other was typed before it.
        (
            "PLN20 01105691111\nOVO10 0817345544\n081000000001",
            &[
                "PLN20 01105691111",
                "OVO10 0817345544",
                "3: code? PLN20 PLN50 PLN100 OVO5 OVO10 OVO25 OVO50 GOPAY10 DN1 DN5 DN10 DN25 DN50 DNOPEN MAX5000",
            ],
        ),
        (
            "PLN20\n01105691111\nOVO10\n0817345544\n081000000001",
            &["PLN20 01105691111", "OVO10 0817345544", "OVO10 081000000001"],
        ),
        // Nor is a nominal taken from the line before.
        ("DNOPEN 0817345544 50rb\n081000000001", &["DNOPEN 0817345544 50000", "2: nominal?"]),
        ("PLN20 01105691111\nPNL20 45022134567", &["PLN20 01105691111", "2: PNL20? PLN20 45022134567"]),
        ("PLN20 01105691111\nPLN20 45022134567 batal", &["PLN20 01105691111", "2: words around PLN20 45022134567"]),
        (
            "PLN20 01105691111\nyang ini jangan:\nPLN20 45022134567\nPLN50 45022134567",
            &["PLN20 01105691111", "PLN50 45022134567", "2: jangan?", "3: words around PLN20 45022134567"],
        ),
        ("PLN20 01105691111\nPLN20 45022134567 2x", &["PLN20 01105691111", "2: words around PLN20 45022134567"]),
        (
            "PLN20 01105691111\npulsa 10 0817345544\nOVO10 0817345544",
            &["PLN20 01105691111", "OVO10 0817345544", "2: not offered"],
        ),
        (
            "PLN20.01105691111.1234\nOVO10.0817345544.123456\nDNOPEN.0817345544.1234",
            &["PLN20 01105691111", "OVO10 0817345544", "3: nominal or pin?", "!pin"],
        ),
        ("PLN20 01105691111\nXL 45022134567", &["PLN20 01105691111", "2: XL? fits PLN20 PLN50 PLN100 MAX5000"]),
        // A word before a number may be a code that is not sold here.
        ("PLN20 01105691111 XL10 0817345544 OVO10 0817345544", &[]),
        ("OVO10 0817345544 XYZ 081000000001 OVO10 0817345544", &[]),
        // Not in order, so no count.
        ("PLN20\n1 01105691111\n5 45022134567", &[]),
        ("01105691111 PLN20 45022134567 OVO10", &[]),
    ] {
        assert_eq!(listed(text), expected, "{text:?}");
    }
}

#[test]
fn one_check_is_no_list() {
    for text in [
        "",
        "PLN20 01105691111",
        "PLN20\n01105691111",
        "PLN20, 01105691111",
        "Halo kak, mau beli token listrik 20rb\nNo meter: 0110 5691 111\na.n Bapak Baharrudin",
        "01105691111\n45022134567",
        "PLN20 01105691111 BUDI",
        "PLN20 01105691111,20",
        "PLN20",
        "makasih kak",
        "TRX PLN20.01105691111 SUKSES. SN: 1234-5678-9012-3456-7890/BUDI. Saldo 100.000 23/11/26 14:05:01",
    ] {
        assert_eq!(listed(text), [""; 0], "{text:?}");
    }
}

#[test]
fn a_list_is_bounded() {
    let lines: String = (0..250).map(|at| format!("PLN20 {:011}\nPLN20 x{at}y\n", 10_000_000_000_u64 + at)).collect();
    let list = list(&lines, &agents_catalog()).unwrap();
    assert_eq!((list.items.len(), list.unread.len(), list.left_off), (100, 100, 300));
    for filler in ["x\n", "x,", "x ", "PLN20 "] {
        let long = format!("PLN20 01105691111\nPLN20 45022134567\n{}", filler.repeat(120_000));
        let list = super::list(&long, &agents_catalog()).unwrap();
        assert_eq!(list.items.len(), 2, "{filler}");
    }
    let long = format!("PLN20 01105691111\nPLN20 45022134567\n{}\nPLN20 01105691111", "x".repeat(300 * 1024));
    let list = super::list(&long, &agents_catalog()).unwrap();
    assert_eq!((list.items.len(), list.unread.len(), list.left_off), (2, 0, 2));
}

#[test]
fn what_could_not_be_read_is_shown_in_short_and_without_a_pin() {
    let text =
        format!("PLN20 01105691111\nPLN20 45022134567\nDNOPEN.0817345544.1234\nPLN20 0110569 {}", "ya ".repeat(40));
    let list = list(&text, &agents_catalog()).unwrap();
    let shown: Vec<_> = list.unread.iter().map(|unread| unread.text.as_str()).collect();
    assert_eq!(shown, ["DNOPEN.••••••••••.••••", "PLN20 0110569 ya ya ya ya ya ya ya ya ya"]);
    let logged = format!("{list:?}");
    assert!(!logged.contains("0110569") && !logged.contains("1234"), "{logged}");
    let json = serde_json::to_string(&list).unwrap();
    assert_eq!(serde_json::from_str::<List>(&json).unwrap(), list);
}

#[test]
fn what_may_be_a_pin_on_a_line_of_its_own_is_one_and_an_amount_is_none() {
    for (alone, is_pin) in [("1234", true), ("123456", true), ("20000", false), ("123", false), ("123456789", false)] {
        let listed = listed(&format!("PLN20 01105691111\nPLN20 45022134567\n{alone}"));
        assert_eq!(listed.last().is_some_and(|last| last == "!pin"), is_pin, "{alone}: {listed:?}");
    }
}
