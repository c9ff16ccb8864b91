//! What it costs to read a message, a wrong message and a hostile one, and to load the catalog.

#![expect(clippy::expect_used, reason = "a benchmark without its products should say so and end")]

use std::hint::black_box;

use ceknomor::{catalog::Catalog, inquiry::parse::parse};
use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let catalog = Catalog::load(None).expect("the built-in products");
    let messages = [
        ("meter", "PLN20 01105691111".to_owned()),
        ("meter with a PIN", "pln20.01105691111.1234".to_owned()),
        ("mobile in groups", "DN1 +62 817-345-544".to_owned()),
        ("open denomination", "dnopen 0817 345 544 Rp 10.000".to_owned()),
        ("unknown code", "PNL20 01105691111".to_owned()),
        ("number without a code", "0817345544".to_owned()),
        ("4096 digits one by one", "1 ".repeat(2048)),
        ("4096 letters", "x".repeat(4096)),
        ("many checks", "PLN20 01105691111\n".repeat(200)),
    ];
    let mut group = criterion.benchmark_group("parse");
    for (name, message) in &messages {
        group.bench_function(*name, |bencher| bencher.iter(|| parse(black_box(message), &catalog)));
    }
    group.finish();
    criterion.bench_function("load the built-in catalog", |bencher| bencher.iter(|| Catalog::load(None)));
    criterion.final_summary();
}
