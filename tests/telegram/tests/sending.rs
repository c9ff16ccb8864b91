//! Sending, editing and deleting: what is taken and what is refused.

use teloxide::{
    payloads::{EditMessageTextSetters, SendChatActionSetters, SendMessageSetters},
    prelude::Requester,
    types::{
        ButtonRequest, ChatAction, ChatId, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton,
        KeyboardButtonRequestUsers, KeyboardMarkup, KeyboardRemove, Message, MessageId, ParseMode, ReplyParameters,
        RequestId, ThreadId, Update, UpdateKind,
    },
};

use serde_json::json;

use super::{Caller, bot_of, id, refusal};
use crate::telegram::{FakeTelegram, InChat, Quotable};

fn message_id(message: &impl Quotable) -> MessageId {
    MessageId(i32::try_from(message.message_id()).unwrap())
}

#[tokio::test]
async fn a_reply_arrives_with_its_markup_and_buttons() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    let asked = chat.says("/cek PLN20 01105691111").await;

    let copy = InlineKeyboardButton::copy_text_button("Salin", CopyTextButton { text: "01105691111".into() });
    let sent = bot
        .send_message(id(&chat), "<b>BUDI &amp; SONS</b>\n<code>01105691111</code>")
        .parse_mode(ParseMode::Html)
        .reply_parameters(ReplyParameters::new(message_id(&asked)))
        .reply_markup(InlineKeyboardMarkup::new([[copy]]))
        .await
        .unwrap();

    let reply = chat.reply().await;
    assert_eq!(reply.text(), "BUDI & SONS\n01105691111");
    assert_eq!(reply.html(), "<b>BUDI &amp; SONS</b>\n<code>01105691111</code>");
    assert_eq!((reply.buttons(), reply.rows()), (vec!["Salin"], vec![vec!["Salin"]]));
    assert_eq!(reply.copies("Salin"), "01105691111");
    assert!(reply.answers(&asked));
    assert_eq!(sent.text(), Some("BUDI & SONS\n01105691111"));
    assert_eq!(sent.entities().unwrap().len(), 2);
    assert_eq!(sent.reply_to_message().unwrap().text(), Some("/cek PLN20 01105691111"));
    telegram.finish().await;
}

#[tokio::test]
async fn texts_are_held_to_their_limits() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;
    let send = |text: String| bot.send_message(id(&chat), text).parse_mode(ParseMode::Html);

    send(format!("<b>{}</b>", "x".repeat(4096))).await.unwrap();
    assert_eq!(chat.reply().await.text().len(), 4096);
    for (text, words) in [
        (" \n".to_owned(), "text is empty"),
        ("<b></b>".to_owned(), "text is empty"),
        ("x".repeat(4097), "message is too long"),
        ("\u{1F50D}".repeat(2049), "message is too long"),
        ("<b>R1<2200VA</b>".to_owned(), "can't parse entities"),
    ] {
        assert!(refusal(send(text).await).contains(words), "{words}");
        telegram.refused("sendMessage", words).await;
    }
    telegram.finish().await;
}

#[tokio::test]
async fn buttons_are_held_to_their_limits() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;
    let send = |button| bot.send_message(id(&chat), "x").reply_markup(InlineKeyboardMarkup::new([[button]]));

    send(InlineKeyboardButton::callback("▶", "x".repeat(64))).await.unwrap();
    assert_eq!(chat.reply().await.data("▶").len(), 64);
    for data in [String::new(), "x".repeat(65)] {
        assert!(refusal(send(InlineKeyboardButton::callback("▶", data)).await).contains("BUTTON_DATA_INVALID"));
        telegram.refused("sendMessage", "BUTTON_DATA_INVALID").await;
    }
    let long = CopyTextButton { text: "1".repeat(257) };
    refusal(send(InlineKeyboardButton::copy_text_button("Salin", long)).await);
    telegram.refused("sendMessage", "COPY_TEXT").await;
    telegram.finish().await;
}

#[tokio::test]
async fn a_deleted_message_is_answered_only_where_the_bot_allows_for_it() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    let asked = chat.says("/cek").await;
    chat.deletes(&asked).await;
    let reply = ReplyParameters::new(message_id(&asked));

    let sent = bot.send_message(id(&chat), "x").reply_parameters(reply.clone()).await;
    assert!(refusal(sent).contains("message to be replied not found"));
    telegram.refused("sendMessage", "to be replied").await;
    bot.send_message(id(&chat), "x").reply_parameters(reply.allow_sending_without_reply()).await.unwrap();
    assert!(!chat.reply().await.answers(&asked));
    telegram.finish().await;
}

