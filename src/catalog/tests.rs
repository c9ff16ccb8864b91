//! The built-in products, and operators' files with every mistake that there is.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::{entry::MAX_FILE_SIZE, *};
use crate::value::{NumberKind, Rupiah};

fn built_in() -> Catalog {
    Catalog::load(None).unwrap()
}

/// The catalog with a text over the built-in products; or what is printed of its mistakes.
fn with(text: &str) -> Result<Catalog, String> {
    Catalog::over(&built_in(), text, Path::new("p.toml")).map_err(|error| error.to_string())
}

fn codes(products: impl IntoIterator<Item = impl AsRef<Product>>) -> Vec<String> {
    products.into_iter().map(|product| product.as_ref().code.to_string()).collect()
}

fn fixed(buying: u64, selling: u64) -> Price {
    Price::Fixed { buying: Rupiah(buying), selling: Rupiah(selling) }
}

#[test]
fn the_vendors_samples_are_built_in() {
    let catalog = built_in();
    assert_eq!(codes(catalog.products()), ["PLN20", "OVO10", "GOPAY10", "DN1", "DNOPEN", "MAX5000"]);
    let pln = catalog.get("pLn20").unwrap();
    assert_eq!((pln.name.as_str(), pln.provider, pln.number), ("PLN 20.000", Provider::Pln, NumberKind::Meter));
    assert_eq!(pln.price, fixed(20_500, 21_000));
    assert_eq!(catalog.get("MAX5000").unwrap().number, NumberKind::DriverId);
    assert_eq!(catalog.get("DN1").unwrap().price, fixed(73_500, 73_500));
    assert!(matches!(catalog.get("DNOPEN").unwrap().price, Price::Open { .. }));
    assert!(catalog.get("PLN2").is_none() && catalog.get("").is_none());
}

#[test]
fn the_example_file_loads() {
    let catalog = Catalog::load(Some(Path::new("products.example.toml"))).unwrap();
    assert_eq!(codes(catalog.products()), ["PLN20", "PLN50", "OVO10", "OVOOPEN", "GOPAY10", "DN1", "DNOPEN"]);
    let pln = catalog.get("PLN20").unwrap();
    assert_eq!((pln.name.as_str(), pln.price), ("PLN 20.000", fixed(20_150, 20_500)));
    assert_eq!(catalog.get("OVOOPEN").unwrap().number, NumberKind::Mobile);
}

#[test]
fn products_are_found_by_provider_and_word() {
    let catalog = with(
        r#"
        [[product]]
        code = "pln100"
        name = "PLN 100.000"
        provider = "pln"
        buying = 100500
        selling = 101000
        "#,
    )
    .unwrap();
    let groups: Vec<_> = catalog.by_provider().map(|(provider, products)| (provider, codes(products))).collect();
    assert_eq!(groups[0], (Provider::Pln, vec!["PLN20".into(), "PLN100".into()]));
    assert_eq!(groups.len(), 5);
    assert_eq!(codes(catalog.search("dana")), ["DN1", "DNOPEN"]);
    assert_eq!(codes(catalog.search(" BEBAS ")), ["DNOPEN"]);
    assert_eq!(codes(catalog.search("ax50")), ["MAX5000"]);
    assert_eq!(codes(catalog.search("100.0")), ["PLN100"]);
    assert_eq!(codes(catalog.search("token listrik")), ["PLN20", "PLN100"]);
    assert_eq!(codes(catalog.search("Ojek")), ["MAX5000"]);
    assert_eq!(codes(catalog.search("dompet")), ["OVO10", "GOPAY10", "DN1", "DNOPEN"]);
    assert_eq!(catalog.search("").len(), 7);
    assert_eq!(catalog.nearest("PLN101", 3).iter().map(ProductCode::as_str).collect::<Vec<_>>(), ["PLN100", "PLN20"]);
    assert!(catalog.search("telkomsel").is_empty());
}

#[test]
fn a_mistyped_code_finds_the_nearest() {
    let nearest = |word: &str| built_in().nearest(word, 3).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(nearest("PLN2O"), ["PLN20"]);
    assert_eq!(nearest("pnl20"), ["PLN20"]);
    assert_eq!(nearest("dana"), ["DN1", "DNOPEN"]);
    assert_eq!(nearest("dn"), ["DN1", "DNOPEN"]);
    assert_eq!(nearest("dnopn"), ["DNOPEN"]);
    assert_eq!(nearest("maxim"), ["MAX5000"]);
    assert_eq!(nearest("gopay20"), ["GOPAY10"]);
    assert!(nearest("TELKOMSEL").is_empty() && nearest("").is_empty() && nearest("🙏").is_empty());
    assert_eq!(built_in().nearest("dana", 1).len(), 1);
}

