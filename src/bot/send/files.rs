//! Files, as Telegram takes them: a form with the file behind its fields.

use std::path::PathBuf;

use reqwest::{
    RequestBuilder,
    multipart::{Form, Part},
};
use serde_json::json;
use teloxide::{ApiError, RequestError};

use crate::{
    bot::wire::{Call, UPLOAD_TIMEOUT},
    chat::{Attachment, FileKind},
    jobs::Destination,
    locale::Html,
};

/// The longest caption, in UTF-16 code units (Bot API, `sendDocument.caption`: "0-1024 characters").
pub(super) const MAX_CAPTION_LEN: usize = 1024;

/// A file on its way: `sendDocument` or `sendPhoto` (Bot API).
pub(super) struct SendFile {
    kind: FileKind,
    name: String,
    path: PathBuf,
    fields: Vec<(&'static str, String)>,
}

impl SendFile {
    pub(super) fn new(to: Destination, file: &Attachment, caption: &Html, is_plain: bool) -> Self {
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
