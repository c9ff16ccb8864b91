//! The unix socket `control` in a data directory, at which a running bot is asked for a backup, or for the record of who
//! did what.
//!
//! The bot has the directory locked, so another process cannot read it; it asks here instead. Only the bot's own user
//! (and root, who can read the files anyway) is answered: the socket is readable by its owner alone, and the bot looks
//! who it is that asks.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Duration, sleep, timeout};

use super::super::{Error, SledStore};
use crate::clock::Clock;

/// What a running bot is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A backup.
    Backup,
    /// The record of who did what, alone.
    Audit,
}

/// How long a request is, in bytes.
const REQUEST_LEN: usize = 7;

impl Asked {
    /// What is said to get it.
    fn request(self) -> &'static [u8; REQUEST_LEN] {
        match self {
            Self::Backup => b"backup\n",
            Self::Audit => b"audits\n",
        }
    }
}

/// How long a client may take to say so.
const TO_ASK: Duration = Duration::from_secs(5);

/// How long a backup may take in all, with a client that is slow to read.
const TO_SEND: Duration = Duration::from_secs(3600);

/// How many are answered at once.
const MAX_CLIENTS: usize = 4;

/// The longest path that every Unix takes for a socket, in bytes.
const MAX_PATH_LEN: usize = 100;

/// Makes backups for those who ask, until it is dropped.
pub struct BackupService {
    socket: PathBuf,
    task: JoinHandle<()>,
}

impl SledStore {
    /// Lets `ceknomor backup` get backups of this store while it is open, as long as the result lives. It is to be
    /// dropped before the store is closed. To be called within a runtime.
    ///
    /// # Errors
    /// The socket could not be made.
    pub fn serve_backups(&self, clock: Arc<dyn Clock>) -> Result<BackupService, Error> {
        let dir = self.dir().ok_or_else(|| Error::NoBackup("the store is a temporary one".to_owned()))?;
        let socket = dir.join("control");
        let listen = || {
            // One that is there is stale: this process has the store open.
            if socket.exists() {
                fs::remove_file(&socket)?;
            }
            let address = Address::of(dir)?;
            let listener = UnixListener::bind(&address.path)?;
            fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
            Ok((listener, fs::metadata(&socket)?.uid()))
        };
        let (listener, owner) = listen().map_err(|error| Error::from_io(dir, &error))?;
        let task = tokio::spawn(serve(listener, owner, self.clone(), clock));
        Ok(BackupService { socket, task })
    }
}

impl Drop for BackupService {
    fn drop(&mut self) {
        self.task.abort();
        if let Err(error) = fs::remove_file(&self.socket) {
            tracing::warn!(%error, "the socket for backups could not be removed");
        }
    }
}

/// A path that leads to the socket and is short enough for the kernel: a data directory may lie deep.
pub(super) struct Address {
    pub(super) path: PathBuf,
    /// Its number is part of the path.
    _dir: File,
}

impl Address {
    pub(super) fn of(dir: &Path) -> io::Result<Self> {
        let opened = File::open(dir)?;
        let mut path = dir.join("control");
        if path.as_os_str().len() > MAX_PATH_LEN {
            path = Path::new("/proc/self/fd").join(opened.as_raw_fd().to_string()).join("control");
        }
        Ok(Self { path, _dir: opened })
    }
}

async fn serve(listener: UnixListener, owner: u32, store: SledStore, clock: Arc<dyn Clock>) {
    // Dropped with this: then all answers end.
    let mut answers = JoinSet::new();
    loop {
        let client = listener.accept().await;
        while answers.try_join_next().is_some() {}
        match client {
            Ok((client, _)) => {
                let may_ask = client.peer_cred().is_ok_and(|user| user.uid() == owner || user.uid() == 0);
                if may_ask && answers.len() < MAX_CLIENTS {
                    answers.spawn(answer(client, store.clone(), clock.clone()));
                } else {
                    tracing::warn!(may_ask, "a backup was asked for and refused");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "backups cannot be asked for at the moment");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(mut client: UnixStream, store: SledStore, clock: Arc<dyn Clock>) {
    let mut request = [0; REQUEST_LEN];
    if !timeout(TO_ASK, client.read_exact(&mut request)).await.is_ok_and(|read| read.is_ok()) {
        return;
    }
    let Some(asked) = [Asked::Backup, Asked::Audit].into_iter().find(|asked| *asked.request() == request) else {
        return;
    };
    let made = async {
        match asked {
            Asked::Audit => super::audit(&store, clock.now(), &mut client).await,
            Asked::Backup => {
                let summary = super::backup(&store, clock.now(), &mut client).await?;
                super::note_backup(&store, summary.made).await;
                Ok(summary)
            }
        }
    };
    match timeout(TO_SEND, made).await {
        Ok(Ok(summary)) => {
            tracing::info!(?asked, records = summary.counts.records, bytes = summary.bytes, "a backup was made");
        }
        Ok(Err(error)) => tracing::warn!(%error, "a backup was broken off"),
        Err(_) => tracing::warn!("a backup took too long and was broken off"),
    }
}

/// Asks the bot that has `dir` open for something, which is what can be read from the result; `None` when no bot is
/// there to answer.
///
/// # Errors
/// There is a socket, and it cannot be used.
pub(super) async fn ask(dir: &Path, asked: Asked) -> Result<Option<UnixStream>, Error> {
    let connect = async {
        let mut bot = UnixStream::connect(Address::of(dir)?.path).await?;
        bot.write_all(asked.request()).await?;
        Ok(bot)
    };
    match connect.await {
        Ok(bot) => Ok(Some(bot)),
        Err(error) => match io::Error::kind(&error) {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
                Err(Error::NoBackup("the bot hung up: see its log, and try again".to_owned()))
            }
            _ => Err(Error::from_io(dir, &error)),
        },
    }
}
