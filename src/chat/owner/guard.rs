//! The card that tells owners that the guard has paused an agent, and the button that lets the agent go on.

use super::agents::chat_of;
use crate::{
    access::Suspicion,
    chat::{
        action::Action,
        button::Button,
        conversation::Conversation,
        message::{Asker, Reply, Response, Then},
        quota::why,
    },
    locale::{Words, moment, time},
    say,
    store::{self, AuditAct},
    value::UserId,
};

impl Conversation {
    /// What an owner reads in their private chat, and can press there.
    pub(super) async fn guard_card(&self, words: Words<'_>, owner: UserId, suspicion: &Suspicion) -> Reply {
        let &Suspicion { agent, rule, checks, since, until, .. } = suspicion;
        let name = self.names.of(words, agent).await;
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
        let label = say!(words, "button-guard-lift");
        let lift = Button::press(label, Action::LiftPause(agent), owner);
        Reply::from(text).with_row(lift)
    }

    /// Lets an agent go on whom the guard has paused; an admin, where an owner says so.
    pub(in crate::chat) async fn lift_pause(
        &self,
        words: Words<'_>,
        asker: &Asker,
        agent: UserId,
    ) -> Result<Response, store::Error> {
        if !self.may_manage(asker, agent).await? {
            return Ok(Response::notice(say!(words, "button-agent-of-owners")));
        }
        let name = self.names.of(words, agent).await;
        if !self.fair.lift(agent).await? {
            return Ok(say!(words, "guard-not-paused", name = name, id = agent).into());
        }
        self.note_by(asker.user, AuditAct::Resume, "done", Some(chat_of(agent))).await;
        let by = self.names.of(words, asker.user).await;
        let told = say!(self.words(chat_of(agent)).await, "guard-go-on");
        let then = vec![Then::Tell(chat_of(agent), told.into())];
        Ok(Response { then, ..say!(words, "guard-lifted", name = name, id = agent, by = by).into() })
    }
}
