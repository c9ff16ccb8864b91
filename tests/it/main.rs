//! Integration tests: the bot through real parts, in one binary.
//!
//! | | |
//! |---|---|
//! | [`conversations`] | what people say in chats and what the bot answers; the place to begin |
//! | [`binary`] | the program as an operator has it: commands, settings, signals, logs, crashes |
//! | [`inquiries`] | checks below the conversation: what is asked of Klikoo, and when |
//! | [`faulty_store`] | a store in which some things go wrong |
//! | [`layers`], [`words`] | what holds for the sources ([`source`], [`imports`]) and for the words of the chats |
//! | [`scene`] | the stage of a conversation: everything around the bot, and the bot started and stopped |
//! | [`telegram`] | the strict Telegram on that stage, in a folder of its own (`tests/telegram/`), |
//! | [`telegram_tests`] | its own tests, which hold it against real clients |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and so do the stand-ins that it talks to"
)]
#![allow(unreachable_pub, reason = "`pub` marks what tests may use of a stand-in")]

mod binary;
mod conversations;
mod faulty_store;
mod imports;
mod inquiries;
mod layers;
mod scene;
mod source;
#[path = "../telegram/mod.rs"]
mod telegram;
#[path = "../telegram/tests/mod.rs"]
mod telegram_tests;
mod words;
