//! `ceknomor keygen`: a key that its owner alone can read, and what to paste into the dashboard.

use std::{fs, os::unix::fs::PermissionsExt};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use ceknomor::klikoo::{PrivateKey, PublicKey};

use super::child::{Place, write};

#[tokio::test]
async fn the_line_to_paste_is_the_public_half_of_the_key_in_the_file() {
    let place = Place::new();
    let made = place.call(&["keygen", "klikoo.pem"]).await;
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""));

    let file = place.path("klikoo.pem");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!made.out.contains("PRIVATE KEY-"), "the key itself is shown nowhere");
    let setting = format!("\nKLIKOO_PRIVATE_KEY_FILE={}\n", file.canonicalize().unwrap().display());
    assert!(made.out.contains(&setting), "{}", made.out);

    let pasted = made.out.lines().find(|line| line.starts_with("LS0t")).expect("base64 of a PEM");
    let pem = String::from_utf8(BASE64.decode(pasted).unwrap()).unwrap();
    let signature = PrivateKey::read(&file).unwrap().sign("a text").unwrap();
    let public = PublicKey::from_pem(&pem).unwrap();
    assert!(public.verifies("a text", &signature) && !public.verifies("another", &signature));
}

#[tokio::test]
async fn a_file_that_is_there_is_never_touched() {
    let place = Place::new();
    let file = place.path("klikoo-private.pem");
    write(&file, "the only copy");
    let refused = place.call(&["keygen"]).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""));
    assert!(refused.err.contains("klikoo-private.pem exists already") && refused.err.contains("another file"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "the only copy");
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let place = Place::new();
    let refused = place.call(&["keygen", "nowhere/klikoo.pem"]).await;
    assert_eq!(refused.code, Some(4));
    assert_eq!(
        refused.err,
        "ceknomor: cannot write nowhere/klikoo.pem: the directory nowhere does not exist: make it first\n"
    );

    write(&place.path("notes.txt"), "mine");
    let refused = place.call(&["keygen", "notes.txt/klikoo.pem"]).await;
    assert!(refused.err.starts_with("ceknomor: cannot write notes.txt/klikoo.pem ("), "{}", refused.err);
}