#[tokio::test]
async fn edits_show_and_are_refused_where_nothing_changes() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    let asked = chat.says("/riwayat").await;
    let sent = bot.send_message(id(&chat), "1").await.unwrap();
    let reply = chat.reply().await;

    let buttons = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("▶", "2")]]);
    bot.edit_message_text(id(&chat), sent.id, "2").reply_markup(buttons.clone()).await.unwrap();
    let edited = reply.edited().await;
    assert_eq!((edited.text(), edited.buttons()), ("2", vec!["▶"]));
    let same = bot.edit_message_text(id(&chat), sent.id, "2").reply_markup(buttons).await;
    assert!(refusal(same).contains("message is not modified"));
    telegram.refused("editMessageText", "not modified").await;

    bot.edit_message_reply_markup(id(&chat), sent.id).await.unwrap();
    assert!(reply.edited().await.buttons().is_empty());
    for (wrong, words) in [(MessageId(9), "message to edit not found"), (message_id(&asked), "can't be edited")] {
        assert!(refusal(bot.edit_message_text(id(&chat), wrong, "3").await).contains(words));
        telegram.refused("editMessageText", words).await;
    }
    telegram.finish().await;
}

#[tokio::test]
async fn deleting_takes_the_right_to() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    let group = telegram.group("Agen Jaya", &[&budi]);
    let (private, public) = (budi.in_private(), budi.in_group(&group));
    let (here, there) = (private.says("/cek").await, public.says("/cek").await);

    bot.delete_message(id(&private), message_id(&here)).await.unwrap();
    private.deleted(&here).await;
    assert!(refusal(bot.delete_message(id(&public), message_id(&there)).await).contains("can't be deleted"));
    telegram.refused("deleteMessage", "can't be deleted").await;
    group.promotes_bot(&budi);
    bot.delete_message(id(&public), message_id(&there)).await.unwrap();
    public.deleted(&there).await;
    telegram.finish().await;
}

#[tokio::test]
async fn a_topic_must_be_one_of_the_chat() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    let forum = telegram.forum("Agen Jaya", &[&budi]);
    let tokens = forum.topic("Token");
    let chat = budi.in_group(&forum).in_topic(&tokens);
    chat.says("/cek").await;

    let thread = |id: i64| ThreadId(MessageId(i32::try_from(id).unwrap()));
    let opened = bot.get_updates().await.unwrap()[0].clone();
    let teloxide::types::UpdateKind::Message(message) = opened.kind else { panic!("not a message") };
    let topic = message.thread_id.unwrap();
    bot.send_message(id(&forum), "x").message_thread_id(topic).await.unwrap();
    let reply = chat.reply().await;
    assert!(reply.is_in(&tokens) && reply.topic().is_some());
    bot.send_chat_action(id(&forum), ChatAction::Typing).message_thread_id(topic).await.unwrap();
    chat.typing().await;
    for wrong in [1, 77] {
        assert!(refusal(bot.send_message(id(&forum), "x").message_thread_id(thread(wrong)).await).contains("thread"));
        telegram.refused("sendMessage", "message thread not found").await;
    }
    telegram.finish().await;
}

#[tokio::test]
async fn nothing_is_written_into_a_topic_that_is_closed_or_deleted() {
    let telegram = FakeTelegram::start().await;
    let caller = Caller::of(&telegram);
    let forum = telegram.forum("Agen Jaya", &[&telegram.user("Budi")]);
    let (closed, deleted) = (forum.topic("Token"), forum.topic("Dompet"));
    forum.closes_topic(&closed);
    forum.deletes_topic(&deleted);
    for (topic, words) in [(closed, "TOPIC_CLOSED"), (deleted, "TOPIC_DELETED")] {
        let send = json!({ "chat_id": forum.id(), "text": "x", "message_thread_id": topic.thread_id() });
        let (status, refused) = caller.call("sendMessage", send).await;
        assert_eq!((status, &refused["description"]), (400, &json!(format!("Bad Request: {words}"))));
        telegram.refused("sendMessage", words).await;
    }
    telegram.finish().await;
}

#[tokio::test]
async fn a_chat_tells_what_it_is_or_where_it_went_and_can_be_left() {
    let telegram = FakeTelegram::start().await;
    let caller = Caller::of(&telegram);
    let group = telegram.group("Agen Jaya", &[]);
    let whole = json!({ "chat_id": group.id() });
    let (_, told) = caller.call("getChat", whole.clone()).await;
    assert_eq!((&told["result"]["title"], &told["result"]["type"]), (&json!("Agen Jaya"), &json!("group")));

    let new = group.becomes_supergroup_unheard();
    let (status, refused) = caller.call("getChat", whole).await;
    assert_eq!((status, &refused["parameters"]["migrate_to_chat_id"]), (400, &json!(new.id())));
    telegram.refused("getChat", "upgraded to a supergroup").await;

    assert_eq!(caller.call("leaveChat", json!({ "chat_id": new.id() })).await.0, 200);
    new.bot_left().await;
    assert_eq!(caller.call("sendMessage", json!({ "chat_id": new.id(), "text": "x" })).await.0, 403);
    telegram.refused("sendMessage", "kicked").await;
    telegram.finish().await;
}

