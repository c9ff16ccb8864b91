//! Sending and editing messages, with every rule that Telegram holds a text and its buttons to.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    chats::{BotStatus, Chat, Kind, Message, Sender},
    content::photo,
    html::{self, Rendered, utf16_length},
    methods::MethodResult,
    refusal::Refusal,
    state::State,
};

/// The longest text, in UTF-16 units after the markup is taken out.
const MAX_MESSAGE_LEN: usize = 4096;

/// The longest caption, counted the same.
const MAX_CAPTION_LEN: usize = 1024;

/// The largest files that a bot may send, in bytes.
const MAX_DOCUMENT_SIZE: usize = 50 * 1024 * 1024;
const MAX_PHOTO_SIZE: usize = 10 * 1024 * 1024;

/// The parameters of `sendMessage`.
#[derive(Deserialize)]
pub(crate) struct SendMessage {
    chat_id: i64,
    text: String,
    parse_mode: Option<String>,
    message_thread_id: Option<i64>,
    reply_parameters: Option<ReplyParameters>,
    reply_markup: Option<Value>,
    ephemeral_message_parameters: Option<ToOne>,
}

/// `EphemeralMessageParameters`, as far as the bot gives them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToOne {
    receiver_user_id: u64,
    callback_query_id: Option<String>,
}

#[derive(Deserialize)]
struct ReplyParameters {
    message_id: i64,
    #[serde(default)]
    allow_sending_without_reply: bool,
}

/// The parameters of `sendDocument` and `sendPhoto`, as far as the bot gives them.
#[derive(Deserialize)]
pub(crate) struct SendFile {
    chat_id: i64,
    document: Option<Upload>,
    photo: Option<Upload>,
    #[serde(default)]
    caption: String,
    parse_mode: Option<String>,
    message_thread_id: Option<i64>,
    reply_parameters: Option<ReplyParameters>,
}

/// A file of a form; its bytes in Base64.
#[derive(Deserialize)]
struct Upload {
    file_name: String,
    bytes: String,
}

/// The parameters of `editMessageText`.
#[derive(Deserialize)]
pub(crate) struct EditText {
    chat_id: i64,
    message_id: i64,
    text: String,
    parse_mode: Option<String>,
    reply_markup: Option<Value>,
}

/// The parameters of `editMessageReplyMarkup`.
#[derive(Deserialize)]
pub(crate) struct EditKeyboard {
    chat_id: i64,
    message_id: i64,
    reply_markup: Option<Value>,
}

impl State {
    /// `sendMessage`.
    pub(crate) fn send_message(&mut self, call: SendMessage) -> MethodResult {
        let date = self.now();
        // A server that does not know the parameter passes over it.
        let to_one = call.ephemeral_message_parameters.as_ref().filter(|_| !self.is_older);
        let reader = to_one.map(|to_one| self.reader(call.chat_id, to_one)).transpose()?;
        let chat = self.chat(call.chat_id)?;
        chat.may_write()?;
        let rendered = render(&call.text, call.parse_mode.as_deref(), "message is too long")?;
        let keyboard = keyboard(call.reply_markup.as_ref())?;
        if let Some(picker) = reply_keyboard(call.reply_markup.as_ref(), chat)? {
            chat.picker = picker;
        }
        chat.may_write_into(call.message_thread_id)?;
        let message = Message {
            reply_to: call.reply_parameters.map_or(Ok(None), |reply| replied_to(chat, &reply))?,
            // What one member alone can see has no id among the chat's messages.
            id: if reader.is_some() { 0 } else { chat.take_message_id() },
            sender: Sender::Bot,
            date,
            edited: None,
            text: rendered.text,
            html: call.text,
            entities: rendered.entities,
            content: Map::new(),
            file: None,
            quote: None,
            keyboard,
            thread: call.message_thread_id,
            deleted: false,
        };
        if let Some(reader) = reader {
            let mut shown = json!({ "message_id": 0, "ephemeral_message_id": 1, "date": date });
            chat.unread.to_one.push_back((reader, message));
            shown["chat"] = self.chat_json(&self.chats[&call.chat_id]);
            shown["receiver_user"] = self.person_json(reader);
            return Ok(shown);
        }
        let id = message.id;
        chat.unread.messages.push_back(message.clone());
        chat.messages.insert(id, message);
        Ok(self.shown(call.chat_id, id))
    }

