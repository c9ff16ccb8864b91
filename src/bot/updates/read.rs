//! Reads one update of Telegram's JSON into teloxide's types, so that one that cannot be read costs no other.
//!
//! Each is cut down first to the fields that the bot reads (Bot API, "Available types"): teloxide refuses the whole
//! over one field whose form is new to it. What is missing and not needed gets a harmless value. Nor is teloxide's own
//! reader of `Update` used: it takes the first key after `update_id` for the kind, and gives up where that id has more
//! than 32 bits or stands elsewhere.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json, value::RawValue};
use teloxide::types::UpdateKind;

use crate::value::UpdateId;

/// An update for the handlers.
pub(in crate::bot) struct Received {
    /// As Telegram numbers it.
    pub(super) id: UpdateId,
    /// What it brings.
    pub(super) kind: UpdateKind,
}

/// What could be read of an update: its number, and what it brings. An update that has no number cannot be told from
/// another, so it is not handled; nor is one of a kind that the bot did not ask for.
pub(in crate::bot) fn read(update: &RawValue) -> (Option<UpdateId>, Option<Received>) {
    let fields: HashMap<String, &RawValue> = serde_json::from_str(update.get()).unwrap_or_default();
    let number = fields.get("update_id").and_then(|number| number.get().parse::<i64>().ok());
    let Some(id) = number.and_then(|number| u64::try_from(number).ok()).map(UpdateId) else {
        tracing::warn!("an update without a number was passed over");
        return (None, None);
    };
    let kind = fields.iter().find_map(|(kind, content)| read_kind(kind, content));
    if matches!(kind, Some(None)) {
        // Its content may be personal, so the log gets its number alone.
        tracing::warn!(update = id.0, "an update that cannot be read was passed over");
    }
    (Some(id), kind.flatten().map(|kind| Received { id, kind }))
}

/// What an update brings under the key `kind`: `None` where that is no kind that the bot handles, `Some(None)` where it
/// cannot be read.
fn read_kind(kind: &str, content: &RawValue) -> Option<Option<UpdateKind>> {
    let content: Value = serde_json::from_str(content.get()).unwrap_or_default();
    Some(match kind {
        "message" => read_as(message(&content), UpdateKind::Message),
        "edited_message" => read_as(message(&content), UpdateKind::EditedMessage),
        "callback_query" => read_as(callback_query(&content), UpdateKind::CallbackQuery),
        "my_chat_member" => read_as(membership(&content), UpdateKind::MyChatMember),
        "chat_member" => read_as(membership(&content), UpdateKind::ChatMember),
        _ => return None,
    })
}

fn read_as<T: DeserializeOwned>(known: Option<Value>, kind: fn(T) -> UpdateKind) -> Option<UpdateKind> {
    serde_json::from_value(known?).ok().map(kind)
}

/// What a message may hold besides text (Bot API, `Message`); one without a caption gets an empty text, which no
/// message has by itself.
const MEDIA: [&str; 10] =
    ["animation", "audio", "document", "photo", "sticker", "video", "video_note", "voice", "location", "poll"];

/// The longest id of a file that is taken, in bytes; Telegram's have about 80.
const MAX_FILE_ID_LEN: usize = 512;

/// A `Document` that may hold a text.
fn document(from: &Value) -> Option<Value> {
    let kind = from["mime_type"].as_str().unwrap_or_default();
    let kind = ["text/plain", "text/csv"].into_iter().find(|text| kind.starts_with(text));
    object(json!({
        "file_id": from["file_id"].as_str().filter(|id| id.len() <= MAX_FILE_ID_LEN)?,
        "file_unique_id": "",
        "file_size": from["file_size"].as_u64().map_or(u32::MAX, |size| u32::try_from(size).unwrap_or(u32::MAX)),
        "file_name": from["file_name"].as_str(),
        "mime_type": kind,
    }))
}

