//! The way to Klikoo and Telegram: proxies, and addresses over which secrets would go in clear.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use super::stage::Stage;

/// A SOCKS5 proxy (RFC 1928) that knows one server, whatever name it is asked for; the names it was asked for.
async fn socks_proxy_to(server: String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let names = Arc::new(Mutex::new(Vec::new()));
    let asked = names.clone();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut methods = [0; 2];
            client.read_exact(&mut methods).await.unwrap();
            client.read_exact(&mut vec![0; methods[1].into()]).await.unwrap();
            client.write_all(&[5, 0]).await.unwrap();
            let mut request = [0; 5];
            client.read_exact(&mut request).await.unwrap();
            assert_eq!(request[..4], [5, 1, 0, 3], "connect to a name");
            let mut name = vec![0; usize::from(request[4]) + 2];
            client.read_exact(&mut name).await.unwrap();
            name.truncate(request[4].into());
            asked.lock().unwrap().push(String::from_utf8(name).unwrap());
            client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
            let mut server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    (address, names)
}

#[tokio::test]
async fn klikoo_is_reached_through_a_socks_proxy() {
    let mut stage = Stage::new().await;
    let server = stage.klikoo.base_url().split('/').nth(2).unwrap().to_owned();
    let (proxy, names) = socks_proxy_to(server.clone()).await;
    stage.place.set("ALL_PROXY", format!("socks5h://{proxy}"));
    stage.place.set("KLIKOO_BASE_URL", stage.klikoo.base_url().replace(&server, "klikoo.example"));
    stage.place.set("CEKNOMOR_ALLOW_HTTP", "true");
    let ended = stage.place.call(&["cek", "PLN20", "01105691111"]).await;
    assert!(ended.code == Some(0) && ended.out.contains("BAHARRUDIN1"), "{ended:?}");
    assert!(names.lock().unwrap().iter().all(|name| name == "klikoo.example"));
    assert!(!names.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_proxy_that_cannot_be_is_named_and_not_shown() {
    for (name, address) in [
        ("HTTPS_PROXY", "hush:hush"),
        ("http_proxy", "http//hush"),
        ("ALL_PROXY", "socks9://hush:1080"),
        ("all_proxy", "socks5://hush:99999"),
    ] {
        let mut stage = Stage::new().await;
        stage.place.set(name, address);
        for command in [&["run"][..], &["cek", "PLN20", "01105691111"]] {
            let refused = stage.place.call(command).await;
            let told = format!("ceknomor: {name} is no proxy address: give one such as http://HOST:3128");
            assert!(refused.code == Some(4) && refused.err.starts_with(&told), "{address}: {refused:?}");
            assert!(!refused.err.contains("hush"), "{refused:?}");
        }
        let doctor = stage.place.call(&["doctor"]).await;
        assert!(doctor.code == Some(1) && doctor.out.contains(&format!("{name} is no proxy address")), "{doctor:?}");
    }
}

#[tokio::test]
async fn no_secret_goes_in_clear_to_another_machine() {
    for (name, address) in
        [("KLIKOO_BASE_URL", "http://klikoo.example/klikoo-b2b"), ("TELOXIDE_API_URL", "http://bot-api:8081")]
    {
        let mut stage = Stage::new().await;
        stage.place.set(name, address);
        let refused = stage.place.call(&["run"]).await;
        let told = format!("ceknomor: {name}: over http:// to another machine anyone on the way can read secrets");
        assert!(refused.code == Some(4) && refused.err.starts_with(&told), "{refused:?}");
        assert!(refused.err.contains("CEKNOMOR_ALLOW_HTTP=true"), "the way out: {}", refused.err);
        let doctor = stage.place.call(&["doctor"]).await;
        assert!(doctor.code == Some(1) && doctor.out.contains("over http:// to another machine"), "{doctor:?}");

        for (flag, allows) in [("true", true), ("", false), ("false", false)] {
            stage.place.set("CEKNOMOR_ALLOW_HTTP", flag);
            let doctor = stage.place.call(&["doctor"]).await;
            assert_eq!(!doctor.out.contains("over http:// to another machine"), allows, "{flag:?}: {doctor:?}");
        }
    }
}
