//! Catalog and lists read anew while the bot runs: all or nothing, with the mistakes told.

use super::{
    super::conversation::Conversation,
    settings::{Fresh, Reloaded},
};
use crate::{
    locale::{Html, Words},
    say,
    store::{AuditAct, AuditEntry},
    value::{ChatId, UserId},
};

impl Conversation {
    /// Reads catalog and lists anew, and goes by them from now on; what has begun keeps what it had. `by`: who wants
    /// it, and where; `None`: somebody at the shell.
    ///
    /// # Errors
    /// Every mistake, one a line. Nothing has changed then.
    pub async fn reload(&self, by: Option<(UserId, ChatId)>) -> Result<Reloaded, String> {
        let read = match &self.reloadable {
            Some(settings) => settings.read().and_then(|fresh| self.keeps_owners(fresh, by.map(|(user, _)| user))),
            None => Err("this program has no settings to read".to_owned()),
        };
        let word = if read.is_ok() { "done" } else { "refused" };
        let now = self.clock.now();
        let entry = match by {
            Some((user, chat)) => AuditEntry::by(user, chat, AuditAct::Reload, word, now),
            None => AuditEntry::system(AuditAct::Reload, word, now),
        };
        let reloaded = read.map(|Fresh { catalog, lists, need_restart, fixed }| {
            let (products, owners, chats) = (catalog.products().len(), lists.owners.len(), lists.chats.len());
            self.catalog.replace(catalog);
            self.access.reload(lists);
            Reloaded { products, owners, chats, need_restart, fixed }
        });
        match &reloaded {
            Ok(Reloaded { products, owners, chats, need_restart, fixed }) => {
                tracing::info!(products, owners, chats, ?need_restart, ?fixed, "read catalog and lists anew");
            }
            Err(mistakes) => tracing::error!("catalog and lists stay as they were: {mistakes}"),
        }
        self.audit.note(entry).await;
        reloaded
    }

    /// What was read, unless nobody would own the bot any more who did, or the owner who wants it would not: with a
    /// name misspelt nobody could set it right from the phone.
    fn keeps_owners(&self, fresh: Fresh, by: Option<UserId>) -> Result<Fresh, String> {
        let owners = &fresh.lists.owners;
        if owners.is_empty() && !self.access.owners().is_empty() {
            return Err(
                "CEKNOMOR_OWNERS names nobody: is it misspelt? To run the bot without owners, restart it".to_owned()
            );
        }
        match by.filter(|by| !owners.contains(by)) {
            Some(by) => Err(format!("CEKNOMOR_OWNERS does not name {by}, who asks for this: another owner can do it")),
            None => Ok(fresh),
        }
    }

    /// `/muatulang`.
    pub(in super::super) async fn say_reload(&self, words: Words<'_>, user: UserId, chat: ChatId) -> Html {
        match self.reload(Some((user, chat))).await {
            Ok(Reloaded { products, owners, chats, need_restart, fixed }) => {
                let mut lines = vec![say!(words, "reload-done", products = products, owners = owners, chats = chats)];
                if !need_restart.is_empty() {
                    lines.push(say!(words, "reload-need-restart", names = need_restart.join(", ")));
                }
                if !fixed.is_empty() {
                    lines.push(say!(words, "reload-fixed", names = fixed.join(", ")));
                }
                Html::lines(lines)
            }
            Err(mistakes) => {
                let lines = mistakes.lines().map(Html::code);
                Html::lines([say!(words, "reload-refused")].into_iter().chain(lines))
            }
        }
    }
}
