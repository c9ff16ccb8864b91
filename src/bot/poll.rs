//! Takes updates in by long polling, and tells Telegram of none that is not on disk.
//!
//! Telegram takes an update for received once a later one is asked for (Bot API, `getUpdates.offset`). So the next call
//! waits until the whole batch of the last one is in the journal, in one commit, and on the disk: what dies before that
//! is sent again, and what was taken before is known by its id. The answers do not wait for the disk. teloxide's own
//! listener confirms first and loses what dies in between.
//!
//! No more is asked for than there is room for: while too much is under way, it stays at Telegram, for 24 hours (Bot
//! API, "Getting updates").

use std::{sync::Arc, time::Duration};

use teloxide::{
    ApiError, RequestError,
    payloads::{GetUpdates, GetUpdatesSetters},
    requests::Requester,
    types::AllowedUpdate,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{
    desk::Desk,
    send::{kind, pause},
    wire::{Method, Update},
};

/// Long polls last this long at most, in seconds: less than the 17 s after which teloxide's client gives a request up.
const POLL: u32 = 10;

/// Takes updates in until `stop`; keeps trying while Telegram is out of reach.
pub(super) async fn poll(telegram: &teloxide::Bot, desk: &Arc<Desk>, stop: &CancellationToken) {
    let method: Method<GetUpdates, Vec<Update>> = Method::of(telegram);
    let mut offset = None;
    let mut lost = 0;
    let next = async |offset| {
        desk.lanes.room(desk.batch.into()).await;
        method.call_dated(request(offset, desk.batch)).await
    };
    while let Some(polled) = stop.run_until_cancelled(next(offset)).await {
        match polled {
            Ok((updates, date)) => {
                if std::mem::take(&mut lost) > 0 {
                    tracing::info!("Telegram answers again");
                }
                desk.follow(date);
                let last = updates.iter().filter_map(|update| i32::try_from(update.update_id).ok()).max();
                desk.take(updates).await;
                // Where none came, all before are confirmed, and the next may have a lower number: after a silent week
                // Telegram begins anew at a random one (Bot API, `Update.update_id`).
                offset = last.map(|last| last.saturating_add(1));
            }
            Err(error) => {
                let put_right = async { sleep(complain(telegram, &error, lost).await).await };
                stop.run_until_cancelled(put_right).await;
                lost += 1;
            }
        }
    }
}

fn request(offset: Option<i32>, batch: u8) -> GetUpdates {
    let kinds = [AllowedUpdate::Message, AllowedUpdate::CallbackQuery];
    let request = GetUpdates::new().timeout(POLL).limit(batch).allowed_updates(kinds);
    match offset {
        Some(offset) => request.offset(offset),
        None => request,
    }
}

/// Says in the log what goes wrong, puts right what can be put right, and gives how long to wait before the next try.
async fn complain(telegram: &teloxide::Bot, error: &RequestError, lost: u32) -> Duration {
    match error {
        RequestError::RetryAfter(seconds) => return seconds.duration(),
        RequestError::Api(ApiError::TerminatedByOtherGetUpdates) => {
            tracing::error!("another program runs with the same bot token: stop one of the two");
        }
        RequestError::Api(ApiError::Unknown(text)) if text.contains("webhook is active") => {
            tracing::warn!("the bot has a webhook; taking it away");
            if let Err(error) = telegram.delete_webhook().await {
                tracing::warn!(error = kind(&error), "the webhook could not be taken away");
            }
        }
        RequestError::Api(ApiError::InvalidToken) => {
            tracing::error!(
                "Telegram refuses the bot token: if it was revoked at @BotFather, put the new one into TELOXIDE_TOKEN and \
                 start again"
            );
        }
        error => tracing::warn!(error = kind(error), "Telegram is out of reach; trying again"),
    }
    pause(lost)
}
