//! Everything that is accepted is a job: a check, a command, a pressed button. One mechanism takes it in, carries it
//! out, asks again where a provider gave no answer, and survives a kill at any moment.
//!
//! ```text
//!            accept             claim                    finish
//!   update ─────────▶ ready ─────────────▶ running ───────────────▶ done
//!                                          │  ▲
//!                              reschedule  ▼  │ claim, when it is due
//!                                         waiting ──────cancel────▶ done
//! ```
//!
//! The states are the store's ([`store::Jobs`](crate::store::Jobs)); [`Runner`] claims what is due and carries it out
//! (`work`) through `chat`, and says the answer through an [`Outbox`]. A job that waits for its provider (`retry`)
//! holds up nothing that its agent asks meanwhile. Telegram is not known here.

mod answers;
mod bounds;
mod fair;
mod files;
mod follow_up;
mod forget;
mod history;
mod incidents;
mod list;
mod outbox;
mod owners;
mod press;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod retry;
mod runner;
mod slots;
mod task;
mod turns;
mod watch;
mod work;
mod worker;

pub use bounds::Bounds;
pub use outbox::{Destination, Outbox, Placed, Priority, Refused, Typing};
pub use runner::{Incoming, Runner};
pub use task::{PressedButton, Task};
