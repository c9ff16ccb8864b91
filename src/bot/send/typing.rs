//! "Typing", which shows in a chat while somebody waits there.

use std::time::Duration;

use serde::de::IgnoredAny;
use teloxide::{
    RequestError,
    payloads::{SendChatAction, SendChatActionSetters},
    types::{ChatAction, MessageId, ThreadId},
};
use tokio::time::sleep;

use super::{Sender, telegram_id};
use crate::{bot::wire::call, jobs::Destination};

/// It shows from here on, so that it does not flicker before an answer that comes quickly.
pub(super) const AFTER: Duration = Duration::from_secs(1);

/// How often it is sent. Telegram shows it for five seconds at most (Bot API, `sendChatAction`).
pub(super) const PERIOD: Duration = Duration::from_millis(4500);

impl Sender {
    /// Shows it until this is dropped, where not too many chats show it already.
    pub(super) async fn show_typing(&self, to: Destination) {
        sleep(AFTER).await;
        let Ok(_shown) = self.typing.try_acquire() else { return };
        let chat = self.migrations.current(to.chat);
        // It is worth neither a wait nor a second try: the answer itself is near.
        while self.schedule.pause(Some(chat)).is_none() {
            let mut payload = SendChatAction::new(telegram_id(chat), ChatAction::Typing);
            if let Some(topic) = to.topic {
                payload = payload.message_thread_id(ThreadId(MessageId(topic)));
            }
            let permit = self.schedule.turn(Some(chat), None).await;
            let shown = call::<_, IgnoredAny>(&self.telegram, &payload).await;
            drop(permit);
            match shown {
                Ok(_) => {}
                Err(RequestError::RetryAfter(asked)) => return self.schedule.refused(Some(chat), asked),
                Err(_) => return,
            }
            sleep(PERIOD).await;
        }
    }
}
