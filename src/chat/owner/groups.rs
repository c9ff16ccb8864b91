//! `/grup`: the groups in which the bot works, or might, and an end to that.

use std::collections::BTreeSet;

use super::{Told, ask_whether, requests::card_buttons};
use crate::{
    access::{Group, GroupState},
    chat::{
        action::Action,
        button::Button,
        conversation::Conversation,
        message::{Asker, Reply, Response, Then},
        pages::Page,
    },
    locale::{Html, Words},
    say,
    store::{self, AuditAct, AuditEntry, MAX_PAGE_LEN},
    value::ChatId,
};

/// How many groups one page has.
const PAGE_LEN: usize = 8;

impl Conversation {
    /// A page of the groups.
    pub(in crate::chat) async fn groups(
        &self,
        words: Words<'_>,
        asker: &Asker,
        page: usize,
    ) -> Result<Reply, store::Error> {
        let groups = self.all_groups().await?;
        let Some(page) = Page::of(&groups, PAGE_LEN, page) else { return Ok(say!(words, "groups-none").into()) };
        let (mut lines, mut buttons) = (vec![say!(words, "groups-heading", count = groups.len())], Vec::new());
        for (chat, group) in page.items {
            let (title, state) = match group {
                None => (String::new(), say!(words, "group-listed")),
                Some(group) => {
                    let state = match group.state {
                        GroupState::Active => say!(words, "group-works"),
                        GroupState::Asked => say!(words, "group-waits"),
                        GroupState::Closed => say!(words, "group-closed"),
                    };
                    (group.title.clone(), state)
                }
            };
            let title = if title.is_empty() { chat.to_string() } else { title };
            lines.push(say!(words, "group-entry", title = &title, id = *chat, state = state));
            if group.as_ref().is_none_or(|group| group.state == GroupState::Active) {
                let close = Action::CloseGroup { group: *chat, sure: false, page: page.number };
                let label = say!(words, "button-close-group", title = &title);
                buttons.push(Button::press(label, close, asker.user).into_iter().collect());
            } else if group.as_ref().is_some_and(|group| group.state == GroupState::Asked) {
                buttons.push(card_buttons(words, asker.user, *chat, |label| format!("{label} {title}")));
            }
        }
        let turns = page.turns(words, asker.user, Action::Groups);
        Ok(Reply::new(Html::lines(lines), buttons).with_row(turns))
    }

    /// Closes a group once that is sure; the bot leaves it.
    pub(in crate::chat) async fn close_group(
        &self,
        words: Words<'_>,
        asker: &Asker,
        chat: ChatId,
        sure: bool,
        page: usize,
    ) -> Result<Response, store::Error> {
        let group = self.access.people.group(chat).await?;
        let is_listed = group.is_none() && self.listed_groups().await?.contains(&chat);
        if !is_listed && group.as_ref().is_none_or(|group| group.state == GroupState::Closed) {
            return Ok(Response::notice(say!(words, "button-stale")));
        }
        let title = group.map(|group| group.title).filter(|title| !title.is_empty());
        if !sure {
            let question = say!(words, "group-ask-close", title = title.unwrap_or_else(|| chat.to_string()));
            let close = Action::CloseGroup { group: chat, sure: true, page };
            return Ok(ask_whether(words, asker, question, close, Action::Groups(page)).into());
        }
        let is_open = |before| before != Some(GroupState::Closed);
        let closed = (GroupState::Closed, Told::Done);
        self.keep_group(chat, is_open, closed, title.unwrap_or_default(), Some(asker.user)).await?;
        // An old card must not let it in again.
        self.access.requests.remove(chat).await?;
        let reply = self.groups(words, asker, page).await?;
        let then = vec![Then::RevokeGroup(chat), Then::Leave(chat)];
        Ok(Response { reply: Some(reply), notice: None, then })
    }

    /// Keeps whether the bot works in a group where it may come to that `from` the state that the group has; gives
    /// whether it did.
    pub(in crate::chat) async fn keep_group(
        &self,
        chat: ChatId,
        from: impl Fn(Option<GroupState>) -> bool + Send + Sync,
        (state, told): (GroupState, Told),
        title: String,
        by: Option<crate::value::UserId>,
    ) -> Result<bool, store::Error> {
        let group = Group { state, title, since: self.clock.now(), by, untold: told == Told::Later };
        let judge = |before: Option<&Group>| from(before.map(|group| group.state)).then(|| group.clone());
        if !self.access.people.change_group(chat, judge).await?.1 {
            return Ok(false);
        }
        let act = match state {
            GroupState::Active => AuditAct::GroupOpen,
            GroupState::Closed => AuditAct::GroupClose,
            GroupState::Asked => return Ok(true),
        };
        match by {
            Some(by) => self.note_by(by, act, "done", Some(chat)).await,
            None => self.audit.note(AuditEntry::system(act, "no-answer", self.clock.now()).on_chat(chat)).await,
        }
        Ok(true)
    }

    /// The groups that the settings admit, by their first ids: a supergroup may stand there by the id that it has now.
    async fn listed_groups(&self) -> Result<BTreeSet<ChatId>, store::Error> {
        let mut groups = BTreeSet::new();
        for chat in self.access.listed().into_iter().filter(|chat| chat.is_group()) {
            groups.insert(self.preferences.migrated_from(chat).await?.unwrap_or(chat));
        }
        Ok(groups)
    }

    /// All groups of which the settings (first) or the store know, by their first ids. Closed ones are there while the
    /// bot remembers them.
    async fn all_groups(&self) -> Result<Vec<(ChatId, Option<Group>)>, store::Error> {
        let (mut groups, mut after) = (Vec::new(), None);
        for chat in self.listed_groups().await? {
            if self.access.people.group(chat).await?.is_none() {
                groups.push((chat, None));
            }
        }
        loop {
            let page = self.access.people.groups(after, MAX_PAGE_LEN).await?;
            let Some((last, _)) = page.last() else { return Ok(groups) };
            after = Some(*last);
            groups.extend(page.into_iter().map(|(chat, group)| (chat, Some(group))));
        }
    }
}
