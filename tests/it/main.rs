//! Integration tests: the bot through real parts, in one binary.
//!
//! | | |
//! |---|---|
//! | [`conversations`] | what people say in chats and what the bot answers; the place to begin |
//! | [`binary`] | the program as an operator has it: commands, settings, signals, logs, crashes |
//! | [`inquiries`] | checks below the conversation: what is asked of Klikoo, and when |
//! | [`layers`], [`words`] | what holds for the sources ([`source`]) and for the words of the chats |
//! | [`scene`] | the stage of a conversation: everything around the bot, and the bot started and stopped |
//! | [`bot_api`] | the strict Telegram on that stage; [`bot_api_itself`] holds it against a real client |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and so do the stand-ins that it talks to"
)]
#![allow(unreachable_pub, reason = "`pub` marks what tests may use of a stand-in")]

mod binary;
mod bot_api;
mod bot_api_itself;
mod conversations;
mod inquiries;
mod layers;
mod scene;
mod source;
mod words;