/// A `Message`. Its caption counts as its text: without the media, which may be new, there is nothing else to caption.
fn message(from: &Value) -> Option<Value> {
    let text = |at: &str| from.pointer(at).and_then(Value::as_str);
    let quote = text("/quote/text").map(|text| json!({ "text": text, "position": 0 }));
    let contact = text("/contact/phone_number").map(|number| {
        let name = text("/contact/first_name").unwrap_or_default();
        let owner = from.pointer("/contact/user_id").and_then(Value::as_u64);
        json!({ "phone_number": number, "first_name": name, "user_id": owner })
    });
    let has_media = MEDIA.iter().any(|kind| from.get(kind).is_some());
    let document = document(&from["document"]);
    let text = text("/text").or(text("/caption"));
    let migrated = |key: &str| {
        // Telegram says so in a message that has nothing else.
        let is_alone = text.is_none() && !has_media && from.get("forward_origin").is_none();
        from[key].as_i64().filter(|_| is_alone)
    };
    let (to, before) = (migrated("migrate_to_chat_id"), migrated("migrate_from_chat_id"));
    // A document has its words as a caption.
    let (text, caption) = if document.is_some() { (None, text) } else { (text.or(has_media.then_some("")), None) };
    object(json!({
        "message_id": from["message_id"].as_i64()?,
        "date": from["date"].as_i64()?,
        "chat": chat(&from["chat"])?,
        "from": user(&from["from"]),
        "sender_chat": chat(&from["sender_chat"]),
        "message_thread_id": from["message_thread_id"].as_i64(),
        "is_topic_message": from["is_topic_message"].as_bool(),
        "is_automatic_forward": from["is_automatic_forward"].as_bool(),
        "text": text,
        "caption": caption,
        "document": document,
        "quote": quote,
        "reply_to_message": message(&from["reply_to_message"]),
        "contact": contact,
        "forward_origin": forward_origin(&from["forward_origin"]),
        "users_shared": users_shared(&from["users_shared"]),
        "migrate_to_chat_id": to,
        "migrate_from_chat_id": before,
        "new_chat_members": members(&from["new_chat_members"]),
    }))
}

/// Who has joined a group, as far as they can be read; `None` where nobody has.
fn members(from: &Value) -> Option<Value> {
    let members: Vec<Value> = from.as_array()?.iter().filter_map(user).collect();
    (!members.is_empty()).then(|| members.into())
}

/// A `MessageOrigin`: the person, where it is one who does not hide; of all else, only that it was forwarded.
fn forward_origin(from: &Value) -> Option<Value> {
    from.as_object()?;
    let sender = user(&from["sender_user"]).filter(|_| from["type"] == "user");
    Some(match sender {
        Some(sender) => json!({ "type": "user", "date": 0, "sender_user": sender }),
        None => json!({ "type": "hidden_user", "date": 0, "sender_user_name": "" }),
    })
}

/// `UsersShared`: at most as many as one picks at a time.
fn users_shared(from: &Value) -> Option<Value> {
    let picked = |user: &Value| {
        let id = user["user_id"].as_u64()?;
        object(json!({ "user_id": id, "first_name": user["first_name"].as_str() }))
    };
    let users: Vec<Value> = from["users"].as_array()?.iter().take(10).filter_map(picked).collect();
    Some(json!({ "request_id": 1, "users": users }))
}

/// A `CallbackQuery`.
fn callback_query(from: &Value) -> Option<Value> {
    object(json!({
        "id": from["id"].as_str()?,
        "from": user(&from["from"])?,
        "message": message(&from["message"]),
        "chat_instance": from["chat_instance"].as_str().unwrap_or_default(),
        "data": from["data"].as_str(),
    }))
}

/// A `ChatMemberUpdated`: of the members, only whether they are in the chat.
fn membership(from: &Value) -> Option<Value> {
    let member = |from: &Value| {
        let is_in = match from["status"].as_str()? {
            "creator" | "administrator" | "member" => true,
            "restricted" => from["is_member"].as_bool().unwrap_or(true),
            _ => false,
        };
        object(json!({ "user": user(&from["user"])?, "status": if is_in { "member" } else { "left" } }))
    };
    object(json!({
        "chat": chat(&from["chat"])?,
        "from": user(&from["from"])?,
        "date": from["date"].as_i64()?,
        "old_chat_member": member(&from["old_chat_member"])?,
        "new_chat_member": member(&from["new_chat_member"])?,
    }))
}

fn user(from: &Value) -> Option<Value> {
    object(json!({
        "id": from["id"].as_u64()?,
        "is_bot": from["is_bot"].as_bool().unwrap_or(false),
        "first_name": from["first_name"].as_str().unwrap_or_default(),
        "username": from["username"].as_str(),
        "language_code": from["language_code"].as_str(),
    }))
}

fn chat(from: &Value) -> Option<Value> {
    let id = from["id"].as_i64()?;
    let kind = match from["type"].as_str() {
        Some(kind @ ("private" | "group" | "supergroup" | "channel")) => kind,
        _ if id > 0 => "private",
        _ => "supergroup",
    };
    object(json!({ "id": id, "type": kind, "title": from["title"].as_str(), "username": from["username"].as_str() }))
}