#[tokio::test]
async fn the_bot_writes_only_where_it_may() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let (budi, sari) = (telegram.user("Budi"), telegram.user_with_id(42, "Sari"));
    let group = telegram.group("Agen Jaya", &[&budi]);
    budi.in_private().says("/start").await;
    budi.blocks_bot();
    group.removes_bot(&budi);

    let cases = [
        (id(&budi), "bot was blocked by the user"),
        (id(&sari), "bot can't initiate conversation"),
        (id(&group), "bot was kicked from the group chat"),
        (ChatId(77), "chat not found"),
    ];
    for (chat, words) in cases {
        assert!(refusal(bot.send_message(chat, "x").await).contains(words), "{words}");
        telegram.refused("sendMessage", words).await;
    }
    budi.unblocks_bot();
    group.adds_bot(&budi);
    bot.send_message(id(&group), "x").await.unwrap();
    budi.in_group(&group).reply().await;

    let new = group.becomes_supergroup();
    let moved = bot.send_message(id(&group), "x").await.unwrap_err();
    assert!(matches!(moved, teloxide::RequestError::MigrateToChatId(to) if to.0 == new.chat_id()), "{moved:?}");
    telegram.refused("sendMessage", "upgraded to a supergroup").await;
    let updates = bot.get_updates().await.unwrap();
    let messages: Vec<_> = updates.iter().rev().take(2).map(message_of).collect();
    assert_eq!(messages[1].migrate_to_chat_id(), Some(&id(&new)), "{messages:?}");
    assert_eq!((messages[0].chat.id, messages[0].migrate_from_chat_id()), (id(&new), Some(&id(&group))));
    telegram.finish().await;
}

fn message_of(update: &Update) -> &Message {
    match &update.kind {
        UpdateKind::Message(message) => message,
        other => panic!("no message: {other:?}"),
    }
}

#[tokio::test]
async fn what_one_member_alone_can_see_is_sent_by_administrators_and_in_answer_to_a_press() {
    let telegram = FakeTelegram::start().await;
    let (budi, sari) = (telegram.user("Budi"), telegram.user("Sari"));
    let group = telegram.supergroup("Agen Jaya", &[&budi]);
    let caller = Caller::of(&telegram);
    let send = async |chat: i64, reader: u64, press: Option<String>| {
        let to_one = match press {
            Some(press) => json!({ "receiver_user_id": reader, "callback_query_id": press }),
            None => json!({ "receiver_user_id": reader }),
        };
        let call = json!({ "chat_id": chat, "text": "BUDI", "ephemeral_message_parameters": to_one });
        caller.call("sendMessage", call).await
    };
    let refused = async |chat: i64, reader: u64, press: Option<String>, reason: &str| {
        assert_eq!(send(chat, reader, press).await.0, 400);
        telegram.refused("sendMessage", reason).await;
    };
    refused(group.id(), budi.id(), None, "BOT_NOT_ADMIN").await;
    refused(budi.chat_id(), budi.id(), None, "BOT_NOT_ADMIN").await;
    refused(group.id(), budi.id(), Some("made up".to_owned()), "BOT_NOT_ADMIN").await;
    group.promotes_bot(&budi);
    refused(group.id(), sari.id(), None, "USER_NOT_PARTICIPANT").await;
    let (status, sent) = send(group.id(), budi.id(), None).await;
    let sent = &sent["result"];
    assert_eq!((status, &sent["message_id"], &sent["ephemeral_message_id"]), (200, &json!(0), &json!(1)));
    assert_eq!(budi.in_group(&group).shown_alone().await.text(), "BUDI");
    telegram.is_older();
    let (_, sent) = send(group.id(), budi.id(), None).await;
    assert_eq!(sent["result"]["ephemeral_message_id"], json!(null));
    assert_eq!(budi.in_group(&group).reply().await.text(), "BUDI");
    telegram.finish().await;
}

#[tokio::test]
async fn a_keyboard_that_picks_people_is_shown_in_private_and_taken_away() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let (budi, sari) = (telegram.user("Budi"), telegram.user("Sari"));
    let group = telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_private();
    chat.says("/agen tambah").await;
    let keyboard = |most| {
        let mut asked = KeyboardButtonRequestUsers::new(RequestId(1));
        asked.max_quantity = most;
        KeyboardMarkup::new([[KeyboardButton::new("Pilih").request(ButtonRequest::RequestUsers(asked))]])
    };
    let refused = bot.send_message(id(&group), "Siapa?").reply_markup(keyboard(1)).await;
    assert!(refusal(refused).contains("in private chats only"));
    telegram.refused("sendMessage", "in private chats only").await;
    let refused = bot.send_message(id(&budi), "Siapa?").reply_markup(keyboard(11)).await;
    assert!(refusal(refused).contains("BUTTON_USER_INVALID"));
    telegram.refused("sendMessage", "BUTTON_USER_INVALID").await;
    bot.send_message(id(&budi), "Siapa?").reply_markup(keyboard(2)).await.unwrap();
    chat.reply().await;
    chat.picks(&[&sari]).await;
    let updates = bot.get_updates().await.unwrap();
    let picked = updates.iter().find_map(|update| match &update.kind {
        UpdateKind::Message(message) => message.shared_users(),
        _ => None,
    });
    assert_eq!(picked.unwrap().users[0].user_id.0, sari.id());
    bot.send_message(id(&budi), "Oke").reply_markup(KeyboardRemove::new()).await.unwrap();
    chat.reply().await;
    telegram.finish().await;
}
