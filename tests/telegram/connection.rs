//! Connections that can be cut: how the fake loses a request or an answer, as a bad network does.
//!
//! axum gives a handler no way to its socket, so each connection carries a [`Connection`] that the handler gets as
//! connection info. Once cut, the next write fails and the socket is reset: the client sees no byte of an answer.
//!
//! A connection also knows what a client that was killed can no longer tell: whether it had read the last answer. The
//! kernel that closes a dead process's socket says so, by a reset where bytes were left unread and by an ordinary end
//! where none were.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// The handler's end of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection(Arc<Record>);

/// What a connection has been through.
#[derive(Debug, Default)]
struct Record {
    is_cut: AtomicBool,
    requests: AtomicU64,
    writes: AtomicU64,
    /// The client was gone before it had read everything, or never got everything.
    is_broken: AtomicBool,
    /// Some of the answer is still to be written.
    is_dripping: AtomicBool,
    /// When the answer to the newest request was written, as far as it was.
    written: Mutex<Arc<Mutex<Option<Instant>>>>,
}

impl Connection {
    /// Resets the connection instead of writing what the handler returns.
    pub(crate) fn cut(&self) {
        self.0.is_cut.store(true, Ordering::Release);
    }

    fn is_cut(&self) -> bool {
        self.0.is_cut.load(Ordering::Acquire)
    }

    /// Notes that a request has arrived: the answer to the one before it was read.
    pub(crate) fn note_request(&self) {
        self.0.requests.fetch_add(1, Ordering::AcqRel);
        *lock(&self.0.written) = Arc::default();
    }

    /// The answer that is about to be written to the newest request.
    pub(crate) fn next_answer(&self) -> Delivery {
        let requests = self.0.requests.load(Ordering::Acquire);
        let writes = self.0.writes.load(Ordering::Acquire);
        Delivery { connection: self.clone(), requests, writes, written: lock(&self.0.written).clone() }
    }

    /// Notes whether the answer is written piece by piece, and not all of it yet.
    pub(crate) fn set_dripping(&self, is_dripping: bool) {
        self.0.is_dripping.store(is_dripping, Ordering::Release);
    }

    /// Notes that the client does not get, or did not read, all that is written.
    pub(crate) fn note_broken(&self) {
        self.0.is_broken.store(true, Ordering::Release);
    }
}

/// How one answer fared.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    connection: Connection,
    /// The requests up to the one that it answers.
    requests: u64,
    /// The writes before it.
    writes: u64,
    written: Arc<Mutex<Option<Instant>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Delivery {
    /// When the last of it was written, if it was.
    pub(crate) fn written_at(&self) -> Option<Instant> {
        *lock(&self.written)
    }

    /// Whether the client died, or lost the connection, before it had read this answer. Only to be asked once the
    /// connection has ended.
    pub(crate) fn was_never_read(&self) -> bool {
        let line = &self.connection.0;
        let is_last = line.requests.load(Ordering::Acquire) == self.requests;
        let was_written = line.writes.load(Ordering::Acquire) > self.writes;
        let is_whole = !line.is_broken.load(Ordering::Acquire) && !line.is_dripping.load(Ordering::Acquire);
        is_last && !(was_written && is_whole)
    }
}

/// Accepts connections that can be cut.
pub(crate) struct ResettableListener(pub(crate) TcpListener);

impl Listener for ResettableListener {
    type Io = ResettableStream;
    type Addr = Connection;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            // A client that went away between connecting and being accepted is no concern of the server's.
            if let Ok((stream, _)) = self.0.accept().await {
                stream.set_nodelay(true).ok();
                let connection = Connection::default();
                return (ResettableStream { stream, connection: connection.clone() }, connection);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Connection::default())
    }
}

impl Connected<IncomingStream<'_, ResettableListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, ResettableListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A TCP stream that is reset, instead of written to, once its connection is cut.
pub(crate) struct ResettableStream {
    stream: TcpStream,
    connection: Connection,
}

impl ResettableStream {
    fn refuse_if_cut(&self) -> io::Result<()> {
        if !self.connection.is_cut() {
            return Ok(());
        }
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }

    /// Notes a write. What is written to a client that has hung up is never read, though the write may succeed.
    fn note_write(&self, cx: &mut Context<'_>) {
        let mut byte = [0];
        if let Poll::Ready(Ok(0) | Err(_)) = self.stream.poll_peek(cx, &mut ReadBuf::new(&mut byte)) {
            self.connection.note_broken();
        }
        self.connection.0.writes.fetch_add(1, Ordering::AcqRel);
        *lock(&lock(&self.connection.0.written)) = Some(Instant::now());
    }
}

impl AsyncRead for ResettableStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Poll::Ready(Err(_)) = read {
            self.connection.note_broken();
        }
        read
    }
}

impl AsyncWrite for ResettableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.refuse_if_cut()?;
        self.note_write(cx);
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.refuse_if_cut()?;
        self.note_write(cx);
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
