//! Files: sent as Telegram takes them, in a form behind its fields, and read as it gives them (Bot API, `getFile`).

use std::{path::PathBuf, time::Duration};

use futures_util::StreamExt;
use reqwest::{
    RequestBuilder,
    multipart::{Form, Part},
};
use serde::Deserialize;
use serde_json::json;
use teloxide::{ApiError, RequestError, net::Download, payloads::GetFile, types::FileId};
use tokio::time::timeout;

use super::{Attempt, Sender, refusal::kind};
use crate::{
    bot::wire::{Call, Lenient, Sent, UPLOAD_TIMEOUT},
    chat::{Attachment, FileKind},
    jobs::{Destination, Placed, Priority, Refused},
    locale::Html,
    value::MessageId,
};

/// The longest caption, in UTF-16 code units (Bot API, `sendDocument.caption`: "0-1024 characters").
const MAX_CAPTION_LEN: usize = 1024;

/// How often Telegram may be out of reach before a file that it has is given up.
const TRIES: u32 = 3;

/// A download that takes longer is given up.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A file on its way: `sendDocument` or `sendPhoto` (Bot API).
struct SendFile {
    kind: FileKind,
    name: String,
    path: PathBuf,
    fields: Vec<(&'static str, String)>,
}

impl SendFile {
    fn new(to: Destination, file: &Attachment, caption: &Html, is_plain: bool) -> Self {
        let mut fields = vec![("chat_id", to.chat.to_string())];
        match is_plain {
            true => fields.push(("caption", caption.plain())),
            false => fields.extend([("caption", caption.as_str().to_owned()), ("parse_mode", "HTML".to_owned())]),
        }
        fields.extend(to.topic.map(|topic| ("message_thread_id", topic.to_string())));
        fields.extend(to.message.map(|message| {
            let reply = json!({ "message_id": message.0, "allow_sending_without_reply": true });
            ("reply_parameters", reply.to_string())
        }));
        Self { kind: file.kind, name: file.name.clone(), path: file.path().to_owned(), fields }
    }
}

impl Call for SendFile {
    fn method(&self) -> &'static str {
        match self.kind {
            FileKind::Document => "SendDocument",
            FileKind::Picture => "SendPhoto",
        }
    }

    async fn write(&self, request: RequestBuilder) -> Result<RequestBuilder, RequestError> {
        let part = match self.kind {
            FileKind::Document => "document",
            FileKind::Picture => "photo",
        };
        // The file goes as it is read. One that is gone is refused for good.
        let gone = |_| RequestError::Api(ApiError::Unknown("the file cannot be read".to_owned()));
        let file = Part::file(&self.path).await.map_err(gone)?.file_name(self.name.clone());
        let fields = self.fields.iter().fold(Form::new(), |form, (name, value)| form.text(*name, value.clone()));
        Ok(request.timeout(UPLOAD_TIMEOUT).multipart(fields.part(part, file)))
    }
}

/// What is needed of a `File` (Bot API).
#[derive(Deserialize)]
struct FileFound {
    file_path: Option<String>,
    file_size: Option<u64>,
}

impl Sender {
    /// Sends a file.
    pub(super) async fn upload(
        &self,
        to: Destination,
        file: &Attachment,
        caption: &Html,
        priority: Priority,
    ) -> Result<Placed, Refused> {
        let (mut attempt, parts) = (self.attempt(to), caption.split(MAX_CAPTION_LEN));
        let caption = parts.first().ok_or(Refused)?;
        let sent = self
            .deliver(&mut attempt, Some(priority), |Attempt { to, is_plain, .. }| {
                SendFile::new(*to, file, caption, *is_plain)
            })
            .await;
        let Lenient(sent) = sent.map_err(|error| {
            tracing::error!(chat = %to.chat, error = kind(&error), "a file was refused");
            Refused
        })?;
        let message = MessageId(sent.map_or(0, |sent: Sent| sent.message_id));
        Ok(Placed { chat: attempt.to.chat, message })
    }

    /// The bytes of a file that someone sent, which are at most `most`. What its path says is used for the address
    /// alone; the address holds the token, so no error of the download is shown.
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
