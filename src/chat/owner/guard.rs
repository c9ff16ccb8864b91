//! The card that tells owners that the guard has paused an agent, and the button that lets the agent go on.

use crate::{
    access::Suspicion,
    chat::{
        action::Action,
        button::Button,
        conversation::Conversation,
        message::{Asker, Reply, Response, Then},
        quota::why,
    },
    locale::{Html, Words, moment, time},
    say,
    store::{self, AuditAct},
    value::{ChatId, UserId},
};

impl Conversation {
    /// What an owner reads in their private chat, and can press there.
    pub(super) async fn guard_card(&self, words: Words<'_>, owner: UserId, suspicion: &Suspicion) -> Reply {
        let &Suspicion { whose, rule, checks, since, until, .. } = suspicion;
        let name = self.name_of(words, whose).await;
        let text = say!(
            words,
            "guard-card",
            name = name,
            id = whose,
            checks = checks,
            rule = why(words, rule),
            since = time(since),
            until = moment(until, since, words)
        );
        let label = say!(words, "button-guard-lift");
        let lift = Button::press(label, Action::LiftPause(whose), owner);
        Reply::from(text).with_row(lift)
    }

    /// Lets an agent go on whom the guard has paused; an admin, where an owner says so.
    pub(in crate::chat) async fn lift_pause(
        &self,
        words: Words<'_>,
        asker: &Asker,
        whose: ChatId,
    ) -> Result<Response, store::Error> {
        if let Ok(user) = u64::try_from(whose.0).map(UserId)
            && !self.may_manage(asker, user).await?
        {
            return Ok(Response::notice(say!(words, "button-agent-of-owners")));
        }
        let name = self.name_of(words, whose).await;
        if !self.fair.lift(whose).await? {
            return Ok(say!(words, "guard-not-paused", name = name, id = whose).into());
        }
        self.note_by(asker.user, AuditAct::Resume, "done", Some(whose)).await;
        let by = self.names.of(words, asker.user).await;
        // A group's anonymous administrators are told in the group.
        let told = say!(self.words(whose).await, "guard-go-on");
        let then = vec![Then::Tell(whose, told.into())];
        Ok(Response { then, ..say!(words, "guard-lifted", name = name, id = whose, by = by).into() })
    }

    /// What a person is called; of a group, that it is its anonymous administrators, and its title.
    async fn name_of(&self, words: Words<'_>, whose: ChatId) -> Html {
        if let Ok(user) = u64::try_from(whose.0).map(UserId) {
            return self.names.of(words, user).await;
        }
        let group = self.access.people.group(whose).await.ok().flatten();
        let title = group.map(|group| Html::escape(&group.title)).filter(|title| *title != Html::default());
        Html::joined([say!(words, "agent-anonymous")].into_iter().chain(title), ", ")
    }
}
