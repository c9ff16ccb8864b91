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
    /// Reads catalog and lists anew, and goes by them from now on; what has begun keeps what it had. `by`: who wants it,
    /// and where; `None`: somebody at the shell.
    ///
    /// # Errors
    /// Every mistake, one a line. Nothing has changed then.
    pub async fn reload(&self, by: Option<(UserId, ChatId)>) -> Result<Reloaded, String> {
        let read = match &self.reloadable {
            Some(settings) => settings.read(),
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
                if *owners == 0 {
                    tracing::warn!("nobody owns the bot now: CEKNOMOR_OWNERS is empty");
                }
            }
            Err(mistakes) => tracing::error!("catalog and lists stay as they were: {mistakes}"),
        }
        self.audit.note(entry).await;
        reloaded
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
