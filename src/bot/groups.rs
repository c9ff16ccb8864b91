//! Groups: which the bot comes into and leaves, and who joins them.

use std::{convert::Infallible, sync::Arc};

use chrono::{DateTime, Utc};
use teloxide::types::ChatMemberUpdated;
use tokio::time::sleep;

use super::intake::Intake;
use crate::{
    access::{Decision, Reason},
    chat::{Arrival, Place, Response, Then},
    jobs::Destination,
    value::{ChatId, UserId},
};

impl Intake {
    /// The bot was added to a chat, or taken out of it.
    pub(super) async fn membership(self: Arc<Self>, change: ChatMemberUpdated) -> Result<(), Infallible> {
        let (here, user) = (ChatId(change.chat.id.0), UserId(change.from.id.0));
        if Place::of(here) == Place::Private {
            return Ok(());
        }
        let chat = self.migrations.first_id(here).await;
        match (change.old_chat_member.is_present(), change.new_chat_member.is_present()) {
            // A small group that became a supergroup is left by all, and goes on under another id.
            (_, false) if self.migrations.current(here) != here => {}
            (_, false) => self.conversation.group_left(chat).await,
            // It is no place to check in.
            (false, true) if change.chat.is_channel() => self.runner.follow_up(vec![Then::Leave(here)]),
            (false, true) => {
                let by_owner = self.conversation.is_owner(user).await;
                let decision = self.may_read(user, chat, here).await;
                if by_owner || decision == Decision::Deny(Reason::GroupNotAdmitted) {
                    let title = change.chat.title().unwrap_or_default().to_owned();
                    let by = Some((user, change.from.first_name.clone()));
                    self.group_came(Arrival { chat, here, title, by }).await;
                }
            }
            (true, true) => {}
        }
        Ok(())
    }

    /// Somebody joined a group or left it: Telegram tells it of groups that the bot administrates.
    pub(super) async fn member(self: Arc<Self>, change: ChatMemberUpdated) -> Result<(), Infallible> {
        let (old, new) = (&change.old_chat_member, &change.new_chat_member);
        if !old.is_present() && new.is_present() && !new.user.is_bot {
            self.note_joined(ChatId(change.chat.id.0), UserId(new.user.id.0), change.date).await;
        }
        Ok(())
    }

    /// Notes since when somebody is in a group where they may use the bot; elsewhere there is nothing to see.
    pub(super) async fn note_joined(&self, here: ChatId, user: UserId, at: DateTime<Utc>) {
        let chat = self.migrations.first_id(here).await;
        if Place::of(chat) == Place::Group && self.may_read(user, chat, here).await.is_allowed() {
            self.conversation.note_joined(chat, user, at).await;
        }
    }

    /// The bot was heard of in a group that is not admitted, or was added to one by an owner. Does not wait for what is
    /// said of it, since it may be a group that the bot knows.
    pub(super) async fn group_came(self: Arc<Self>, arrival: Arrival) {
        let Response { reply, then, .. } = self.conversation.group_came(&arrival).await;
        let is_new = reply.is_some() || !then.is_empty();
        if is_new && self.visitors.note_group(self.clock.now()) || self.conversation.is_overdue(arrival.chat).await {
            self.housekeeping.notify_one();
        }
        if !is_new {
            return;
        }
        tokio::spawn(async move {
            sleep(self.arrival_pause).await;
            let first = self.migrations.first_id(arrival.here).await;
            if first == arrival.chat {
                self.say_to_stranger(Destination::chat(arrival.here), reply);
                self.runner.follow_up(then);
            } else {
                // Telegram has told meanwhile which group it was.
                self.runner.follow_up(self.conversation.group_moved(first, arrival.here).await);
            }
        });
    }
}
