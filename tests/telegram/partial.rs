//! Answers that do not come in one piece: those that break off, and those that drip.

use std::{convert::Infallible, io, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderValue, header::CONTENT_LENGTH},
    response::Response,
};
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use super::connection::Connection;

/// In how many pieces a dripping answer comes.
const DROPS: usize = 8;

/// The head and half of the body, then nothing more.
pub(crate) async fn half(response: Response, connection: &Connection) -> Response {
    connection.note_broken();
    let (response, whole) = with_its_length(response).await;
    let start = whole.slice(..whole.len() / 2);
    let error = async {
        // What was given before a pause is sent before it.
        sleep(Duration::from_millis(5)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    };
    response.map(|_| Body::from_stream(stream::iter([Ok(start)]).chain(stream::once(error))))
}

/// All of it, over `time`. Until its last drop is on its way, the caller cannot know what it says.
pub(crate) async fn dripping(response: Response, connection: &Connection, time: Duration) -> Response {
    let (response, whole) = with_its_length(response).await;
    let size = whole.len().div_ceil(DROPS).max(1);
    let drops: Vec<Bytes> = whole.chunks(size).map(Bytes::copy_from_slice).collect();
    let (last, connection) = (drops.len().saturating_sub(1), connection.clone());
    connection.set_dripping(true);
    let drops = stream::iter(drops.into_iter().enumerate()).then(move |(place, drop)| {
        let connection = connection.clone();
        async move {
            sleep(time / DROPS as u32).await;
            connection.set_dripping(place < last);
            Ok::<_, Infallible>(drop)
        }
    });
    response.map(|_| Body::from_stream(drops))
}

/// An answer whose head tells the length, whatever becomes of the body.
async fn with_its_length(response: Response) -> (Response, Bytes) {
    let (mut head, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.expect("the fake's own answers are whole");
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    (Response::from_parts(head, Body::empty()), whole)
}
