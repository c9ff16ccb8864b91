//! `getUpdates`: a real long poll. An update stays pending until a later call's `offset` confirms it.

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{
    faults::Refusal,
    world::{Pending, State, World},
};

/// The parameters of `getUpdates`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Poll {
    offset: i64,
    limit: Option<usize>,
    /// Seconds.
    timeout: u64,
    allowed_updates: Option<Vec<String>>,
}

/// How a poll ended.
pub(crate) enum Polled {
    /// The whole body of the answer.
    Updates(String),
    Refused(Refusal),
    /// The fake went down meanwhile.
    Down,
}

/// Waits for updates until the poll's time-out.
pub(crate) async fn poll(world: &World, poll: Poll) -> Polled {
    let limit = poll.limit.unwrap_or(100).clamp(1, 100);
    let deadline = Instant::now() + Duration::from_secs(poll.timeout.min(50));
    let offset = poll.offset;
    let mine = world.change(|state| begin(state, poll));
    let found = world.wait_until(deadline, |state| look(state, mine, offset, limit)).await;
    found.unwrap_or_else(|| body(&[]))
}

/// Confirms what came before the offset; the number of this poll.
fn begin(state: &mut State, poll: Poll) -> u64 {
    state.first_poll.get_or_insert_with(Instant::now);
    state.pending.retain(|update| i64::from(update.id) >= poll.offset);
    if poll.allowed_updates.is_some() {
        // An empty list means the default, which is everything that this fake sends.
        state.allowed_updates = poll.allowed_updates.filter(|kinds| !kinds.is_empty());
    }
    state.polls += 1;
    state.polls
}

fn look(state: &mut State, mine: u64, offset: i64, limit: usize) -> Option<Polled> {
    if state.down {
        return Some(Polled::Down);
    }
    if state.polls != mine {
        return Some(Polled::Refused(Refusal::conflict()));
    }
    if std::mem::take(&mut state.silent) {
        return Some(body(&[]));
    }
    let is_due = |update: &&Pending| i64::from(update.id) >= offset;
    if !state.pending.iter().any(|update| is_due(&update)) && state.again.is_empty() {
        return None;
    }
    let State { pending, load, again, delivered, rough, .. } = state;
    let mut all = std::mem::take(again);
    for update in pending.iter().filter(is_due).take(limit) {
        all.push(update.json.clone());
        if let (Some(book), Some(asked)) = (load.as_mut(), update.asks) {
            book.delivered(asked);
        }
    }
    let mut sent = all.clone();
    if let Some(rough) = rough {
        rough.muddle(&mut sent, delivered);
    }
    if load.is_none() {
        *delivered = all;
    }
    Some(body(&sent))
}

fn body(updates: &[String]) -> Polled {
    Polled::Updates(format!(r#"{{"ok":true,"result":[{}]}}"#, updates.join(",")))
}
