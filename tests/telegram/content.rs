//! What a message may hold instead of a text, as Telegram writes it: for [`Conversation::sends`].
//!
//! [`Conversation::sends`]: super::Conversation::sends

use serde_json::{Value, json};

/// A contact card.
pub fn contact(first_name: &str, phone_number: &str) -> Value {
    json!({ "contact": { "phone_number": phone_number, "first_name": first_name } })
}

/// A photo; without words under it when `caption` is empty.
pub fn photo(caption: &str) -> Value {
    let sizes = json!([{ "file_id": "photo-1", "file_unique_id": "p1", "width": 90, "height": 60, "file_size": 1253 }]);
    if caption.is_empty() { json!({ "photo": sizes }) } else { json!({ "photo": sizes, "caption": caption }) }
}

/// A file that people sent; see [`FakeTelegram::keeps`].
///
/// [`FakeTelegram::keeps`]: super::FakeTelegram::keeps
pub fn document(file_id: &str, name: &str, size: usize, caption: &str) -> Value {
    let document = json!({
        "file_id": file_id, "file_unique_id": "d1", "file_name": name, "mime_type": "application/octet-stream",
        "file_size": size,
    });
    if caption.is_empty() {
        json!({ "document": document })
    } else {
        json!({ "document": document, "caption": caption })
    }
}

/// A voice message of three seconds.
pub fn voice() -> Value {
    json!({ "voice": {
        "file_id": "voice-1", "file_unique_id": "v1", "duration": 3, "mime_type": "audio/ogg", "file_size": 9_000,
    } })
}

/// A sticker for this emoji.
pub fn sticker(emoji: &str) -> Value {
    json!({ "sticker": {
        "file_id": "sticker-1", "file_unique_id": "s1", "type": "regular", "width": 512, "height": 512,
        "is_animated": false, "is_video": false, "emoji": emoji,
    } })
}

/// A text of this person's that somebody forwards.
pub fn forwarded(id: u64, first_name: &str, text: &str) -> Value {
    let sender = json!({ "id": id, "is_bot": false, "first_name": first_name });
    json!({ "text": text, "forward_origin": { "type": "user", "date": 1_700_000_000, "sender_user": sender } })
}

/// The same of someone who hides the account in forwarded messages.
pub fn forwarded_hidden(first_name: &str, text: &str) -> Value {
    json!({
        "text": text,
        "forward_origin": { "type": "hidden_user", "date": 1_700_000_000, "sender_user_name": first_name },
    })
}