    /// Who is to see a message alone (Bot API 10.3, `EphemeralMessageParameters`): a member of a group; where the bot
    /// does not administrate it, the one who pressed a button there within 15 seconds.
    fn reader(&mut self, chat: i64, to_one: &ToOne) -> Result<u64, Refusal> {
        let now = self.now();
        let reader = to_one.receiver_user_id;
        let press = to_one.callback_query_id.as_ref().and_then(|press| self.presses.get(press));
        let is_fresh = press.is_some_and(|press| (press.chat, press.user) == (chat, reader) && now - press.at <= 15);
        let there = self.chat(chat)?;
        if there.kind == Kind::Private || there.status != BotStatus::Administrator && !is_fresh {
            return Err(Refusal::bad_request("BOT_NOT_ADMIN"));
        }
        there.members.contains(&reader).then_some(reader).ok_or_else(|| Refusal::bad_request("USER_NOT_PARTICIPANT"))
    }

    /// `sendDocument` or `sendPhoto`.
    pub(crate) fn send_file(&mut self, call: SendFile, kind: &str) -> MethodResult {
        let date = self.now();
        let chat = self.chat(call.chat_id)?;
        chat.may_write()?;
        let upload =
            call.document.or(call.photo).ok_or_else(|| Refusal::bad_request("there is no file in the request"))?;
        let bytes = STANDARD.decode(upload.bytes).expect("the form is ours");
        let most = if kind == "photo" { MAX_PHOTO_SIZE } else { MAX_DOCUMENT_SIZE };
        if bytes.is_empty() {
            return Err(Refusal::bad_request("file must be non-empty"));
        }
        if bytes.len() > most {
            return Err(Refusal::with(413, "Request Entity Too Large"));
        }
        if kind == "photo" && !bytes.starts_with(b"\x89PNG") && !bytes.starts_with(b"\xff\xd8") {
            return Err(Refusal::bad_request("IMAGE_PROCESS_FAILED"));
        }
        let rendered = match call.caption.as_str() {
            "" => Rendered { text: String::new(), entities: Vec::new() },
            caption => render(caption, call.parse_mode.as_deref(), "message caption is too long")?,
        };
        if utf16_length(&rendered.text) > MAX_CAPTION_LEN {
            return Err(Refusal::bad_request("message caption is too long"));
        }
        chat.may_write_into(call.message_thread_id)?;
        let (name, size) = (upload.file_name, bytes.len());
        let content = match kind {
            "photo" => photo(&rendered.text),
            _ => json!({ "document": {
                "file_id": "document-1", "file_unique_id": "d1", "file_name": name, "file_size": size,
            } }),
        };
        let Value::Object(content) = content else { unreachable!("it is an object") };
        let message = Message {
            reply_to: call.reply_parameters.map_or(Ok(None), |reply| replied_to(chat, &reply))?,
            id: chat.take_message_id(),
            sender: Sender::Bot,
            date,
            edited: None,
            text: rendered.text,
            html: call.caption,
            entities: rendered.entities,
            content,
            file: Some((name, bytes)),
            quote: None,
            keyboard: Vec::new(),
            thread: call.message_thread_id,
            deleted: false,
        };
        let id = message.id;
        chat.unread.messages.push_back(message.clone());
        chat.messages.insert(id, message);
        Ok(self.shown(call.chat_id, id))
    }

    /// `editMessageText`.
    pub(crate) fn edit_text(&mut self, call: EditText) -> MethodResult {
        let rendered = render(&call.text, call.parse_mode.as_deref(), "MESSAGE_TOO_LONG")?;
        let keyboard = keyboard(call.reply_markup.as_ref())?;
        self.change_message(call.chat_id, call.message_id, |message| {
            message.text = rendered.text;
            message.html = call.text;
            message.entities = rendered.entities;
            message.keyboard = keyboard;
        })
    }

    /// `editMessageReplyMarkup`.
    pub(crate) fn edit_keyboard(&mut self, call: EditKeyboard) -> MethodResult {
        let keyboard = keyboard(call.reply_markup.as_ref())?;
        self.change_message(call.chat_id, call.message_id, |message| message.keyboard = keyboard)
    }

    fn change_message(&mut self, chat: i64, id: i64, by: impl FnOnce(&mut Message)) -> MethodResult {
        let now = self.now();
        let there = self.chat(chat)?;
        there.may_write()?;
        let old = there.visible(id).ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
        if old.sender != Sender::Bot {
            return Err(Refusal::bad_request("message can't be edited"));
        }
        let mut new = old.clone();
        by(&mut new);
        if (&new.text, &new.entities, &new.keyboard) == (&old.text, &old.entities, &old.keyboard) {
            return Err(Refusal::bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same as a \
                 current content and reply markup of the message",
            ));
        }
        new.edited = Some(now);
        there.unread.edits.push_back(new.clone());
        there.messages.insert(id, new);
        Ok(self.shown(chat, id))
    }

    fn shown(&self, chat: i64, id: i64) -> Value {
        let chat = &self.chats[&chat];
        self.message_json(chat, &chat.messages[&id])
    }
}

