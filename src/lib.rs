//! ceknomor: a Telegram bot with which Indonesian resellers check a customer number before they sell.

pub mod catalog;
pub mod chat;
pub mod clock;
pub mod inquiry;
pub mod klikoo;
pub mod locale;
pub mod sandbox;
pub mod store;
pub mod value;
