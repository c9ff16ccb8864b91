//! Integration tests: conversations with the bot through real parts, in one binary.
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
