//! `/hapusdata`: asks once, by a button that only the one who asked may press, and for five minutes. What is deleted is
//! done by `jobs`, since checks that wait are jobs.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    action::Action,
    button::Button,
    conversation::Conversation,
    message::{Asker, Place, Pressed, Reply, Response},
};
use crate::{
    locale::Words,
    say,
    store::{self, AuditAct, AuditEntry, Forgotten, Target},
    value::UserId,
};

/// How long the question is good for.
const ASKED_FOR: TimeDelta = TimeDelta::minutes(5);

impl Conversation {
    /// Asks whether the asker's data, or all of the chat's, is to be deleted.
    pub(super) fn ask_to_forget(&self, words: Words<'_>, asker: &Asker, whole_chat: bool) -> Reply {
        let text = match (whole_chat, Place::of(asker.chat)) {
            (false, _) if asker.user.is_stand_in() => return say!(words, "forget-anonymous").into(),
            (_, Place::Private) => say!(words, "forget-ask-everywhere"),
            (true, Place::Group) => say!(words, "forget-ask-chat"),
            (false, Place::Group) => say!(words, "forget-ask-own"),
        };
        let until = asker.asked.checked_add_signed(ASKED_FOR).unwrap_or(asker.asked).timestamp();
        let delete = Action::Forget { whole_chat, until };
        let row = [
            Button::press(say!(words, "button-forget"), delete, asker.user),
            Button::press(say!(words, "button-keep"), Action::KeepData, asker.user),
        ];
        Reply::from(text).with_row(row.into_iter().flatten())
    }

    /// The answer to the button that deletes, which `owner` asked for.
    pub(super) fn press_forget(
        &self,
        words: Words<'_>,
        asker: &Asker,
        owner: UserId,
        whole_chat: bool,
        until: i64,
    ) -> Pressed {
        // What another asked for is not done to the one who presses.
        if owner != asker.user && !whole_chat {
            return Response::notice(say!(words, "button-not-yours")).into();
        }
        let left = until - asker.asked.timestamp();
        if !(0..=ASKED_FOR.num_seconds()).contains(&left) {
            return Response::notice(say!(words, "button-forget-late")).into();
        }
        Pressed::Forget(match (whole_chat, Place::of(asker.chat)) {
            (_, Place::Private) => Target::Agent(asker.user),
            (true, Place::Group) => Target::Chat(asker.chat),
            (false, Place::Group) => Target::AgentInChat(asker.chat, asker.user),
        })
    }

    /// Deletes a target's checks and rows for good, and says what went. `jobs`: how many checks that waited were ended.
    ///
    /// # Errors
    /// The store failed; some may be deleted.
    pub async fn forget(
        &self,
        asker: &Asker,
        target: &Target,
        jobs: usize,
        now: DateTime<Utc>,
    ) -> Result<Reply, store::Error> {
        let Forgotten { records, rows, .. } = store::forget(&*self.history, &*self.rows, target, now).await?;
        if let Target::Agent(agent) = target {
            self.names.forget(*agent);
        }
        let what = if matches!(target, Target::Chat(_)) { "chat" } else { "own" };
        self.audit.note(AuditEntry::by(asker.user, asker.chat, AuditAct::Delete, what, now)).await;
        tracing::info!(chat = %asker.chat, agent = %asker.user, records, rows, jobs, "data was deleted for good");
        let words = self.words(asker.chat).await;
        Ok(say!(words, "forgotten", checks = records, others = rows, waiting = jobs).into())
    }
}
