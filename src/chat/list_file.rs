//! A list that is sent as a file: which files are read, and what their bytes say.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::{
    conversation::Conversation,
    intent::Intent,
    message::{Line, Message, PinIn, Place},
};
use crate::inquiry::parse::{Parsed, Refusal, parse};

/// The largest file that is read, in bytes.
pub const MAX_FILE_LEN: usize = 256 * 1024;

impl Conversation {
    /// A file with a list, sent in private, or in a group under `/cek`, a mention or a message of the bot's own;
    /// perhaps with a code that is meant for all of it.
    pub(super) fn file_in(&self, message: &Message) -> Option<Intent> {
        let document = message.document.as_ref().filter(|document| document.is_text())?;
        let is_private = Place::of(message.chat) == Place::Private;
        let typed = match &message.line {
            Line::NoText if is_private || message.replies_to_bot => "",
            Line::Command(super::Command::Check, args) => args,
            Line::Text { text, mentioned } if is_private || *mentioned || message.replies_to_bot => text,
            _ => return None,
        };
        let on_top = match parse(typed, &self.catalog.now()).request {
            Err(Refusal::MissingNumber(code, nominal)) => Some((code, nominal)),
            // Words that ask for nothing else.
            _ if !typed.bytes().any(|byte| byte.is_ascii_digit()) => None,
            _ => return None,
        };
        Some(Intent::File { file: document.file.clone(), size: document.size, on_top })
    }

    /// What a file asks for.
    pub fn read_file(&self, intent: &Intent, bytes: &[u8]) -> Intent {
        let Intent::File { on_top, .. } = intent else { return Intent::FileUnread };
        let text = text_of(bytes);
        if let Some(list) = self.list_below(on_top.clone(), &text, PinIn::Message) {
            return list;
        }
        let text = on_top.as_ref().map_or(text.clone(), |(code, _)| format!("{code} {text}"));
        let Parsed { request, pin_seen, name, .. } = parse(&text, &self.catalog.now());
        match request {
            Ok(request) => {
                let pin = pin_seen.then_some(PinIn::Message);
                Intent::Check { check: request.check(), pin, name, anew: false }
            }
            Err(_) => Intent::FileUnread,
        }
    }
}

/// The text of a file: UTF-8, UTF-16 with a byte order mark, or what older Windows programs write.
fn text_of(bytes: &[u8]) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_in_the_encodings_that_office_programs_write() {
        let utf_16 = |to: fn(u16) -> [u8; 2]| "\u{feff}Café".encode_utf16().flat_map(to).collect::<Vec<u8>>();
        for bytes in [
            "Café".as_bytes().to_vec(),
            "\u{feff}Café".as_bytes().to_vec(),
            utf_16(u16::to_le_bytes),
            utf_16(u16::to_be_bytes),
            b"Caf\xe9".to_vec(),
        ] {
            assert_eq!(text_of(&bytes), "Café");
        }
    }
}