/// An object without the fields that are not there.
fn object(fields: Value) -> Option<Value> {
    let Value::Object(fields) = fields else { return None };
    Some(Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>()))
}

#[cfg(test)]
mod tests {
    use teloxide::types::Message;

    use super::*;

    fn read_json(update: &Value) -> (Option<UpdateId>, Option<UpdateKind>) {
        read_text(&update.to_string())
    }

    fn read_text(update: &str) -> (Option<UpdateId>, Option<UpdateKind>) {
        let (id, received) = read(&serde_json::from_str::<Box<RawValue>>(update).unwrap());
        (id, received.map(|received| received.kind))
    }

    fn message_of(update: &Value) -> Message {
        match read_json(update) {
            (Some(_), Some(UpdateKind::Message(message))) => message,
            (_, kind) => panic!("{update} was read as {kind:?}"),
        }
    }

    fn user() -> Value {
        json!({ "id": 42, "is_bot": false, "first_name": "Budi", "username": "budi" })
    }

    fn message(more: Value) -> Value {
        let chat = json!({ "id": -5, "type": "group", "title": "Agen" });
        let mut message = json!({ "message_id": 7, "date": 1_800_000_000, "chat": chat, "from": user() });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    }

    #[test]
    fn people_whom_a_message_names_are_read_and_what_is_new_about_them_does_no_harm() {
        let sender = json!({ "id": 7, "is_bot": false, "first_name": "Sari", "mood": {} });
        let read = |more: Value| message_of(&json!({ "update_id": 3, "message": message(more) }));
        let origin = json!({ "type": "user", "date": "?", "sender_user": sender });
        let forwarded = read(json!({ "text": "halo", "forward_origin": origin }));
        assert_eq!(forwarded.forward_from_user().map(|user| user.id.0), Some(7));
        for origin in [json!({ "type": "hidden_user" }), json!({ "type": "of tomorrow" }), json!({ "type": "channel" })]
        {
            let hidden = read(json!({ "text": "halo", "forward_origin": origin }));
            assert!(hidden.forward_origin().is_some() && hidden.forward_from_user().is_none());
        }
        let card = json!({ "phone_number": "0817345544", "first_name": "Sari", "user_id": 7, "vcard": 7 });
        assert_eq!(read(json!({ "contact": card })).contact().and_then(|card| card.user_id).map(|id| id.0), Some(7));
        let users = json!([{ "user_id": 7, "first_name": "Sari", "photo": "new" }, { "user_id": "?" }]);
        let picked = read(json!({ "users_shared": { "request_id": "new", "users": users } }));
        assert_eq!(picked.shared_users().map(|shared| shared.users.len()), Some(1));
    }

    #[test]
    fn a_move_is_believed_in_a_message_that_says_nothing_else() {
        let moved = json!({ "migrate_to_chat_id": -1_005 });
        let read = |more: Value| {
            let mut fields = moved.clone();
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            message_of(&json!({ "update_id": 3, "message": message(fields) }))
        };
        assert_eq!(read(json!({})).migrate_to_chat_id().map(|id| id.0), Some(-1_005));
        assert_eq!(read(json!({ "text": "halo" })).migrate_to_chat_id(), None);
        let replied = message(moved.clone());
        let reply = message_of(&json!({
            "update_id": 3, "message": message(json!({ "text": "halo", "reply_to_message": replied })),
        }));
        assert_eq!(reply.migrate_to_chat_id(), None);
    }

