//! The unix socket `control` in a data directory, at which a running bot is asked for a backup, or for the record of
//! who did what.
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

/// What is said to get a backup, and to get the record of who did what alone.
pub(super) const BACKUP: &[u8; 7] = b"backup\n";
pub(super) const AUDIT: &[u8; 7] = b"audits\n";

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
        let dir = self.dir()?;
        let socket = dir.join("control");
        let listen = || {
            // One that is there is stale: this process has the store open.
            if socket.exists() {
                fs::remove_file(&socket)?;
            }
            let (path, _open) = address(&dir)?;
            let listener = UnixListener::bind(path)?;
            fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
            Ok((listener, fs::metadata(&socket)?.uid()))
        };
        let (listener, owner) = listen().map_err(|error| Error::from_io(&dir, &error))?;
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

/// A path that leads to the socket and is short enough for the kernel: a data directory may lie deep. With it comes the
/// open directory, whose number is part of the path.
pub(super) fn address(dir: &Path) -> io::Result<(PathBuf, File)> {
    let opened = File::open(dir)?;
    let mut path = dir.join("control");
    if path.as_os_str().len() > MAX_PATH_LEN {
        path = Path::new("/proc/self/fd").join(opened.as_raw_fd().to_string()).join("control");
    }
    Ok((path, opened))
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
    let mut request = [0; BACKUP.len()];
    let read = timeout(TO_ASK, client.read_exact(&mut request)).await;
    let is_audit = request == *AUDIT;
    if !read.is_ok_and(|read| read.is_ok()) || !(is_audit || request == *BACKUP) {
        return;
    }
    let made = async {
        if is_audit {
            return super::audit(&store, clock.now(), &mut client).await;
        }
        let summary = super::backup(&store, clock.now(), &mut client).await?;
        super::note_backup(&store, summary.made).await;
        Ok(summary)
    };
    match timeout(TO_SEND, made).await {
        Ok(Ok(summary)) => {
            tracing::info!(is_audit, records = summary.counts.records, bytes = summary.bytes, "a backup was made");
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
pub(super) async fn ask(dir: &Path, request: &[u8]) -> Result<Option<UnixStream>, Error> {
    let connect = async {
        let (path, _open) = address(dir)?;
        let mut bot = UnixStream::connect(path).await?;
        bot.write_all(request).await?;
        Ok(bot)
    };
    connect.await.map(Some).or_else(|error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
            Err(Error::NoBackup("the bot hung up: see its log, and try again".to_owned()))
        }
        _ => Err(Error::from_io(dir, &error)),
    })
}
