//! `control`: the socket in the data directory at which a running bot is asked for a backup.
//!
//! The bot holds the directory's lock, so another process cannot read it; it asks here instead. Only the bot's own user
//! (and root, who can read the files anyway) is answered: the socket is readable by its owner alone, and the bot looks
//! who it is that asks.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream as Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::super::super::Error;
use super::super::layout::{Layout, remove_file};
use super::super::{Shared, SledStore};
use super::dump::{self, Source};
use crate::clock::Clock;

/// What is said to get a backup.
const REQUEST: &[u8; 7] = b"backup\n";

/// How long a client may take to say so.
const TO_ASK: Duration = Duration::from_secs(5);

/// How long either end may leave the other waiting in the midst of a backup.
const STALLED: Duration = Duration::from_secs(30);

/// How many may be answered at once: one gets a backup, the others are told to wait.
const AT_ONCE: usize = 4;

/// The longest path that every Unix takes for a socket, in bytes.
const LONGEST: usize = 100;

/// Answers whoever asks for backups, until it is dropped.
pub struct Backups {
    socket: PathBuf,
    task: JoinHandle<()>,
}

impl SledStore {
    /// Lets `ceknomor backup` get backups of this store while it is open, as long as the result lives. It is to be
    /// dropped before the last handle of the store. To be called within a runtime.
    ///
    /// # Errors
    /// The socket could not be made.
    pub fn serve_backups(&self, clock: Arc<dyn Clock>) -> Result<Backups, Error> {
        let layout = Layout::new(&self.0.dir);
        let (listener, owner) = listen(&layout).map_err(|error| layout.error(&error))?;
        let task = tokio::spawn(serve(listener, owner, Arc::downgrade(&self.0), clock));
        Ok(Backups { socket: layout.control(), task })
    }
}

impl Drop for Backups {
    fn drop(&mut self) {
        self.task.abort();
        if let Err(error) = fs::remove_file(&self.socket) {
            tracing::warn!(%error, "the socket for backups could not be removed");
        }
    }
}

/// Makes the socket in the place of a stale one, which is nobody's: the directory's lock is held. Gives its owner too.
fn listen(layout: &Layout) -> io::Result<(UnixListener, u32)> {
    remove_file(&layout.control())?;
    let address = Address::of(layout)?;
    let listener = UnixListener::bind(&address.path)?;
    fs::set_permissions(layout.control(), Permissions::from_mode(0o600))?;
    Ok((listener, fs::metadata(layout.control())?.uid()))
}

/// A path that leads to the socket and is short enough for the kernel: a data directory may lie deep.
pub(super) struct Address {
    pub(super) path: PathBuf,
    /// Its number is part of the path.
    _dir: File,
}

impl Address {
    pub(super) fn of(layout: &Layout) -> io::Result<Self> {
        let dir = File::open(&layout.dir)?;
        let mut path = layout.control();
        if path.as_os_str().len() > LONGEST {
            path = Path::new("/proc/self/fd").join(dir.as_raw_fd().to_string()).join("control");
        }
        Ok(Self { path, _dir: dir })
    }
}

async fn serve(listener: UnixListener, owner: u32, store: Weak<Shared>, clock: Arc<dyn Clock>) {
    // Dropped with this: then nobody is answered any more.
    let mut answers = JoinSet::new();
    loop {
        let client = listener.accept().await;
        while answers.try_join_next().is_some() {}
        match client {
            Ok((client, _)) if !may_ask(&client, owner) => {
                tracing::warn!("another user asked for a backup and got none");
            }
            Ok(_) if answers.len() >= AT_ONCE => tracing::warn!("too many ask for a backup at once: one got none"),
            Ok((client, _)) => {
                answers.spawn(answer(client, store.clone(), clock.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "nobody can ask for a backup at the moment");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn may_ask(client: &UnixStream, owner: u32) -> bool {
    client.peer_cred().is_ok_and(|user| user.uid() == owner || user.uid() == 0)
}

async fn answer(mut client: UnixStream, store: Weak<Shared>, clock: Arc<dyn Clock>) {
    let mut request = [0; REQUEST.len()];
    let asked = timeout(TO_ASK, client.read_exact(&mut request)).await;
    if !asked.is_ok_and(|read| read.is_ok()) || request != *REQUEST {
        return;
    }
    let source = source(&store).await;
    let at = clock.now();
    // On a thread of its own: neither sled nor a slow client may hold up the bot.
    let sent = spawn_blocking(move || {
        let client = client.into_std().and_then(|client| {
            client.set_nonblocking(false)?;
            client.set_write_timeout(Some(STALLED))?;
            Ok(client)
        });
        let name = Path::new("the socket for backups");
        dump::write(source, at, client.map_err(|error| Error::from_io(name, &error))?, name)
    });
    match sent.await {
        Ok(Ok(())) => tracing::info!("all was handed over for a backup"),
        Ok(Err(error)) => tracing::warn!(%error, "a backup was not made"),
        Err(error) => tracing::error!(panicked = error.is_panic(), "a backup was broken off"),
    }
}

/// What a backup is made of, if the store is still open. It keeps no handle of the store.
async fn source(store: &Weak<Shared>) -> Result<Source, Error> {
    let store = store.upgrade().ok_or(Error::Closed)?;
    let tee = store.writer.tee().await?;
    Ok(Source { dir: store.dir.clone(), readers: store.readers.clone(), tee })
}

/// Asks the bot that has `layout` open for a backup, which is what can be read from the result; `None` when no bot is
/// there to answer.
///
/// # Errors
/// There is a socket, and it cannot be used.
pub(super) fn ask(layout: &Layout) -> Result<Option<Connection>, Error> {
    let connect = || -> io::Result<Connection> {
        let mut bot = Connection::connect(Address::of(layout)?.path)?;
        bot.set_read_timeout(Some(STALLED))?;
        bot.write_all(REQUEST)?;
        Ok(bot)
    };
    match connect() {
        Ok(bot) => Ok(Some(bot)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
                Err(Error::NoBackup { what: "the bot hung up: see its log, and try again".to_owned() })
            }
            _ => Err(layout.error(&error)),
        },
    }
}
