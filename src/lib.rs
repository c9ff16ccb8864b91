//! ceknomor: a Telegram bot with which Indonesian resellers check a customer number before they sell.
//!
//! An agent types `/cek PLN20 01105691111`; the bot makes a signed inquiry at the partner API of Klikoo and answers, in
//! Indonesian, with the customer's name and the total. The way of one check:
//!
//! ```text
//! Telegram update ─▶ bot ─▶ chat ─▶ inquiry ─▶ klikoo ─▶ HTTPS
//!                            │        └─▶ store (history)
//!                            └─▶ locale (words)      … and back: Outcome ─▶ Reply ─▶ message
//! ```
//!
//! A line of text becomes a validated [`Request`](inquiry::parse::Request) once, at the edge, and is never read again. An
//! [`Outcome`](value::Outcome) is data, never text; text is made in one place ([`chat`] with [`locale`]). Telegram is
//! known in one place ([`bot`]), the partner's wire format in one ([`klikoo`]), sled in one ([`store`]).
//!
//! # Layers
//!
//! A module imports only from the lines above its own; a test holds the `use` lines against this table.
//!
//! | | modules | |
//! |-|-|-|
//! | 0 | [`value`] · [`clock`] | the words that all share |
//! | 1 | [`klikoo`] · [`catalog`] · [`store`] · [`locale`] | partner API, products, what is kept, words; they do not know each other |
//! | 2 | [`inquiry`] · [`report`] | a line becomes a request, a request an outcome; files and pictures of what was checked |
//! | 3 | [`chat`] | the conversation, without Telegram |
//! | 4 | [`bot`] · [`sandbox`] | Telegram; a Klikoo of one's own |
//! | 5 | [`config`] · [`app`] | settings; where the parts meet |
//! | 6 | [`cli`] · `main` · `fuzzing` | commands; what the fuzz targets call, no part of the program |
//!
//! # Where to start reading
//!
//! [`chat::Talk::understand`] and [`chat::Talk::carry_out`] are the conversation, [`inquiry::Inquiry::check`] one check, [`klikoo::Client`] the partner API, and
//! [`app::App::build`] puts them together. `tests/it/conversations` reads like what people say to the bot.

pub mod app;
pub mod bot;
pub mod catalog;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod config;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod inquiry;
pub mod klikoo;
pub mod locale;
pub mod report;
pub mod sandbox;
pub mod store;
pub mod value;
