//! What the bot may call, and what Telegram refuses. Each method is a pure change of the state.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    chats::{BOT_ID, BotStatus, Kind, Sender},
    html::utf16_length,
    refusal::Refusal,
    state::{Answer, State},
};

/// What a method gives: its result, or why not.
pub(crate) type MethodResult = Result<Value, Refusal>;

impl State {
    /// Applies a call. `method` is in lower case, `body` its JSON. `None` for a method that the fake does not know.
    pub(crate) fn apply(&mut self, method: &str, body: &[u8]) -> Option<MethodResult> {
        if let Some(done) = self.apply_under_load(method, body) {
            return Some(done);
        }
        Some(match method {
            "getme" => Ok(self.me()),
            "getwebhookinfo" => Ok(self.webhook_info()),
            "setwebhook" => read(body).and_then(|call| self.set_webhook(call)),
            "deletewebhook" => read(body).map(|call| self.delete_webhook(&call)),
            "sendmessage" => read(body).and_then(|call| self.send_message(call)),
            "senddocument" => read(body).and_then(|call| self.send_file(call, "document")),
            "sendphoto" => read(body).and_then(|call| self.send_file(call, "photo")),
            "editmessagetext" => read(body).and_then(|call| self.edit_text(call)),
            "editmessagereplymarkup" => read(body).and_then(|call| self.edit_keyboard(call)),
            "deletemessage" => read(body).and_then(|call| self.delete_message(&call)),
            "sendchataction" => read(body).and_then(|call| self.chat_action(&call)),
            "answercallbackquery" => read(body).and_then(|call| self.answer_press(call)),
            "getfile" => read(body).and_then(|call| self.file_info(&call)),
            "getchat" => read(body).and_then(|call| self.chat_info(&call)),
            "leavechat" => read(body).and_then(|call| self.leave_chat(&call)),
            "getchatmember" => read(body).and_then(|call| self.chat_member(&call)),
            "setmycommands" => read(body).and_then(|call| self.set_commands(call)),
            "deletemycommands" => read(body).and_then(|call| self.delete_commands(call)),
            "setmydescription" => read(body).and_then(|call| described(&call, 512)),
            "setmyshortdescription" => read(body).and_then(|call| described(&call, 120)),
            _ => return None,
        })
    }

    fn me(&self) -> Value {
        let mut me = self.bot_json();
        me["can_join_groups"] = true.into();
        me["can_read_all_group_messages"] = false.into();
        me["supports_inline_queries"] = false.into();
        me["can_connect_to_business"] = false.into();
        me["has_main_web_app"] = false.into();
        me
    }

    /// A `File`. Its path is its id in a folder, as on Telegram's own servers.
    fn file_info(&self, call: &OneFile) -> MethodResult {
        let file = self.files.get(&call.file_id).ok_or_else(|| Refusal::bad_request("invalid file_id"))?;
        let path = format!("documents/{}", call.file_id);
        // As where Telegram has not counted it yet: what is said of a size is no promise.
        let size = (call.file_id != "of-unknown-size").then_some(file.len());
        Ok(json!({ "file_id": call.file_id, "file_unique_id": "d1", "file_size": size, "file_path": path }))
    }

    /// A `ChatFullInfo`, as far as a bot asks for one. A group that has moved says where to.
    fn chat_info(&mut self, call: &OneChat) -> MethodResult {
        let chat = self.chat(call.chat_id)?;
        if let Some(new) = chat.migrated_to {
            return Err(Refusal::migrated(new));
        }
        let mut info = self.chat_json(&self.chats[&call.chat_id]);
        info["accent_color_id"] = 0.into();
        info["max_reaction_count"] = 11.into();
        Ok(info)
    }

    fn leave_chat(&mut self, call: &OneChat) -> MethodResult {
        let chat = self.chat(call.chat_id)?;
        chat.may_write()?;
        if chat.kind == Kind::Private {
            return Err(Refusal::bad_request("chat member status can't be changed in private chats"));
        }
        let old = std::mem::replace(&mut chat.status, BotStatus::Gone);
        let change = json!({
            "chat": self.chat_json(&self.chats[&call.chat_id]), "from": self.bot_json(), "date": self.now(),
            "old_chat_member": self.bot_member_json(old),
            "new_chat_member": { "user": self.bot_json(), "status": "left" },
        });
        self.deliver("my_chat_member", &change, None);
        Ok(true.into())
    }

    fn delete_message(&mut self, call: &OneMessage) -> MethodResult {
        let chat = self.chat(call.chat_id)?;
        chat.may_write()?;
        let may_delete_others = chat.kind == Kind::Private || chat.status == BotStatus::Administrator;
        let message = chat.messages.get_mut(&call.message_id).filter(|message| !message.deleted);
        let message = message.ok_or_else(|| Refusal::bad_request("message to delete not found"))?;
        if message.sender != Sender::Bot && !may_delete_others {
            return Err(Refusal::bad_request("message can't be deleted"));
        }
        message.deleted = true;
        chat.unread.deletions.push_back(call.message_id);
        Ok(true.into())
    }

    fn chat_action(&mut self, call: &ChatAction) -> MethodResult {
        const KNOWN: [&str; 3] = ["typing", "upload_document", "find_location"];
        let chat = self.chat(call.chat_id)?;
        chat.may_write()?;
        chat.may_write_into(call.message_thread_id)?;
        if !KNOWN.contains(&call.action.as_str()) {
            return Err(Refusal::bad_request("wrong parameter action in request"));
        }
        chat.unread.typing += 1;
        Ok(true.into())
    }

