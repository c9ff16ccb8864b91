//! Cuts what Telegram sends down to the fields that the bot reads, in the form in which teloxide reads them (Bot API,
//! "Available types"). What is missing and not needed gets a harmless value.

use serde_json::{Map, Value, json};

/// A `Message`. Its caption counts as its text: without the media, which may be new, there is nothing else to caption.
pub(super) fn message(from: &Value) -> Option<Value> {
    let text = from["text"].as_str().or(from["caption"].as_str());
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
        "quote": quote(&from["quote"]),
        "reply_to_message": message(&from["reply_to_message"]),
        "contact": contact(&from["contact"]),
        "migrate_to_chat_id": from["migrate_to_chat_id"].as_i64(),
        "migrate_from_chat_id": from["migrate_from_chat_id"].as_i64(),
    }))
}

/// A `CallbackQuery`.
pub(super) fn callback_query(from: &Value) -> Option<Value> {
    object(json!({
        "id": from["id"].as_str()?,
        "from": user(&from["from"])?,
        "message": message(&from["message"]),
        "chat_instance": from["chat_instance"].as_str().unwrap_or_default(),
        "data": from["data"].as_str(),
    }))
}

/// A `ChatMemberUpdated`: of the members, only whether they are in the chat.
pub(super) fn membership(from: &Value) -> Option<Value> {
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

/// An `InlineQuery`.
pub(super) fn inline_query(from: &Value) -> Option<Value> {
    object(json!({
        "id": from["id"].as_str()?,
        "from": user(&from["from"])?,
        "query": from["query"].as_str().unwrap_or_default(),
        "offset": from["offset"].as_str().unwrap_or_default(),
    }))
}

fn user(from: &Value) -> Option<Value> {
    object(json!({
        "id": from["id"].as_u64()?,
        "is_bot": from["is_bot"].as_bool().unwrap_or(false),
        "first_name": from["first_name"].as_str().unwrap_or_default(),
        "username": from["username"].as_str(),
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

fn quote(from: &Value) -> Option<Value> {
    object(json!({ "text": from["text"].as_str()?, "position": from["position"].as_u64().unwrap_or(0) }))
}

fn contact(from: &Value) -> Option<Value> {
    let first_name = from["first_name"].as_str().unwrap_or_default();
    object(json!({ "phone_number": from["phone_number"].as_str()?, "first_name": first_name }))
}

/// An object without the fields that are not there.
fn object(fields: Value) -> Option<Value> {
    let Value::Object(fields) = fields else { return None };
    Some(Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>()))
}
