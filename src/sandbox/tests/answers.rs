//! What each number gets.

use std::path::Path;

use serde_json::{Value, json};

use super::world::{World, inquiry};
use crate::{catalog::Catalog, klikoo::wire::InquiryRequest, sandbox::scenarios};

#[tokio::test]
async fn a_token_is_given_as_on_the_vendors_page() {
    let world = World::new().await;
    let reply = world.send(world.token_request()).await;
    assert_eq!((reply.status, reply.code()), (200, "200012000"));
    assert_eq!(reply.body["data"]["token_type"], "Bearer");
    assert_eq!(reply.body["data"]["expires_in"], 900);
}

#[tokio::test]
async fn the_balance_is_the_vendors_sample() {
    let world = World::new().await;
    let token = world.token().await;
    let reply = world.send(world.balance(&token)).await;
    let sample = json!({
        "response_code": "200032000", "response_message": "Sukses", "data": { "balance": "1000000.00" },
    });
    assert_eq!(reply.body, sample);
}

#[tokio::test]
async fn the_vendors_sample_is_answered_as_on_its_page() {
    let world = World::new().await;
    let reply = world.ask("PLN20", "01105691111").await;
    let sample = json!({
        "response_code": "200022000",
        "response_message": "Sukses",
        "data": {
            "product_name": "PLN 20.000",
            "amount": 20500,
            "total": 20546,
            "product_code": "PLN20",
            "customer_number": "01105691111",
            "customer_name": "BAHARRUDIN1",
            "power_capacity": "R1/2200VA",
        },
    });
    assert_eq!(reply.body, sample);
}

#[tokio::test]
async fn the_other_samples_are_found_without_power_and_without_a_fee() {
    let world = World::new().await;
    for (product, number) in
        [("OVO10", "0817345544"), ("GOPAY10", "0817345544"), ("DN1", "0817345544"), ("MAX5000", "01105691111")]
    {
        let token = world.token().await;
        let msidn = "01105691111".to_owned();
        let asked = InquiryRequest { msidn, amount: "73500".into(), ..inquiry(product, number) };
        let data = world.send(world.inquiry(&token, &asked)).await.body["data"].take();
        assert_eq!((&data["total"], &data["customer_number"]), (&json!(73_500), &json!(number)), "{product}");
        assert_eq!(data.get("power_capacity"), None, "{product}");
    }
}

#[tokio::test]
async fn the_billers_words_come_as_on_the_vendors_page() {
    let world = World::new().await;
    let reply = world.ask("PLN20", "00000000110").await;
    let sample = json!({
        "response_code": "503029998",
        "response_message": "CUSTID not recognized. Biller throws exception. Err:5110",
        "data": { "customer_number": "00000000110" },
    });
    assert_eq!((reply.status, reply.body), (503, sample));
}

#[tokio::test]
async fn a_refusal_has_its_number_in_the_status_and_its_case_in_the_code() {
    let world = World::new().await;
    let refusals = [
        ("404", "404047011"),
        ("402", "404047002"),
        ("498", "503049998"),
        ("503", "503049991"),
        ("500", "500049999"),
        ("571", "403046571"),
        ("505", "400046505"),
        ("435", "401046500"),
    ];
    for (ending, code) in refusals {
        for beginning in ["00000000", "081000000"] {
            let reply = world.ask("OVO10", &format!("{beginning}{ending}")).await;
            assert_eq!((reply.code(), reply.status.to_string().as_str()), (code, &code[..3]), "{ending}");
        }
    }
    assert_eq!(world.ask("PLN20", "11111111111").await.code(), "404047011", "a number that is in no table");
}

#[tokio::test]
async fn some_refuse_every_other_time() {
    let world = World::new().await;
    for (number, refusal) in [("00000000401", "401046535"), ("081000000409", "409046563"), ("00000000507", "503049991")]
    {
        for expected in [refusal, "200022000", refusal, "200022000"] {
            assert_eq!(world.ask("PLN20", number).await.code(), expected, "{number}");
        }
    }
}

#[tokio::test]
async fn good_answers_come_in_odd_forms() {
    let world = World::new().await;
    let mut data = Vec::new();
    for ending in ["701", "702", "703", "706", "707", "708"] {
        let reply = world.ask("PLN20", &format!("00000000{ending}")).await;
        assert_eq!((reply.status, reply.code()), (200, "200022000"), "{ending}");
        data.push(reply.body["data"].clone());
    }
    assert_eq!(data[0][0]["customer_name"], "BUDI CONTOH");
    assert_eq!((&data[1]["amount"], &data[1]["total"]), (&json!("20500.00"), &json!("20546.00")));
    assert_eq!(data[2].get("customer_name"), None);
    assert_eq!(data[3]["customer_name"].as_str().map(str::len), Some(5_000));
    assert_eq!(data[4]["promo"]["points"], json!([1, 2.5, null]));
    assert_eq!(data[5], Value::Null);
    assert_eq!(world.ask("PLN20", "00000000704").await.code(), "2000200");
}

#[tokio::test]
async fn some_answers_do_not_arrive_whole() {
    let world = World::new().await;
    let html = world.ask("PLN20", "00000000502").await;
    assert!(html.status == 502 && html.body.as_str().unwrap().starts_with("<html>"), "{html:?}");
    let empty = world.ask("PLN20", "00000000204").await;
    assert_eq!((empty.status, empty.body), (200, json!("")));
    let cut_off = world.ask("PLN20", "00000000206").await;
    assert!(cut_off.status == 200 && cut_off.body.as_str().unwrap().starts_with('{'), "{cut_off:?}");
}

#[tokio::test]
async fn a_connection_is_lost_before_an_answer_or_in_the_middle_of_it() {
    let world = World::new().await;
    let token = world.token().await;
    let ask = |number| world.request(world.inquiry(&token, &inquiry("PLN20", number))).send();
    assert!(ask("00000000208").await.unwrap_err().is_request());
    let begun = ask("00000000207").await.unwrap();
    assert_eq!(begun.status().as_u16(), 200);
    assert!(begun.bytes().await.is_err());
}

#[tokio::test]
async fn a_flood_is_a_hundred_mebibytes() {
    let world = World::new().await;
    let token = world.token().await;
    let draft = world.inquiry(&token, &inquiry("PLN20", "00000000913"));
    let mut response = world.request(draft).send().await.unwrap();
    let mut length = 0;
    while let Some(chunk) = response.chunk().await.unwrap() {
        length += chunk.len();
    }
    assert!(length > 100 * 1024 * 1024, "{length}");
}

#[tokio::test]
async fn the_products_of_the_operators_catalog_are_known() {
    let own =
        "[[product]]\ncode = \"PLN50\"\nname = \"Token 50\"\nprovider = \"PLN\"\nbuying = 50500\nselling = 51000\n";
    let own = Catalog::over(&Catalog::default(), own, Path::new("own.toml")).unwrap();
    let world = World::with(|settings| settings.catalog = own).await;
    let data = world.ask("PLN50", "00000000002").await.body["data"].take();
    assert_eq!((&data["product_name"], &data["total"]), (&json!("Token 50"), &json!(20_546)));
    assert_eq!(data["power_capacity"], "R1/1300VA");
}

#[test]
fn the_table_can_be_printed() {
    let first = scenarios().first().unwrap();
    assert_eq!((first.numbers, first.what), (["01105691111", "0817345544"].as_slice(), "found: the vendor's samples"));
}