#[test]
fn a_file_changes_hides_and_adds() {
    let catalog = with(
        r#"
        product = [
            { code = "DN1", selling = 1500, buying = 1200 },
            { code = "gopay10", hidden = true },
            { code = "OVO10", min = 10_000, max = 20_000 },
            { code = "MAX5000", number = "Mobile" },
        ]
        "#,
    )
    .unwrap();
    assert_eq!(catalog.get("DN1").unwrap().price, fixed(1_200, 1_500));
    assert_eq!(catalog.get("DN1").unwrap().name, "DANA 1.000");
    assert!(catalog.get("GOPAY10").is_none() && catalog.products().len() == 5);
    assert_eq!(catalog.get("OVO10").unwrap().price, Price::Open { min: Rupiah(10_000), max: Rupiah(20_000) });
    assert_eq!(catalog.get("MAX5000").unwrap().number, NumberKind::Mobile);
    assert_eq!(with("").unwrap().products(), built_in().products());
}

#[test]
fn a_product_of_another_provider_asks_for_that_ones_number() {
    let catalog = with("[[product]]\ncode = \"DN1\"\nprovider = \"Maxim\"\nname = \"Saldo 1.000\"").unwrap();
    assert_eq!(catalog.get("DN1").unwrap().number, NumberKind::DriverId);
    assert_eq!(codes(catalog.search("maxim")), ["DN1", "MAX5000"], "whatever its code and name are");
}

#[test]
fn a_product_that_is_put_away_is_not_sold_though_the_file_has_all_of_it() {
    let catalog = with(
        r#"
        [[product]]
        code = "PLN50"
        name = "PLN 50.000"
        provider = "PLN"
        buying = 50150
        selling = 50500
        hidden = true
        "#,
    )
    .unwrap();
    assert!(catalog.get("PLN50").is_none());
}

#[test]
fn codes_of_other_bots_are_refused() {
    for code in ["S", "SAL", "H", "CH", "HRG", "R", "RKP", "LAP", "K", "G", "GP", "CEKPLN", "lap"] {
        let said = with(&format!("[[product]]\ncode = \"{code}\"")).unwrap_err();
        assert!(said.contains("agents know"), "{said}");
    }
}

#[test]
fn bounds_are_kept_to_the_last() {
    let priced = |buying: u64| format!("[[product]]\ncode = \"DN1\"\nbuying = {buying}\nselling = 100000000\n");
    assert!(with(&priced(100)).is_ok() && with(&priced(99)).is_err());
    assert!(with(&priced(100_000_000)).is_ok() && with(&priced(100_000_001)).is_err());

    let named = |name: &str| with(&format!("[[product]]\ncode = \"DN1\"\nname = \"{name}\"\n"));
    assert!(named(&"é".repeat(60)).is_ok() && named(&"é".repeat(61)).is_err());
    assert!(named("dua\\nbaris").is_err(), "an answer's heading is one line");

    assert!(ProductCode::new(&"A".repeat(20)).is_some() && ProductCode::new(&"A".repeat(21)).is_none());
    let said = with(&format!("[[product]]\ncode = \"DN1\"\nprovider = \"X\\n{}\"\n", "Y".repeat(500))).unwrap_err();
    assert!(said.lines().count() == 1 && said.len() < 150, "{said}");
}

#[test]
fn every_mistake_is_reported_with_line_and_remedy() {
    let said = with(
        r#"prduct = 1
[[product]]
code = "PLN50"
name = "PLN 50.000"
provider = "PNL"
buying = 50.500
selling = "51000"
[[product]]
code = "sal"
nama = "Saldo"
colour = "red"
[[product]]
code = "PLN20"
buying = 20500
selling = 20000
[[product]]
name = ""
provider = 5
number = "hp"
min = 20000
max = 10000
[[product]]
code = "DN1"
buying = -5
selling = 999999999
[[product]]
code = "dn1"
hidden = "ya"
[[product]]
code = "DNOPEN"
min = 10
[[product]]
code = "OVO10"
buying = 1000
selling = 1000
max = 1000
[[product]]
code = "DNX"
hidden = true
[[product]]
code = "5000"
[[product]]
code = "dn1"
"#,
    )
    .unwrap_err();
    let expected = [
        "p.toml:1: unknown key `prduct` outside of a product; begin each product with a line `[[product]]`",
        "p.toml:5: `PNL` is not a provider that can be checked; write PLN, OVO, GoPay, DANA, Maxim",
        "p.toml:6: `buying` is not a whole number but a fraction; write buying = 20500, in whole rupiah without dots or quotes",
        "p.toml:7: `selling` is not a whole number but a text; write selling = 20500, in whole rupiah without dots or quotes",
        "p.toml:8: `name` is missing; add name = \"PLN 20.000\"",
        "p.toml:8: `provider` is missing; add provider = \"PLN\"",
        "p.toml:8: `buying` is missing; add buying and selling (or, for an open denomination, min and max)",
        "p.toml:9: agents know SAL as a command of other bots; choose the vendor's own product code",
        "p.toml:10: unknown key `nama`; did you mean `name`?",
        "p.toml:11: unknown key `colour`; a product has code, name, provider, number, buying, selling, min, max, \
         below_cost, hidden",
        "p.toml:15: selling at 20000 loses 500 a sale; raise `selling`, or write below_cost = true if it is meant",
        "p.toml:16: `code` is missing; add code = \"PLN20\"",
        "p.toml:17: `name` is empty or too long; write one line of 1 to 60 characters",
        "p.toml:18: `provider` is not a text but a whole number; write provider = \"…\"",
        "p.toml:19: `hp` is not a kind of number; write \"meter\", \"mobile\" or \"driver\"",
        "p.toml:21: `max` 10000 is less than `min` 20000; exchange the two",
        "p.toml:24: `buying` cannot be -5; write buying = 20500, in whole rupiah without dots or quotes",
        "p.toml:25: `selling` of 999999999 rupiah is no sensible price; write whole rupiah from 100 to 100000000",
        "p.toml:27: DN1 stands here again, after line 23; keep one of the two",
        "p.toml:28: `hidden` is not true or false but a text; write hidden = true, without quotes",
        "p.toml:29: `max` is missing; add your own, in whole rupiah: it goes with `min`",
        "p.toml:31: `min` of 10 rupiah is no sensible price; write whole rupiah from 100 to 100000000",
        "p.toml:36: a denomination is fixed or open, not both; keep buying and selling, or min and max",
        "p.toml:38: no product DNX is there to hide; did you mean DN1?",
        "p.toml:41: `5000` is not a product code; use up to 20 letters, digits and `-`, with a letter among them",
        "p.toml:43: DN1 stands here again, after line 27; keep one of the two",
    ];
    // Line 40 lacks the same things as line 8.
    let said: Vec<_> = said.lines().filter(|line| !line.starts_with("p.toml:40:")).collect();
    assert_eq!(said, expected);
}

