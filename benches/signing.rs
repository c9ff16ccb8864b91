//! What a signature costs: the token's (RSA-2048, once in 15 minutes) and each request's (HMAC-SHA512).

#![expect(clippy::expect_used, reason = "a benchmark without its fixtures should say so and end")]

use std::hint::black_box;

use ceknomor::klikoo::{
    PrivateKey,
    sign::{RequestKey, SignedRequest, auth_string},
    wire::{INQUIRY_PATH, InquiryRequest},
};
use criterion::{Criterion, criterion_group, criterion_main};

const KEY: &[u8] = include_bytes!("../tests/fixtures/klikoo/test-private-pkcs8.pem");
const TIMESTAMP: &str = "2024-02-07T10:28:35.000+07:00";

fn auth_signature(criterion: &mut Criterion) {
    let key = PrivateKey::from_pem(KEY).expect("the fixture is a key");
    let text = auth_string("3f9c8962-4c4b-4bb6-b3c1-8fc883519c02", TIMESTAMP);
    criterion.bench_function("auth signature", |bencher| bencher.iter(|| key.sign(black_box(&text))));
}

/// Writing the body is part of it: what is signed is what is sent.
fn request_signature(criterion: &mut Criterion) {
    let key = RequestKey::new(&"9ec999e21a3be41064c52bb3f37554a2".into()).expect("the secret is not empty");
    let inquiry = InquiryRequest {
        msidn: "01105691111".into(),
        amount: "20500".into(),
        product_code: "PLN20".into(),
        selling_price: "21000".into(),
        value: "01105691111".into(),
        partner_reference_id: "6d654219-d9b7-4e1a-8b51-99a5cafb11cb".into(),
    };
    let sign = || {
        let body = black_box(&inquiry).to_body();
        let (method, token) = ("POST", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJjbGllbnRfaWQiOiJ0ZXN0In0.c2lnbmF0dXJl");
        key.sign(&SignedRequest { method, path: INQUIRY_PATH, token, body: body.as_bytes(), timestamp: TIMESTAMP })
    };
    criterion.bench_function("request signature", |bencher| bencher.iter(sign));
}

criterion_group!(benches, auth_signature, request_signature);
criterion_main!(benches);
