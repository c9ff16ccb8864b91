//! The card that tells owners that the guard has paused an agent, and the button that lets the agent go on.

use crate::{
    access::Suspicion,
    chat::{
        button::{Action, Button},
        conversation::{Conversation, store_trouble},
        message::{Asker, Pressed, Reply},
        quota::why,
    },
    locale::{Html, Words, moment, time},
    say,
    store::AuditAct,
    value::{ChatId, UserId},
};

impl Conversation {
    /// What an owner reads in their private chat, and can press there.
    pub async fn guard_card(&self, chat: ChatId, owner: UserId, suspicion: &Suspicion) -> Reply {
        let words = self.words(chat).await;
        let &Suspicion { whose, rule, checks, since, until, .. } = suspicion;
        let name = self.name_of(words, whose).await;
        let checks = usize::try_from(checks).unwrap_or(usize::MAX);
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
        let label = say!(words, "button-guard-lift").plain();
        let lift = Button::press(label, Action::LiftPause(whose), owner);
        Reply::new(text, lift.into_iter().map(|lift| vec![lift]).collect())
    }

    /// Lets an agent go on whom the guard has paused; an admin, where an owner says so.
    pub(in crate::chat) async fn lift_pause(&self, asker: &Asker, whose: ChatId) -> Pressed {
        let words = self.words(asker.chat).await;
        let may = match u64::try_from(whose.0).map(UserId) {
            Ok(user) => self.may_manage(asker, user).await,
            Err(_) => Ok(true),
        };
        match may {
            Ok(true) => {}
            Ok(false) => return Pressed::Notice(say!(words, "button-agent-of-owners").plain()),
            Err(error) => return Pressed::Notice(store_trouble(words, &error).plain()),
        }
        match self.fair.lift(whose).await {
            Ok(true) => {
                self.note_by(asker.user, AuditAct::Resume, "done", Some(whose)).await;
                let (name, by) = (self.name_of(words, whose).await, self.names.of(words, asker.user).await);
                let card = say!(words, "guard-lifted", name = name, id = whose, by = by).into();
                Pressed::Lifted { card, whose }
            }
            Ok(false) => {
                let name = self.name_of(words, whose).await;
                Pressed::Edit(say!(words, "guard-not-paused", name = name, id = whose).into())
            }
            Err(error) => Pressed::Notice(store_trouble(words, &error).plain()),
        }
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