#[test]
fn what_is_not_toml_is_reported_beside_other_mistakes() {
    let said = with("[[product]]\ncode = PLN20\nbuyng = 1\n[[oops\n").unwrap_err();
    assert!(said.contains("p.toml:2: is not TOML"), "{said}");
    assert!(said.contains("p.toml:3: unknown key `buyng`; did you mean `buying`?"), "{said}");
    assert!(said.contains("p.toml:4: is not TOML"), "{said}");
    for (text, what) in [
        ("[product]\ncode = \"PLN20\"", "p.toml:1: `product` is one table; write `[[product]]`, with two brackets"),
        ("product = [1]", "p.toml:1: a product is not a table"),
        ("[[product]]\ncode = \"DN1\"\ncode = \"DN1\"", "p.toml:3: is not TOML: duplicate key"),
    ] {
        let said = with(text).unwrap_err();
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.toml");
    let load = || Catalog::load(Some(&path)).unwrap_err().to_string();
    assert!(load().contains("p.toml: cannot be read: "), "{}", load());
    fs::write(&path, b"# satu\n# \xff").unwrap();
    assert!(load().contains("p.toml:2: is not UTF-8 text; save the file as UTF-8"), "{}", load());
    fs::write(&path, vec![b'#'; MAX_FILE_SIZE as usize + 1]).unwrap();
    assert!(load().contains("p.toml: is larger than 1 MiB"), "{}", load());
    assert!(Catalog::load(Some(dir.path())).unwrap_err().to_string().contains("is not a file"));
    fs::write(&path, "\u{feff}[[product]]\r\ncode = \"DN1\"\r\nhidden = true\r\n").unwrap();
    assert!(Catalog::load(Some(&path)).unwrap().get("DN1").is_none());
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = with(&text);
        let _ = built_in().nearest(&text, 3);
    }

    #[test]
    fn no_likely_text_panics(lines in prop::collection::vec(
        "\\[\\[product\\]\\]|\\[product\\]|(code|name|provider|min|buying|selling|hidden) = (\"(PLN20|DN1|é)\"|-?[0-9]{1,22}|true|0x1F|1\\.5|\\[\\]|\\{|nan)",
        0..12,
    )) {
        let _ = with(&lines.join("\n"));
    }
}

#[test]
fn the_total_that_agents_read_is_what_the_operator_says() {
    let shown = |text: &str| {
        let catalog =
            with(&format!("{text}\n[[product]]\ncode = \"PLN20\"\nbuying = 20150\nselling = 20500\n")).unwrap();
        let total = |code: &str, total| catalog.get(code).unwrap().shown_total(Rupiah(total));
        [total("PLN20", 20_196), total("DNOPEN", 50_000), total("PLN20", 20_150)]
    };
    let never_the_buying_price = Rupiah(20_500);
    for text in ["", "total = \"vendor\""] {
        assert_eq!(shown(text), [Rupiah(20_196), Rupiah(50_000), never_the_buying_price]);
    }
    assert_eq!(shown("total = \"selling\""), [Rupiah(20_546), Rupiah(50_000), never_the_buying_price]);
    assert!(with("total = \"buying\"").unwrap_err().contains("p.toml:1: `total` is none of the two"));
}