    fn answer_press(&mut self, call: AnswerPress) -> MethodResult {
        let unknown = "query is too old and response timeout expired or query ID is invalid";
        let press = self.presses.get_mut(&call.callback_query_id).filter(|press| press.answer.is_none());
        let press = press.ok_or_else(|| Refusal::bad_request(unknown))?;
        let text = call.text.unwrap_or_default();
        if utf16_length(&text) > 200 {
            return Err(Refusal::bad_request("MESSAGE_TOO_LONG"));
        }
        press.answer = Some(Answer { text, alert: call.show_alert });
        Ok(true.into())
    }

    fn chat_member(&mut self, call: &OneMember) -> MethodResult {
        let chat = self.chat(call.chat_id)?;
        if call.user_id == BOT_ID {
            let status = chat.status;
            return Ok(self.bot_member_json(status));
        }
        if chat.kind != Kind::Private {
            chat.may_write()?;
        }
        if chat.admins.contains(&call.user_id) {
            return Ok(self.admin_json(call.user_id));
        }
        let status = if chat.members.contains(&call.user_id) { "member" } else { "left" };
        if !self.people.contains_key(&call.user_id) {
            return Err(Refusal::bad_request("user not found"));
        }
        Ok(json!({ "user": self.person_json(call.user_id), "status": status }))
    }

    fn delete_commands(&mut self, call: Value) -> MethodResult {
        let scope = &call["scope"];
        let is_begun = |chat: i64| self.chats.get(&chat).is_some_and(|chat| chat.begun);
        if scope["type"] == "chat" && !scope["chat_id"].as_i64().is_some_and(is_begun) {
            return Err(Refusal::bad_request("chat not found"));
        }
        self.menus.remove(&(scope.to_string(), String::new()));
        Ok(true.into())
    }

    fn set_commands(&mut self, call: SetCommands) -> MethodResult {
        const SCOPES: [&str; 7] = [
            "default",
            "all_private_chats",
            "all_group_chats",
            "all_chat_administrators",
            "chat",
            "chat_administrators",
            "chat_member",
        ];
        let scope = call.scope.unwrap_or_else(|| json!({ "type": "default" }));
        if !scope["type"].as_str().is_some_and(|kind| SCOPES.contains(&kind)) {
            return Err(Refusal::bad_request("can't parse BotCommandScope: Unsupported type specified"));
        }
        if scope["type"] == "chat" {
            let chat = scope["chat_id"].as_i64().and_then(|chat| self.chats.get(&chat)).filter(|chat| chat.begun);
            chat.ok_or_else(|| Refusal::bad_request("chat not found"))?;
        }
        let language = call.language_code.unwrap_or_default();
        if !(language.is_empty() || language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase())) {
            return Err(Refusal::bad_request("invalid language code specified"));
        }
        if call.commands.len() > 100 {
            return Err(Refusal::bad_request("BOT_COMMANDS_TOO_MUCH"));
        }
        let menu = call.commands.into_iter().map(Command::checked).collect::<Result<_, _>>()?;
        self.menus.insert((scope.to_string(), language), menu);
        Ok(true.into())
    }
}

/// Reads a call's parameters; a call without any may come with an empty body or `null`.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() || body == b"null" { b"{}".as_slice() } else { body };
    serde_json::from_slice(body).map_err(|error| Refusal::bad_request(&format!("can't parse request: {error}")))
}

fn described(call: &Describe, longest: usize) -> MethodResult {
    let text = call.description.as_deref().or(call.short_description.as_deref()).unwrap_or_default();
    if utf16_length(text) > longest { Err(Refusal::bad_request("description is too long")) } else { Ok(true.into()) }
}

#[derive(Deserialize)]
struct OneChat {
    chat_id: i64,
}

#[derive(Deserialize)]
struct OneFile {
    file_id: String,
}

#[derive(Deserialize)]
struct OneMessage {
    chat_id: i64,
    message_id: i64,
}

#[derive(Deserialize)]
struct OneMember {
    chat_id: i64,
    user_id: u64,
}

#[derive(Deserialize)]
struct ChatAction {
    chat_id: i64,
    action: String,
    message_thread_id: Option<i64>,
}

#[derive(Deserialize)]
struct AnswerPress {
    callback_query_id: String,
    text: Option<String>,
    #[serde(default)]
    show_alert: bool,
}

#[derive(Deserialize)]
struct Describe {
    description: Option<String>,
    short_description: Option<String>,
}

#[derive(Deserialize)]
struct SetCommands {
    commands: Vec<Command>,
    scope: Option<Value>,
    language_code: Option<String>,
}

#[derive(Deserialize)]
struct Command {
    command: String,
    description: String,
}

impl Command {
    /// The command without the slash that Telegram drops, and its description.
    fn checked(self) -> Result<(String, String), Refusal> {
        let name = self.command.strip_prefix('/').unwrap_or(&self.command).to_owned();
        let letters = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !letters || !(1..=32).contains(&name.len()) {
            return Err(Refusal::bad_request("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&utf16_length(self.description.trim())) {
            return Err(Refusal::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
        Ok((name, self.description))
    }
}
