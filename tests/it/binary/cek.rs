//! `ceknomor cek`: one check from a shell. Scripts rely on its exit codes and on the names in its JSON.

use serde_json::Value;

use super::{
    child::{Place, write},
    stage::Stage,
};
use crate::scene::key_file;

#[tokio::test]
async fn the_exit_code_tells_how_a_check_ended() {
    let stage = Stage::new().await;
    for (line, code, text) in [
        ("PLN20 01105691111", 0, "BAHARRUDIN1"),
        ("dnopen.0817-345-544 50rb", 0, "Nominal: Rp50.000"),
        ("PLN20 00000000404", 1, "Nomor tidak ditemukan di PLN"),
        ("PLN20 0110569111", 2, "kurang 1 digit"),
        ("PLM20 01105691111", 2, "Maksud Anda PLN20"),
        ("PLN20 00000000503", 3, "PLN sedang gangguan"),
        ("PLN20 00000000571", 4, "dibenahi admin"),
        ("DNOPEN 081000000498 50rb", 5, "Nominal terlalu kecil"),
        ("PLN20 00000000422", 5, "Hubungi <b>CS</b> & sebutkan kode_ini*"),
    ] {
        let args: Vec<&str> = ["cek"].into_iter().chain(line.split(' ')).collect();
        let ended = stage.place.call(&args).await;
        assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
        assert!(ended.out.contains(text), "{line}: {}", ended.out);
        let remedy =
            "ceknomor: The IP address of the bot's server is not in the whitelist: add it in Klikoo's dashboard.\n";
        assert_eq!(ended.err, if code == 4 { remedy } else { "" }, "{line}");
    }
}

#[tokio::test]
async fn an_address_without_klikoos_api_is_the_operators() {
    let mut stage = Stage::new().await;
    let elsewhere = format!("{}/elsewhere", stage.klikoo.base_url());
    stage.place.set("KLIKOO_BASE_URL", elsewhere.as_str());
    let ended = stage.place.call(&["cek", "PLN20", "01105691111"]).await;
    assert!(ended.code == Some(4) && ended.out.contains("dibenahi admin"), "{ended:?}");
    assert!(ended.err.contains("check KLIKOO_BASE_URL, gateway prefix and https included"), "{}", ended.err);
    let ended = stage.place.call(&["doctor"]).await;
    assert!(ended.out.contains("There is no Klikoo API at that address: check KLIKOO_BASE_URL"), "{}", ended.out);
}

#[tokio::test]
async fn no_answer_in_time_is_no_verdict() {
    let mut stage = Stage::new().await;
    stage.place.set("CEKNOMOR_CHECK_TIMEOUT", "1");
    let ended = stage.place.call(&["cek", "PLN20", "00000000408"]).await;
    assert!(ended.code == Some(3) && ended.out.contains("Belum ada jawaban dari PLN"), "{ended:?}");
}

#[tokio::test]
async fn klikoo_out_of_reach_is_told_to_who_runs_it_and_accuses_no_provider() {
    let stage = Stage::new().await;
    let place = stage.place;
    stage.klikoo.stop().await;
    let out_of_reach = "Klikoo cannot be reached: check KLIKOO_BASE_URL and this machine's network";
    let ended = place.call(&["cek", "PLN20", "01105691111"]).await;
    assert!(ended.code == Some(3) && ended.out.starts_with("⏳ Belum ada jawaban"), "{ended:?}");
    assert_eq!(ended.err, format!("ceknomor: {out_of_reach}\n"));
    let (code, answer) = json(&place, &["cek", "PLN20", "01105691111", "--json"]).await;
    assert_eq!((code, &answer["outcome"]), (Some(3), &"no_answer".into()));
    assert_eq!(answer["message"], out_of_reach);
}

#[tokio::test]
async fn a_pin_is_warned_of_and_not_repeated() {
    let stage = Stage::new().await;
    for (line, code) in [
        ("pln20.01105691111.93174826", 0),
        ("PLN20 0110569111 93174826", 2),
        ("DNOPEN.0817345544.93174826", 2),
        ("PLN20 01105691111 93174826 --json", 0),
    ] {
        let args: Vec<&str> = ["cek"].into_iter().chain(line.split(' ')).collect();
        let ended = stage.place.call(&args).await;
        assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
        assert!(ended.err.starts_with("ceknomor: was that a PIN?") && ended.err.lines().count() == 1, "{ended:?}");
        assert!(!ended.err.contains("93174826") && !ended.out.contains("93174826"), "{ended:?}");
    }
}

/// The one JSON object that a check prints, with its exit code.
async fn json(place: &Place, args: &[&str]) -> (Option<i32>, Value) {
    let ended = place.call(args).await;
    assert_eq!(ended.err, "");
    (ended.code, serde_json::from_str(&ended.out).expect("one JSON object"))
}

