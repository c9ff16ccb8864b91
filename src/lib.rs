//! ceknomor: a Telegram bot with which Indonesian resellers check a customer number before they sell.

pub mod catalog;
pub mod clock;
pub mod inquiry;
pub mod klikoo;
pub mod sandbox;
pub mod store;
pub mod value;