    #[test]
    fn an_update_is_read_wherever_its_number_stands() {
        let update = format!(r#"{{"message":{},"mood":"fine","update_id":3}}"#, message(json!({ "text": "/cek" })));
        let (id, kind) = read_text(&update);
        assert_eq!(id, Some(UpdateId(3)));
        assert!(matches!(kind, Some(UpdateKind::Message(message)) if message.text() == Some("/cek")));
    }

    #[test]
    fn a_number_may_have_more_than_32_bits_and_must_be_there() {
        let text = message(json!({ "text": "halo" }));
        let (id, kind) = read_json(&json!({ "update_id": 1u64 << 40, "message": text }));
        assert!(id == Some(UpdateId(1 << 40)) && kind.is_some());
        for update in [json!({ "message": text }), json!({ "update_id": "7", "message": text }), json!([]), json!(7)] {
            assert_eq!(read_json(&update), (None, None), "{update}");
        }
    }

    #[test]
    fn kinds_that_were_not_asked_for_keep_their_number() {
        assert_eq!(read_json(&json!({ "update_id": 3, "poll": {} })), (Some(UpdateId(3)), None));
        assert_eq!(read_json(&json!({ "update_id": 3 })), (Some(UpdateId(3)), None));
    }

    #[test]
    fn what_cannot_be_read_at_all_keeps_its_number() {
        let update = json!({ "update_id": 3, "message": { "message_id": "seven" } });
        assert_eq!(read_json(&update), (Some(UpdateId(3)), None));
    }

    #[test]
    fn a_message_is_read_without_the_fields_that_have_a_new_form() {
        for new in [
            json!({ "reply_markup": 7 }),
            json!({ "is_topic_message": "perhaps" }),
            json!({ "chat": { "id": -5, "type": "a kind of tomorrow", "title": 17 } }),
            json!({ "from": { "id": 42, "first_name": 7 } }),
            json!({ "sender_chat": { "id": -5, "type": "supergroup", "title": [] } }),
            json!({ "entities": [{ "type": "of tomorrow", "offset": "left" }] }),
            json!({ "edit_date": "tomorrow" }),
            json!({ "via_bot": "none" }),
        ] {
            let mut update = message(json!({ "text": "PLN20 01105691111" }));
            update.as_object_mut().unwrap().extend(new.as_object().unwrap().clone());
            let read = message_of(&json!({ "update_id": 3, "message": update }));
            assert_eq!(read.text(), Some("PLN20 01105691111"), "{new}");
            assert_eq!((read.chat.id.0, read.from.map(|user| user.id.0)), (-5, Some(42)), "{new}");
        }
    }

    #[test]
    fn a_message_that_is_cut_down_keeps_what_the_bot_reads() {
        let broken = json!({ "is_topic_message": true, "message_thread_id": 3, "reply_markup": 7 });
        let mut question = message(broken);
        let replied = message(json!({ "caption": "PLN20", "photo": "of tomorrow", "entities": 7 }));
        question["reply_to_message"] = replied;
        question["quote"] = json!({ "text": "01105691111", "position": 0, "entities": "none" });
        question["caption"] = json!("cek");
        question["sender_chat"] = json!({ "id": -5, "type": "supergroup" });
        let read = message_of(&json!({ "update_id": 3, "message": question }));
        assert_eq!(read.text(), Some("cek"));
        assert!(read.is_topic_message && read.thread_id.is_some() && read.sender_chat.is_some());
        assert_eq!(read.quote().map(|quote| quote.text.as_str()), Some("01105691111"));
        assert_eq!(read.reply_to_message().and_then(|replied| replied.text()), Some("PLN20"));

        let moved = message(json!({ "migrate_to_chat_id": -1_001, "reply_markup": 7 }));
        let read = message_of(&json!({ "update_id": 3, "message": moved }));
        assert_eq!(read.migrate_to_chat_id().map(|chat| chat.0), Some(-1_001));
    }

    #[test]
    fn a_pressed_button_is_read_under_a_message_of_tomorrow_or_one_that_is_gone() {
        let gone = json!({ "message_id": 7, "date": 0, "chat": { "id": -5, "type": "group", "title": "Agen" } });
        for under in [message(json!({ "text": "ok", "reply_markup": 7 })), message(json!({ "dice": 7 })), gone] {
            let query = json!({ "id": "9", "from": user(), "message": under, "data": "r:0:0:42" });
            let (_, kind) = read_json(&json!({ "update_id": 3, "callback_query": query }));
            let Some(UpdateKind::CallbackQuery(query)) = kind else { panic!("{under} was read as {kind:?}") };
            let message = query.message.unwrap();
            assert_eq!((message.chat().id.0, message.id().0), (-5, 7));
            assert_eq!(query.data.as_deref(), Some("r:0:0:42"));
        }
    }

    #[test]
    fn membership_is_read_whatever_rights_are_new() {
        let member = |status: &str| json!({ "user": user(), "status": status, "can_do_magic": "yes" });
        for status in ["member", "administrator", "restricted", "left", "kicked", "creator"] {
            let chat = json!({ "id": -5, "type": "group", "title": "Agen" });
            let change = json!({
                "chat": chat, "from": user(), "date": 1, "old_chat_member": member("left"),
                "new_chat_member": member(status),
            });
            let (_, kind) = read_json(&json!({ "update_id": 3, "my_chat_member": change }));
            let Some(UpdateKind::MyChatMember(change)) = kind else { panic!("{status} was read as {kind:?}") };
            let is_in = ["member", "administrator", "restricted", "creator"].contains(&status);
            assert_eq!(change.new_chat_member.is_present(), is_in, "{status}");
        }
    }
}
