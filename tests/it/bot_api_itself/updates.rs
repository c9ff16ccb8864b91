//! Every kind of update must reach a bot as what it is: teloxide turns one that it cannot read into an error.

use teloxide::{
    prelude::Requester,
    types::{Message, Update, UpdateKind},
};

use super::{bot_of, id};
use crate::bot_api::{BOT_USERNAME, FakeTelegram};

/// Everything that the bot has not confirmed, each of it readable.
async fn updates(telegram: &FakeTelegram) -> Vec<Update> {
    let updates = bot_of(telegram).get_updates().await.unwrap();
    let unreadable = updates.iter().find(|update| matches!(update.kind, UpdateKind::Error(_)));
    assert!(unreadable.is_none(), "{unreadable:?}");
    updates
}

async fn messages(telegram: &FakeTelegram) -> Vec<Message> {
    let kinds = updates(telegram).await.into_iter().map(|update| update.kind);
    kinds.filter_map(|kind| if let UpdateKind::Message(message) = kind { Some(message) } else { None }).collect()
}

#[tokio::test]
async fn private_messages_and_their_edits() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let sent = budi.in_private().says("/cek PLN20 01105691111").await;
    budi.in_private().edits(&sent, "/cek PLN20 01105691112").await;

    let updates = updates(&telegram).await;
    let UpdateKind::Message(first) = &updates[0].kind else { panic!("{:?}", updates[0]) };
    assert!(first.chat.is_private());
    assert_eq!(first.from.as_ref().unwrap().id.0, budi.id());
    assert_eq!(first.parse_entities().unwrap()[0].text(), "/cek");
    let UpdateKind::EditedMessage(second) = &updates[1].kind else { panic!("{:?}", updates[1]) };
    assert_eq!((second.id, second.text()), (first.id, Some("/cek PLN20 01105691112")));
    assert!(second.edit_date().is_some());
}

#[tokio::test]
async fn in_groups_privacy_mode_hides_what_is_not_for_the_bot() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let group = telegram.group("Agen Jaya", &[&budi]);
    let talk = budi.in_group(&group);
    bot_of(&telegram).send_message(id(&group), "Halo").await.unwrap();
    let greeting = talk.reply().await;

    let chatter = talk.says("PLN20 01105691111").await;
    talk.says("/cek@bot_lain PLN20 01105691111").await;
    talk.says("/cek PLN20 01105691111").await;
    talk.replies_to(&chatter, "/cek").await;
    talk.says(&format!("@{BOT_USERNAME} PLN20 01105691111")).await;
    talk.replies_to(&greeting, "PLN20 01105691111").await;
    group.promotes_bot(&budi);
    talk.says("semua terlihat").await;

    let seen = messages(&telegram).await;
    let texts: Vec<_> = seen.iter().map(|message| message.text().unwrap()).collect();
    let mention = format!("@{BOT_USERNAME} PLN20 01105691111");
    assert_eq!(texts, ["/cek PLN20 01105691111", "/cek", &mention, "PLN20 01105691111", "semua terlihat"]);
    assert_eq!(seen[1].reply_to_message().unwrap().text(), Some("PLN20 01105691111"));
    assert_eq!(seen[3].reply_to_message().unwrap().text(), Some("Halo"));
}

#[tokio::test]
async fn supergroups_thread_their_replies_and_forums_their_topics() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let talk = budi.in_group(&telegram.supergroup("Agen Jaya", &[&budi]));
    let asked = talk.says("PLN20 01105691111").await;
    talk.replies_to(&asked, "/cek").await;
    let forum = telegram.forum("Agen Maju", &[&budi]);
    let topic = forum.topic("Token");
    budi.in_group(&forum).says("/id").await;
    budi.in_group(&forum).in_topic(&topic).says("/id").await;

    let seen = messages(&telegram).await;
    assert!(seen[0].chat.is_supergroup() && seen[0].thread_id.is_some() && !seen[0].is_topic_message);
    assert!(seen[1].thread_id.is_none());
    assert!(seen[2].thread_id.is_some() && seen[2].is_topic_message);
    assert!(seen[2].reply_to_message().is_some_and(|opening| opening.text().is_none()));
}

#[tokio::test]
async fn anonymous_senders_and_the_bots_own_standing() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let group = telegram.supergroup("Agen Jaya", &[&budi]);
    group.as_anonymous_admin().says("/id").await;
    group.as_channel(-1_002_000_000_000).says("/id").await;
    group.promotes_bot(&budi);
    group.removes_bot(&budi);

    let updates = updates(&telegram).await;
    let UpdateKind::Message(admin) = &updates[0].kind else { panic!("{:?}", updates[0]) };
    assert!(admin.from.as_ref().unwrap().is_anonymous());
    assert_eq!(admin.sender_chat.as_ref().unwrap().id, admin.chat.id);
    let UpdateKind::Message(channel) = &updates[1].kind else { panic!("{:?}", updates[1]) };
    assert!(channel.sender_chat.as_ref().unwrap().is_channel());
    let UpdateKind::MyChatMember(promoted) = &updates[2].kind else { panic!("{:?}", updates[2]) };
    assert!(promoted.new_chat_member.is_administrator() && promoted.old_chat_member.is_member());
    let UpdateKind::MyChatMember(removed) = &updates[3].kind else { panic!("{:?}", updates[3]) };
    assert!(removed.new_chat_member.is_banned());
}
