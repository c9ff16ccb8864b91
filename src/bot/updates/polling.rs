//! Asks Telegram for updates by long polling.
//!
//! Telegram takes an update for received once a later one is asked for (Bot API, `getUpdates.offset`). So the next call
//! waits until every update of the last one is handled: what dies before that is sent again, and what the store took
//! before is known by its id. No more is asked for than there is room for: the rest stays at Telegram, for 24 hours.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::{
    ApiError, RequestError,
    requests::{Payload, Requester},
    types::AllowedUpdate,
};
use tokio::time::{Instant, sleep};

use super::{Inbox, MAX_IN_FLIGHT, read::read};
use crate::{
    bot::{
        send::{kind, wait_after},
        wire::call_dated,
    },
    value::UpdateId,
};

/// Long polls last this long at most, in seconds: less than the 17 s after which teloxide's client gives a request up.
const POLL_SECONDS: u32 = 10;

/// A poll that took this long has waited: what ended it has just happened.
const WAITED: Duration = Duration::from_secs(2);

/// The pause after an answer that brings nothing new and did not wait for it.
const AFTER_NOTHING: Duration = Duration::from_secs(1);

/// The highest id that Telegram gives today: it has 32 bits.
const MAX_ORDINARY: u64 = u32::MAX as u64;

/// `getUpdates`. teloxide's own payload has an offset of 32 bits.
#[derive(Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    limit: usize,
    timeout: u32,
    allowed_updates: Vec<AllowedUpdate>,
}

impl Payload for GetUpdates {
    type Output = Vec<Box<RawValue>>;
    const NAME: &'static str = "GetUpdates";
}

/// Takes updates of these kinds in, up to `batch` at a time, for as long as the dispatcher runs; keeps trying while
/// Telegram is out of reach.
pub(in crate::bot) async fn poll(telegram: &teloxide::Bot, batch: usize, inbox: Inbox, kinds: Vec<AllowedUpdate>) {
    let batch = batch.clamp(1, MAX_IN_FLIGHT);
    let (mut failures, mut is_quick, mut confirms_far) = (0, false, true);
    // The ids of the last batch, and whether all of them had come before.
    let (mut last, mut is_repeated): (Vec<UpdateId>, bool) = (Vec::new(), false);
    loop {
        inbox.host.room(batch).await;
        let offset = offset_after(&last, is_repeated && confirms_far);
        let is_far = offset > Some(MAX_ORDINARY);
        // Nothing is waited for behind a far id: what is new has a lower one.
        let timeout = if is_far { 0 } else { POLL_SECONDS };
        let asked = Instant::now();
        let request = GetUpdates { offset, limit: batch, timeout, allowed_updates: kinds.clone() };
        let (updates, date) = match call_dated::<_, Vec<Box<RawValue>>>(telegram, &request).await {
            Ok(answer) => answer,
            Err(error) => {
                // Such an offset may be too much for Telegram.
                confirms_far &= !(is_far && matches!(error, RequestError::Api(_)));
                let wait = wait_after(&error, failures);
                match &error {
                    RequestError::Api(ApiError::TerminatedByOtherGetUpdates) => {
                        tracing::error!("another program runs with the same bot token: stop one of the two");
                    }
                    RequestError::Api(ApiError::InvalidToken) => tracing::error!(
                        "Telegram refuses the bot token: if it was revoked at @BotFather, put the new one into \
                         TELOXIDE_TOKEN and start again"
                    ),
                    RequestError::Api(ApiError::Unknown(text)) if text.contains("webhook is active") => {
                        tracing::warn!("the bot has a webhook from before; removing it");
                        if let Err(error) = telegram.delete_webhook().await {
                            tracing::warn!(error = kind(&error), "the webhook could not be removed");
                        }
                    }
                    error => tracing::warn!(error = kind(error), ?wait, "Telegram is out of reach; trying again"),
                }
                sleep(wait).await;
                failures += 1;
                continue;
            }
        };
        inbox.host.note_date(date);
        inbox.host.note_heard();
        if std::mem::take(&mut failures) > 0 {
            tracing::info!("Telegram answers again");
        }
        let has_waited = asked.elapsed() >= WAITED;
        let (ids, received): (Vec<_>, Vec<_>) = updates.iter().map(|update| read(update)).unzip();
        let ids: Vec<UpdateId> = ids.into_iter().flatten().collect();
        is_repeated = ids.iter().all(|id| last.contains(id));
        if !is_repeated {
            is_quick = false;
            // What is not confirmed comes again each time.
            let news = received.into_iter().flatten().filter(|received| !last.contains(&received.id)).collect();
            if inbox.deliver(news, has_waited).await.is_none() {
                return;
            }
        } else if !has_waited && (is_far || offset_after(&ids, confirms_far) <= Some(MAX_ORDINARY)) {
            // Telegram waits where there is nothing new; what answers at once must not be asked as fast as it answers.
            if !is_far && !std::mem::replace(&mut is_quick, true) {
                tracing::warn!("getUpdates brings nothing new and does not wait; pausing after each");
            }
            sleep(AFTER_NOTHING).await;
        }
        last = ids;
    }
}

/// The offset that confirms updates. `far`: also those with an id beyond 32 bits.
///
/// Such an id may be a fault of what stands between, and to confirm it confirms all lower ids too, also of updates that
/// have come to Telegram since. So it is confirmed only where it has come again and nothing else with it, and at once.
fn offset_after(ids: &[UpdateId], far: bool) -> Option<u64> {
    // Where none came, all before are confirmed, and the next may have a lower id: after a silent week Telegram begins
    // anew at a random one (Bot API, `Update.update_id`).
    let ordinary = ids.iter().map(|id| id.0).filter(|id| *id <= MAX_ORDINARY).max();
    ordinary.or_else(|| ids.iter().map(|id| id.0).filter(|_| far).max()).map(|id| id + 1)
}
