//! `/audit`: pages of the record of who did what.

use super::super::{
    action::Action,
    button::Button,
    conversation::Conversation,
    dates,
    message::{Asker, Reply},
};
use super::query::AuditQuery;
use crate::{
    locale::{Html, Words, date, hour},
    say,
    store::{self, AuditEntry, AuditPlace},
    value::{ChatId, UserId},
};

/// The most entries on a page.
const PAGE_LEN: usize = 15;

impl Conversation {
    /// A page of the record: the newest, or the one behind an entry.
    pub(in super::super) async fn audit_page(
        &self,
        words: Words<'_>,
        asker: &Asker,
        query: AuditQuery,
        older_than: Option<AuditPlace>,
    ) -> Result<Reply, store::Error> {
        let page = self.audit.audit_page(&query.filter(), older_than, PAGE_LEN).await?;
        let heading = match (page.entries.is_empty(), page.older) {
            (false, _) => say!(words, "audit-heading"),
            (true, Some(_)) => say!(words, "audit-none-yet"),
            (true, None) => return Ok(say!(words, "audit-none").into()),
        };
        let (mut lines, mut day) = (vec![heading], None);
        for (_, entry) in &page.entries {
            let its_day = dates::today(entry.at);
            if day.replace(its_day) != Some(its_day) {
                lines.push(say!(words, "audit-day", day = date(entry.at, words)));
            }
            lines.push(self.audit_line(words, entry).await);
        }
        let turn = |label: Html, to| Button::press(label, Action::Audit(query, to), asker.user);
        let newest = older_than.and_then(|_| turn(say!(words, "button-newest"), None));
        let older = page.older.and_then(|place| turn(say!(words, "button-older"), Some(place)));
        Ok(Reply::from(Html::lines(lines)).with_row(newest.into_iter().chain(older)))
    }

    /// `14:05 · Budi (42) · cek · PLN · ditemukan · 0b5e2ba4`.
    async fn audit_line(&self, words: Words<'_>, entry: &AuditEntry) -> Html {
        let who = match entry.by {
            Some(user) => self.named(words, user).await,
            None => say!(words, "audit-system"),
        };
        let act = say!(words, "audit-act", act = entry.act.to_string());
        let mut parts = vec![Html::escape(&hour(entry.at)), who, act];
        match entry.on {
            Some(ChatId(id)) if id < 0 => parts.push(say!(words, "audit-group", group = ChatId(id))),
            Some(ChatId(id)) => {
                let name = self.named(words, UserId(id.unsigned_abs())).await;
                parts.push(say!(words, "audit-on", name = name));
            }
            None => {}
        }
        parts.extend(entry.provider.map(|provider| Html::escape(provider.name())));
        parts.push(say!(words, "audit-outcome", outcome = &*entry.outcome));
        if let Some(group) = entry.chat.filter(|chat| chat.is_group()) {
            parts.push(say!(words, "audit-group", group = group));
        }
        parts.extend(entry.reference.map(|reference| Html::code(&reference.short())));
        Html::joined(parts, " · ")
    }

    /// `Budi (42)`, or the id where no name is known.
    async fn named(&self, words: Words<'_>, user: UserId) -> Html {
        let name = self.names.of(words, user).await;
        if name.plain() == user.to_string() { name } else { say!(words, "audit-person", name = name, user = user) }
    }
}
