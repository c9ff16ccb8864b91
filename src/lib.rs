//! ceknomor: a Telegram bot with which Indonesian resellers check a customer number before they sell.
//!
//! An agent types `/cek PLN20 01105691111`; the bot makes a signed inquiry at the partner API of Klikoo and answers, in
//! Indonesian, with the customer's name and the total. The way of one check:
//!
//! ```text
//! Telegram ──update──▶ bot ──Intent──▶ store: job accepted ──▶ jobs ──▶ inquiry ──▶ klikoo ──HTTPS──▶
//!    ▲                                                         │  ▲        └─ Outcome
//!    └────────── bot: send ◀────────── Reply ◀── chat ◀────────┘  └─ store: record kept, then job done
//! ```
//!
//! A message is understood once and becomes an [`Intent`](chat::Intent): data, no text and no PIN. It is accepted as a
//! job and survives anything from then on. An [`Outcome`](value::Outcome) is data, too; text is made in one place
//! ([`chat`] with [`locale`]). Telegram is known in [`bot`] alone, the partner's wire format in [`klikoo`] alone, a
//! database in [`store`] alone. `docs/ARCHITECTURE.md` names the functions on the way.
//!
//! # Layers
//!
//! A module imports only from the lines above its own; a test holds the `use` lines against this table.
//!
//! | | modules | |
//! |-|-|-|
//! | 0 | [`value`] · [`clock`] | the words that all share |
//! | 1 | [`klikoo`] · [`catalog`] · [`store`] · [`locale`] | partner API, products, what is kept, words; they do not know each other |
//! | 2 | [`access`] · [`inquiry`] · [`report`] | who may do what; a line becomes a request, a request an outcome; files and pictures of what was checked |
//! | 3 | [`chat`] | the conversation, without Telegram |
//! | 4 | [`jobs`] | what was accepted is carried out, retried, finished |
//! | 5 | [`bot`] · [`sandbox`] | Telegram; a Klikoo of one's own |
//! | 6 | [`config`] · [`app`] | settings; where the parts meet |
//! | 7 | [`cli`] · `fuzzing` | commands; what the fuzz targets call, no part of the program |
//! | 8 | `main` | reads `.env`, gives the exit code |
//!
//! # Where to start reading
//!
//! [`chat::Conversation::understand`] reads a message, [`jobs::Runner`] carries it out, [`inquiry::Inquiry::ask`] is
//! one check, [`klikoo::Client`] the partner API, and [`app::App::build`] puts the parts together.
//! `tests/it/conversations` reads like what people say to the bot.

pub mod access;
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
pub mod jobs;
pub mod klikoo;
pub mod locale;
pub mod report;
pub mod sandbox;
pub mod store;
pub mod value;