#[tokio::test]
async fn json_says_all_that_is_known() {
    let stage = Stage::new().await;
    let (code, found) = json(&stage.place, &["cek", "--json", "PLN20", "01105691111"]).await;
    assert_eq!(code, Some(0));
    for (field, value) in [
        ("outcome", "found"),
        ("product", "PLN20"),
        ("provider", "PLN"),
        ("number", "01105691111"),
        ("name", "BAHARRUDIN1"),
        ("power", "R1/2200VA"),
        ("code", "200022000"),
    ] {
        assert_eq!(found[field], value, "{found}");
    }
    assert_eq!(found["total"], 20546);
    assert_eq!(found["reference"].as_str().map(str::len), Some(36));
    assert!(found["at"].as_str().unwrap().ends_with("+07:00"), "WIB: {found}");
    assert_eq!((&found["message"], &found["nominal"]), (&Value::Null, &Value::Null));

    let (code, found) = json(&stage.place, &["cek", "DNOPEN", "0817345544", "50rb", "--json"]).await;
    assert_eq!((code, &found["outcome"], &found["nominal"]), (Some(0), &"found".into(), &50_000.into()));
}

#[tokio::test]
async fn json_says_why_there_is_no_customer() {
    let stage = Stage::new().await;
    for (number, exit, outcome, code) in [
        ("00000000404", 1, "not_found", "404047011"),
        ("00000000503", 3, "provider_down", "503049991"),
        ("00000000571", 4, "operator", "403046571"),
        ("00000000525", 5, "product_unavailable", "400046525"),
        ("00000000422", 5, "other", "422049123"),
    ] {
        let (ended, answer) = json(&stage.place, &["cek", "PLN20", number, "--json"]).await;
        assert_eq!(
            (ended, &answer["outcome"], &answer["code"]),
            (Some(exit), &outcome.into(), &code.into()),
            "{answer}"
        );
        assert_eq!((&answer["name"], &answer["total"]), (&Value::Null, &Value::Null));
    }
    let (_, answer) = json(&stage.place, &["cek", "PLN20", "00000000571", "--json"]).await;
    assert!(answer["message"].as_str().unwrap().contains("whitelist"), "the remedy: {answer}");
    let (code, answer) = json(&stage.place, &["cek", "PLN20", "0110569111", "--json"]).await;
    assert_eq!((code, &answer["outcome"]), (Some(2), &"invalid".into()));
    assert!(answer["message"].as_str().unwrap().contains("kurang 1 digit"), "{answer}");
}

#[tokio::test]
async fn settings_that_are_missing_are_named_at_once_and_are_no_verdict() {
    let ended = Place::new().call(&["cek", "PLN20", "01105691111"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""), "never 1, which means: not found");
    let lines: Vec<&str> = ended.err.lines().map(|line| line.trim_start_matches("ceknomor:").trim()).collect();
    assert_eq!(lines.len(), 4, "{}", ended.err);
    for name in ["KLIKOO_BASE_URL", "KLIKOO_CLIENT_ID", "KLIKOO_CLIENT_SECRET", "KLIKOO_PRIVATE_KEY_FILE"] {
        assert!(lines.iter().any(|line| line.starts_with(&format!("{name} is not set: "))), "{name}: {lines:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_key_is_named_with_what_it_holds_and_the_remedy() {
    let mut stage = Stage::new().await;
    let file = stage.place.path("klikoo.pem");
    stage.place.set("KLIKOO_PRIVATE_KEY_FILE", file.to_str().unwrap());
    let public = std::fs::read(key_file().with_file_name("test-public.pem")).unwrap();
    let cut_off = &std::fs::read(key_file()).unwrap()[..900];
    for (content, holds, remedy) in [
        (None, "there is no such file", "`ceknomor keygen`"),
        (Some(public.as_slice()), "this is a public key", "name the file of the private key"),
        (Some(b"KLIKOO_CLIENT_SECRET=hush"), "this is no PEM file", "name the file that `keygen` wrote"),
        (Some(cut_off), "the key is damaged", "put it back from your copy"),
        (Some(b""), "the file is empty", "put the key back"),
    ] {
        if let Some(content) = content {
            write(&file, content);
        }
        let ended = stage.place.call(&["cek", "PLN20", "01105691111"]).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""));
        for part in [file.to_str().unwrap(), holds, remedy] {
            assert!(ended.err.contains(part), "{part:?} in {}", ended.err);
        }
        assert!(!ended.err.contains("hush"), "what the file holds is named, not shown");
    }
}

#[tokio::test]
async fn nothing_is_kept_and_a_running_bot_is_not_in_the_way() {
    let stage = Stage::new().await;
    let bot = stage.run().await;
    assert_eq!(stage.place.call(&["cek", "PLN20", "01105691111"]).await.code, Some(0));
    let budi = stage.budi.in_private();
    budi.says("/riwayat").await;
    assert!(budi.reply().await.text().starts_with("Belum ada cek"));
    stage.end(bot).await;
}
