//! What it costs to make words of an answer, of a refusal, and to cut a long text for Telegram.

#![expect(clippy::expect_used, reason = "a benchmark without its words should say so and end")]

use std::{hint::black_box, sync::Arc};

use ceknomor::{
    catalog::Catalog,
    chat::{Checked, answer, refusal},
    inquiry::parse::{Refusal, Request},
    locale::{Html, Locale},
    value::{Customer, CustomerName, CustomerNumber, Language, NumberError, Outcome, Reference, Rupiah, Verdict},
};
use chrono::DateTime;
use criterion::Criterion;

fn main() {
    let catalog = Catalog::load(None).expect("the built-in products");
    let locale = Locale::new().expect("the embedded words");
    let product = catalog.get("PLN20").expect("a built-in product");
    let number = CustomerNumber::from_record("01105691111").expect("a number");
    let request = Request { product: Arc::clone(product), number, nominal: None };
    let found = Verdict::Found(Customer {
        name: CustomerName::new("BAHARRUDIN1"),
        power: Some("R1/2200VA".to_owned()),
        total: Some(Rupiah(20_546)),
    });
    let checked = |verdict| Checked {
        outcome: Outcome { verdict, code: None, reference: Reference::fresh() },
        at: DateTime::UNIX_EPOCH,
        kept: true,
        is_earlier: false,
    };
    let (found, not_found) = (checked(found), checked(Verdict::NotFound));
    let short = Refusal::Number(product.code.clone(), NumberError::TooShort { missing: 1 });
    let long = Html::lines((0..400).map(|line| Html::escape(&format!("{line} PLN 20.000 · Rp21.000"))));

    let mut criterion = Criterion::default().configure_from_args();
    for language in Language::ALL {
        let words = locale.words(language);
        let mut group = criterion.benchmark_group(format!("render {}", language.code()));
        group
            .bench_function("found", |bencher| bencher.iter(|| answer(words, black_box(&request), &found, None, None)));
        group.bench_function("not found", |bencher| {
            bencher.iter(|| answer(words, black_box(&request), &not_found, None, None))
        });
        group.bench_function("one digit short", |bencher| bencher.iter(|| refusal(words, &catalog, black_box(&short))));
        group.finish();
    }
    criterion.bench_function("split 400 lines", |bencher| bencher.iter(|| black_box(&long).split(4096)));
    criterion.final_summary();
}
