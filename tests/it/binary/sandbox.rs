//! `ceknomor sandbox`: a Klikoo on a port, and the settings to reach it.

use super::child::{Place, write};

#[tokio::test]
async fn what_it_prints_is_what_the_other_commands_take() {
    let mut place = Place::new();
    let mut sandbox = place.start(&["sandbox", "--listen", "127.0.0.1:0"]);
    let printed = sandbox.prints("--list").await;
    for setting in printed.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = setting.split_once('=').expect("NAME=value");
        place.set(name, value);
    }
    let names: Vec<&str> = place.env().keys().map(String::as_str).collect();
    assert_eq!(names, ["KLIKOO_BASE_URL", "KLIKOO_CLIENT_ID", "KLIKOO_CLIENT_SECRET", "KLIKOO_PRIVATE_KEY_FILE"]);

    let checked = place.call(&["cek", "PLN20", "01105691111"]).await;
    assert!(checked.code == Some(0) && checked.out.contains("BAHARRUDIN1"), "{checked:?}");

    sandbox.signal("TERM");
    let ended = sandbox.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("…111") && !ended.err.contains("691111"), "its log masks numbers: {}", ended.err);
}

#[tokio::test]
async fn every_code_of_the_operators_catalog_is_known() {
    let mut place = Place::new();
    let own = "[[product]]\ncode = \"PLN50\"\nname = \"PLN 50\"\nprovider = \"PLN\"\nbuying = 50150\nselling = 50500\n";
    write(&place.path("own.toml"), own);
    place.set("CEKNOMOR_CATALOG", "own.toml");
    let mut sandbox = place.start(&["sandbox", "--listen", "127.0.0.1:0"]);
    for (name, value) in sandbox.prints("--list").await.lines().filter_map(|line| line.split_once('=')) {
        place.set(name, value);
    }
    let checked = place.call(&["cek", "PLN50", "01105691111"]).await;
    assert!(checked.code == Some(0) && checked.out.contains("BAHARRUDIN1"), "{checked:?}");
}

#[tokio::test]
async fn yesterdays_settings_are_good_today() {
    let mut place = Place::new();
    // Free ports, so that only the base URL differs.
    let mut yesterday = place.start(&["sandbox", "--listen", "127.0.0.1:0"]);
    for (name, value) in yesterday.prints("--list").await.lines().filter_map(|line| line.split_once('=')) {
        place.set(name, value);
    }
    yesterday.signal("INT");
    assert_eq!(yesterday.ended().await.code, Some(0));

    let mut today = place.start(&["sandbox", "--listen", "127.0.0.1:0"]);
    let printed = today.prints("--list").await;
    let base_url = printed.lines().find_map(|line| line.strip_prefix("KLIKOO_BASE_URL="));
    place.set("KLIKOO_BASE_URL", base_url.unwrap());
    let checked = place.call(&["cek", "PLN20", "01105691111"]).await;
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_the_flag_for_another() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = Place::new().call(&["sandbox", "--listen", &address]).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""));
    assert!(refused.err.starts_with(&format!("ceknomor: cannot listen on {address}: ")), "{}", refused.err);
    assert!(refused.err.ends_with(": give another with --listen, such as 127.0.0.1:0\n"), "{}", refused.err);
}

#[tokio::test]
async fn the_table_of_numbers_is_listed() {
    let listed = Place::new().call(&["sandbox", "--list"]).await;
    assert_eq!((listed.code, listed.err.as_str()), (Some(0), ""));
    assert_eq!(listed.out.lines().count(), 1 + ceknomor::sandbox::scenarios().len());
    for row in ["01105691111  0817345544      found", "00000000503  081000000503    provider down"] {
        assert!(listed.out.lines().any(|line| line.starts_with(row)), "{row}");
    }
}
