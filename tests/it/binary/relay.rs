//! A wire between the binary and a stand-in on which a test listens, and which it can garble.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

/// Passes connections on to a server until it is dropped.
pub(super) struct Relay {
    url: String,
    wire: Arc<Wire>,
    serving: JoinHandle<()>,
}

/// All connections together.
#[derive(Default)]
struct Wire(Mutex<Passed>);

#[derive(Default)]
struct Passed {
    /// Every byte that went either way.
    overheard: Vec<u8>,
    /// What the server's next answer that holds the first of these gets in its place; both are of one length.
    garble: Option<(String, String)>,
}

impl Relay {
    /// Stands before the server of a URL such as `http://127.0.0.1:1234/path`.
    pub(super) async fn before(url: &str) -> Self {
        let rest = url.strip_prefix("http://").unwrap();
        let server = rest.split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url.replace(&server, &listener.local_addr().unwrap().to_string());
        let wire = Arc::new(Wire::default());
        Self { url, wire: wire.clone(), serving: tokio::spawn(serve(listener, server, wire)) }
    }

    /// The server's URL by way of this relay.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Garbles the server's next answer that holds `text`.
    pub(super) fn garble(&self, text: &str, garbled: &str) {
        assert_eq!(text.len(), garbled.len(), "the answer's length is in its head already");
        self.wire.lock().garble = Some((text.to_owned(), garbled.to_owned()));
    }

    /// Whether nothing waits any more to be garbled.
    pub(super) fn has_garbled(&self) -> bool {
        self.wire.lock().garble.is_none()
    }

    /// What stands between `before` and the next `end`, wherever it was said.
    pub(super) fn overheard(&self, before: &str, end: char) -> Vec<String> {
        let all = String::from_utf8_lossy(&self.wire.lock().overheard).into_owned();
        all.split(before).skip(1).filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, Passed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is passed on in place of `bytes`.
    fn pass(&self, bytes: &[u8], from_server: bool) -> Vec<u8> {
        let mut passed = self.lock();
        passed.overheard.extend_from_slice(bytes);
        let text = String::from_utf8_lossy(bytes);
        match passed.garble.take_if(|(wanted, _)| from_server && text.contains(wanted.as_str())) {
            Some((wanted, garbled)) => text.replace(&wanted, &garbled).into_bytes(),
            None => bytes.to_vec(),
        }
    }
}

async fn serve(listener: TcpListener, server: String, wire: Arc<Wire>) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(&server).await else { continue };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::spawn(carry(from_client, to_server, wire.clone(), false));
        tokio::spawn(carry(from_server, to_client, wire.clone(), true));
    }
}

/// Carries bytes one way until either side ends.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, wire: Arc<Wire>, from_server: bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&wire.pass(&buffer[..read], from_server)).await.is_err() {
            return;
        }
    }
}
