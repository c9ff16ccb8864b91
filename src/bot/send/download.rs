//! A file that someone sent, read from Telegram (Bot API, `getFile`). What its path says is used for the address alone; the
//! address holds the token, so no error of the download is shown.

use std::time::Duration;

use futures_util::StreamExt;
use serde::Deserialize;
use teloxide::{net::Download, payloads::GetFile, types::FileId};
use tokio::time::timeout;

use super::{Sender, refusal::kind};
use crate::jobs::Refused;

/// How often Telegram may be out of reach before a file is given up.
const TRIES: u32 = 3;

/// A download that takes longer is given up.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What is needed of a `File` (Bot API).
#[derive(Deserialize)]
struct FileFound {
    file_path: Option<String>,
    file_size: Option<u64>,
}

impl Sender {
    /// The bytes of a file, which are at most `most`.
    pub(super) async fn download(&self, file: &str, most: usize) -> Result<Vec<u8>, Refused> {
        let call = GetFile::new(FileId(file.to_owned()));
        let found: Result<FileFound, _> = self.call(TRIES, None, None, &call).await;
        let found = found.map_err(|error| {
            tracing::warn!(error = kind(&error), "a file that was sent is not to be had");
            Refused
        })?;
        let is_too_large = |size: usize| size > most;
        if found.file_size.is_some_and(|size| usize::try_from(size).is_ok_and(is_too_large)) {
            return Err(Refused);
        }
        let path = found.file_path.ok_or(Refused)?;
        let permit = self.schedule.turn(None, None).await;
        let read = async {
            let (mut stream, mut bytes) = (self.telegram.download_file_stream(&path), Vec::new());
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.map_err(|_| Refused)?;
                if is_too_large(bytes.len() + chunk.len()) {
                    return Err(Refused);
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(bytes)
        };
        let read = timeout(TIMEOUT, read).await.unwrap_or(Err(Refused));
        drop(permit);
        if read.is_err() {
            tracing::warn!("a file that was sent could not be read");
        }
        read
    }
}
