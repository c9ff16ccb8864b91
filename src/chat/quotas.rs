//! `/kuota`: what has been used of a quota and what is left; and a quota of an agent's own, given by those who manage
//! agents.

use super::{
    conversation::Conversation,
    message::Asker,
    quota::{QuotaOrder, used},
};
use crate::{
    access::{Actor, ChatIds, Quota, Used},
    locale::{Html, Words},
    say,
    store::{self, AuditAct},
    value::UserId,
};

impl Conversation {
    pub(super) async fn quota(&self, words: Words<'_>, asker: &Asker, order: QuotaOrder) -> Result<Html, store::Error> {
        match order {
            QuotaOrder::Own => self.own_quota(words, asker).await,
            QuotaOrder::Of(user) => self.quota_of(words, asker, user).await,
            QuotaOrder::Set(user, per_minute, per_day) => {
                self.set_quota(words, asker, user, Some(Quota { per_minute, per_day })).await
            }
            QuotaOrder::Reset(user) => self.set_quota(words, asker, user, None).await,
            QuotaOrder::Usage => Ok(say!(words, "quota-usage")),
        }
    }

    async fn own_quota(&self, words: Words<'_>, asker: &Asker) -> Result<Html, store::Error> {
        let (own, group) = self.fair.used(Actor::of(asker.user).whose(asker.chat), asker.chat).await?;
        let mut lines = vec![say!(words, "quota-heading")];
        // Owners are counted, and never refused.
        let quota = if self.access.is_owner(asker.user) { Quota::default() } else { own.quota };
        lines.extend(used(words, Used { quota, ..own }));
        if let Some(group) = group {
            lines.push(say!(words, "quota-heading-group"));
            lines.extend(used(words, group));
        }
        Ok(Html::lines(lines))
    }

    async fn quota_of(&self, words: Words<'_>, asker: &Asker, user: UserId) -> Result<Html, store::Error> {
        let whose = Actor::of(user).whose(asker.chat);
        let (own, _) = self.fair.used(whose, whose).await?;
        let heading = say!(words, "quota-heading-of", name = self.names.of(words, user).await, id = user);
        Ok(Html::lines([heading].into_iter().chain(used(words, own))))
    }

    async fn set_quota(
        &self,
        words: Words<'_>,
        asker: &Asker,
        user: UserId,
        quota: Option<Quota>,
    ) -> Result<Html, store::Error> {
        if !self.may_manage(asker, user).await? {
            return Ok(say!(words, "button-agent-of-owners"));
        }
        self.fair.set_quota(user, quota).await?;
        let outcome = if quota.is_some() { "done" } else { "lifted" };
        self.note_by(asker.user, AuditAct::Quota, outcome, ChatIds::private(user).map(|chat| chat.first)).await;
        Ok(Html::lines([say!(words, "quota-set"), self.quota_of(words, asker, user).await?]))
    }
}
