//! The card that tells owners that the guard has paused an agent, and the button that lets the agent go on.

use crate::{
    access::{ChatIds, Suspicion},
    chat::{
        button::{Action, Button},
        conversation::{Conversation, store_trouble},
        message::{Asker, Pressed, Reply},
        quota::why,
    },
    locale::{moment, time},
    say,
    store::AuditAct,
    value::{ChatId, UserId},
};

impl Conversation {
    /// What an owner reads in their private chat, and can press there.
    pub async fn guard_card(&self, chat: ChatId, owner: UserId, suspicion: &Suspicion) -> Reply {
        let words = self.words(chat).await;
        let &Suspicion { agent, rule, checks, since, until, .. } = suspicion;
        let name = self.names.of(words, agent).await;
        let checks = usize::try_from(checks).unwrap_or(usize::MAX);
        let text = say!(
            words,
            "guard-card",
            name = name,
            id = agent,
            checks = checks,
            rule = why(words, rule),
            since = time(since),
            until = moment(until, since, words)
        );
        let label = say!(words, "button-guard-lift").plain();
        let lift = Button::press(label, Action::LiftPause(agent), owner);
        Reply::new(text, lift.into_iter().map(|lift| vec![lift]).collect())
    }

    /// Lets an agent go on whom the guard has paused; an admin, where an owner says so.
    pub(in crate::chat) async fn lift_pause(&self, asker: &Asker, agent: UserId) -> Pressed {
        let words = self.words(asker.chat).await;
        match self.may_manage(asker, agent).await {
            Ok(true) => {}
            Ok(false) => return Pressed::Notice(say!(words, "button-agent-of-owners").plain()),
            Err(error) => return Pressed::Notice(store_trouble(words, &error).plain()),
        }
        match self.fair.lift(agent).await {
            Ok(true) => {
                let on = ChatIds::private(agent).map(|chat| chat.first);
                self.note_by(asker.user, AuditAct::Resume, "done", on).await;
                let (name, by) = (self.names.of(words, agent).await, self.names.of(words, asker.user).await);
                let card = say!(words, "guard-lifted", name = name, id = agent, by = by).into();
                Pressed::Lifted { card, agent }
            }
            Ok(false) => Pressed::Edit(
                say!(words, "guard-not-paused", name = self.names.of(words, agent).await, id = agent).into(),
            ),
            Err(error) => Pressed::Notice(store_trouble(words, &error).plain()),
        }
    }
}
