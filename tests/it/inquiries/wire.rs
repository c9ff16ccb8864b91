//! The line between the client and the sandbox, which can fail: a relay of HTTP/1.1 messages, byte for byte, that does
//! to inquiries what it is told. Requests for a token always pass.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use ceknomor::klikoo::wire::INQUIRY_PATH;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

/// What happens to inquiries on the line.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// The connection is reset before anything reached Klikoo.
    ResetBefore,
    /// The connection is reset when Klikoo has done what was asked, and its answer is lost.
    ResetAfter,
    /// The connection ends in the middle of the answer.
    HalfAnswer,
    /// The answer comes a byte at a time, and stops before its last.
    Drip,
    /// A gateway answers with this status and a page of HTML.
    Gateway(u16),
}

/// A line that does the same to the first so many inquiries, and lets the others pass. Dropping it refuses connections.
pub struct Wire {
    port: u16,
    task: AbortHandle,
}

impl Wire {
    /// A line to `base_url`, with a `fault` for the first `times` inquiries.
    pub async fn new(base_url: &str, fault: Fault, times: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let klikoo = address_of(base_url).to_owned();
        let left = Arc::new(AtomicUsize::new(times));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (klikoo, left) = (klikoo.clone(), left.clone());
                // A line that breaks is what this is for.
                tokio::spawn(async move { drop(relay(client, &klikoo, fault, &left).await) });
            }
        });
        Self { port, task: task.abort_handle() }
    }

    /// The same base URL, over this line.
    pub fn url(&self, base_url: &str) -> String {
        base_url.replace(address_of(base_url), &format!("127.0.0.1:{}", self.port))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn address_of(base_url: &str) -> &str {
    base_url.split('/').nth(2).unwrap()
}

/// Relays one connection's messages until it ends or a fault ends it.
async fn relay(mut client: TcpStream, klikoo: &str, fault: Fault, left: &AtomicUsize) -> io::Result<()> {
    let mut klikoo = TcpStream::connect(klikoo).await?;
    loop {
        let request = read_message(&mut client).await?;
        let is_hit = is_inquiry(&request) && take_one(left);
        match fault {
            Fault::ResetBefore if is_hit => return client.set_zero_linger(),
            Fault::Gateway(status) if is_hit => {
                client.write_all(page(status).as_bytes()).await?;
                continue;
            }
            _ => klikoo.write_all(&request).await?,
        }
        let answer = read_message(&mut klikoo).await?;
        match fault {
            Fault::ResetAfter if is_hit => return client.set_zero_linger(),
            Fault::HalfAnswer if is_hit => return client.write_all(&answer[..answer.len() - 20]).await,
            Fault::Drip if is_hit => return drip(&mut client, &answer).await,
            _ => client.write_all(&answer).await?,
        }
    }
}

fn is_inquiry(request: &[u8]) -> bool {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    String::from_utf8_lossy(line).contains(INQUIRY_PATH)
}

fn take_one(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

fn page(status: u16) -> String {
    let body = "<html>please wait</html>";
    format!("HTTP/1.1 {status} Gateway\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Writes all but the last byte, one by one, and then waits until the other side gives up.
async fn drip(client: &mut TcpStream, answer: &[u8]) -> io::Result<()> {
    for byte in &answer[..answer.len() - 1] {
        client.write_all(&[*byte]).await?;
        client.flush().await?;
        tokio::task::yield_now().await;
    }
    client.read_u8().await.map(drop)
}

/// Reads a message with a `content-length`, or without a body.
async fn read_message(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    while !message.ends_with(b"\r\n\r\n") {
        message.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&message).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    message.extend(body);
    Ok(message)
}
