//! `/produk`: what can be checked, and who may see what it costs the operator.

use super::ask;
use crate::scene::Scene;

const LIST: &str = "Produk yang bisa dicek

PLN
PLN20 PLN 20.000 · Rp21.000

OVO
OVO10 OVO 10.000 · Rp73.500

GoPay
GOPAY10 GoPay 10.000 · Rp73.500

DANA
DN1 DANA 1.000 · Rp73.500
DNOPEN DANA nominal bebas · Rp1.000 – Rp10.000.000

Maxim
MAX5000 Maxim 5.000 · Rp73.500";

#[tokio::test]
async fn an_agent_reads_codes_and_selling_prices_by_provider() {
    let mut scene = Scene::new().await;
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    let list = ask(&budi, "/produk").await;
    assert_eq!(list.text(), LIST);
    assert!(list.html().contains("<code>PLN20</code>"), "codes are tap-to-copy");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_word_narrows_the_list() {
    let mut scene = Scene::new().await;
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    let dana = "Produk yang bisa dicek\n\nDANA\nDN1 DANA 1.000 · Rp73.500\n\
                DNOPEN DANA nominal bebas · Rp1.000 – Rp10.000.000";
    for typed in ["/produk dana", "/produk DANA", "/Produk\ndana"] {
        assert_eq!(ask(&budi, typed).await.text(), dana);
    }
    for line in ["/produk maxim 01105691111", "/produk maxim 0817345544"] {
        let list = ask(&budi, line).await;
        assert_eq!(list.text(), "Produk yang bisa dicek\n\nMaxim\nMAX5000 Maxim 5.000 · Rp73.500", "{line}");
    }
    let none = ask(&budi, &format!("/produk {}", "x".repeat(50))).await;
    assert!(none.text().contains(&format!("“{}”", "x".repeat(30))), "{none:?}");
    let none = ask(&budi, "/produk <b>pulsa").await;
    assert_eq!(none.text(), "Tidak ada produk yang cocok dengan “<b>pulsa”. Lihat semuanya: /produk");
    scene.end(bot).await;
}

#[tokio::test]
async fn buying_prices_are_for_an_owner_in_private_alone() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.supergroup("Agen Jaya", &[&owner, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    let own = ask(&owner.in_private(), "/produk pln").await;
    assert_eq!(own.text(), "Produk yang bisa dicek\n\nPLN\nPLN20 PLN 20.000 · beli Rp20.500 · jual Rp21.000");
    for chat in [owner.in_group(&group), sari.in_group(&group)] {
        let list = ask(&chat, "/produk pln").await;
        assert_eq!(list.text(), "Produk yang bisa dicek\n\nPLN\nPLN20 PLN 20.000 · Rp21.000");
    }
    scene.end(bot).await;
}