fn replied_to(chat: &Chat, reply: &ReplyParameters) -> Result<Option<i64>, Refusal> {
    match chat.visible(reply.message_id) {
        Some(original) => Ok(Some(original.id)),
        None if reply.allow_sending_without_reply => Ok(None),
        None => Err(Refusal::bad_request("message to be replied not found")),
    }
}

fn render(text: &str, parse_mode: Option<&str>, too_long: &str) -> Result<Rendered, Refusal> {
    let rendered = match parse_mode {
        Some(mode) if mode.eq_ignore_ascii_case("html") => html::parse(text)?,
        Some(_) => return Err(Refusal::bad_request("unsupported parse_mode: this fake reads HTML alone")),
        None => Rendered { text: text.to_owned(), entities: Vec::new() },
    };
    if rendered.text.trim().is_empty() {
        return Err(Refusal::bad_request("message text is empty"));
    }
    if utf16_length(&rendered.text) > MAX_MESSAGE_LEN {
        return Err(Refusal::bad_request(too_long));
    }
    Ok(rendered)
}

/// The rows of an inline keyboard; none for a message without one.
fn keyboard(markup: Option<&Value>) -> Result<Vec<Vec<Value>>, Refusal> {
    let Some(markup) = markup else { return Ok(Vec::new()) };
    if markup["force_reply"] == true || markup.get("keyboard").is_some() || markup["remove_keyboard"] == true {
        return Ok(Vec::new());
    }
    let rows: Vec<Vec<Value>> = serde_json::from_value(markup["inline_keyboard"].clone())
        .map_err(|_| Refusal::bad_request("object expected as reply markup: an inline keyboard"))?;
    if rows.iter().flatten().count() > 100 {
        return Err(Refusal::bad_request("REPLY_MARKUP_TOO_LONG"));
    }
    rows.iter().flatten().try_for_each(check_button)?;
    Ok(rows.into_iter().filter(|row| !row.is_empty()).collect())
}

/// What a reply keyboard does: `Some(Some(..))` shows one that picks people, `Some(None)` takes it away. This fake
/// knows no other.
fn reply_keyboard(markup: Option<&Value>, chat: &Chat) -> Result<Option<Option<(i64, usize)>>, Refusal> {
    let Some(markup) = markup else { return Ok(None) };
    if markup["remove_keyboard"] == true {
        return Ok(Some(None));
    }
    let Some(rows) = markup["keyboard"].as_array() else { return Ok(None) };
    let [row] = rows.as_slice() else { return Err(Refusal::bad_request("this fake knows one row of a keyboard")) };
    let button = &row[0];
    let named = button["text"].as_str().is_some_and(|text| !text.trim().is_empty());
    if !named {
        return Err(Refusal::bad_request("can't parse keyboard button: Text buttons must be non-empty"));
    }
    if chat.kind != Kind::Private {
        return Err(Refusal::bad_request("users can be requested in private chats only"));
    }
    let asked = &button["request_users"];
    let id = asked["request_id"].as_i64().filter(|id| i32::try_from(*id).is_ok());
    let id = id.ok_or_else(|| Refusal::bad_request("can't parse keyboard button: Can't find field \"request_id\""))?;
    let most = asked.get("max_quantity").map_or(Some(1), Value::as_u64).filter(|most| (1..=10).contains(most));
    let most = most.ok_or_else(|| Refusal::bad_request("BUTTON_USER_INVALID"))?;
    Ok(Some(Some((id, usize::try_from(most).unwrap_or_default()))))
}

fn check_button(button: &Value) -> Result<(), Refusal> {
    let within = |value: &Value, longest: usize, length: fn(&str) -> usize| {
        value.as_str().is_some_and(|text| (1..=longest).contains(&length(text)))
    };
    if !within(&button["text"], 1024, |text| text.trim().len()) {
        return Err(Refusal::bad_request("can't parse inline keyboard button: Text buttons must be non-empty"));
    }
    match button.as_object().map(serde_json::Map::len) {
        Some(2) if button.get("callback_data").is_some() => {
            let fits = within(&button["callback_data"], 64, str::len);
            fits.then_some(()).ok_or_else(|| Refusal::bad_request("BUTTON_DATA_INVALID"))
        }
        Some(2) if button.get("copy_text").is_some() => {
            let fits = within(&button["copy_text"]["text"], 256, utf16_length);
            fits.then_some(()).ok_or_else(|| Refusal::bad_request("BUTTON_COPY_TEXT_INVALID"))
        }
        Some(2) if button.get("url").is_some() => {
            let fits =
                button["url"].as_str().is_some_and(|url| url.starts_with("https://") || url.starts_with("tg://"));
            fits.then_some(()).ok_or_else(|| Refusal::bad_request("BUTTON_URL_INVALID"))
        }
        _ => Err(Refusal::bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        )),
    }
}
