//! Command menus and the bot's description.

use teloxide::{
    payloads::{SetMyCommandsSetters, SetMyDescriptionSetters},
    prelude::Requester,
    types::{BotCommand, BotCommandScope, UserId},
};

use super::{bot_of, id, refusal};
use crate::telegram::FakeTelegram;

#[tokio::test]
async fn a_menu_is_kept_by_scope_and_language() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    bot.set_my_commands([BotCommand::new("/cek", "Cek nomor pelanggan")])
        .scope(BotCommandScope::AllPrivateChats)
        .language_code("id")
        .await
        .unwrap();
    let menu = telegram.menu("all_private_chats", "id").unwrap();
    assert_eq!(menu, [("cek".to_owned(), "Cek nomor pelanggan".to_owned())]);
    assert_eq!(telegram.menu("all_group_chats", "id"), None);
    bot.set_my_description().description("Cek nomor pelanggan sebelum menjual.").await.unwrap();
    telegram.finish().await;
}

#[tokio::test]
async fn commands_are_held_to_their_alphabet() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    for (command, description) in
        [("Cek", "x"), ("cek-nomor", "x"), ("", "x"), (&*"c".repeat(33), "x"), ("cek", ""), ("cek", &*"x".repeat(257))]
    {
        let refused = bot.set_my_commands([BotCommand::new(command, description)]).await;
        assert!(refusal(refused).contains("BOT_COMMAND"), "{command:?} {description:?}");
        telegram.refused("setMyCommands", "BOT_COMMAND").await;
    }
    telegram.finish().await;
}

#[tokio::test]
async fn members_are_told_from_strangers() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let (budi, sari) = (telegram.user("Budi"), telegram.user("Sari"));
    let group = telegram.group("Agen Jaya", &[&budi]);
    assert!(bot.get_chat_member(id(&group), UserId(budi.id())).await.unwrap().is_member());
    assert!(bot.get_chat_member(id(&group), UserId(sari.id())).await.unwrap().is_left());
    assert!(refusal(bot.get_chat_member(id(&group), UserId(7)).await).contains("user not found"));
    telegram.refused("getChatMember", "user not found").await;
    telegram.finish().await;
}

#[tokio::test]
async fn administrators_are_told_from_members() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    let group = telegram.supergroup("Agen Jaya", &[&budi]);
    group.promotes(&budi, true);
    assert!(bot.get_chat_member(id(&group), UserId(budi.id())).await.unwrap().is_administrator());
    group.promotes(&budi, false);
    assert!(bot.get_chat_member(id(&group), UserId(budi.id())).await.unwrap().is_member());
    group.removes_bot(&budi);
    assert!(refusal(bot.get_chat_member(id(&group), UserId(budi.id())).await).contains("kicked"));
    telegram.refused("getChatMember", "kicked").await;
    telegram.finish().await;
}

#[tokio::test]
async fn a_chat_has_its_own_menu_once_its_user_wrote() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    let set = || {
        let scope = BotCommandScope::Chat { chat_id: id(&budi).into() };
        bot.set_my_commands([BotCommand::new("agen", "Daftar agen")]).scope(scope)
    };
    assert!(refusal(set().await).contains("chat not found"));
    telegram.refused("setMyCommands", "chat not found").await;
    budi.in_private().says("/start").await;
    set().await.unwrap();
    telegram.finish().await;
}
