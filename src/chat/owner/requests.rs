//! The cards that owners get for each who asks to be let in, and what their answers lead to.

use super::agents::{Told, chat_of};
use crate::{
    access::{AccessRequest, GroupState, Person, Ruling, Standing},
    chat::{
        action::Action,
        button::Button,
        conversation::Conversation,
        message::{Asker, Reply, Response, Then},
    },
    locale::{Html, Words},
    say,
    store::{self, AuditAct},
    value::{ChatId, MessageId, UserId},
};

/// How many of those who wait stand in the list of agents.
const MAX_LISTED: usize = 5;

impl Conversation {
    /// The card of a request for one owner; `None` where nobody asks any more.
    pub(super) async fn card(&self, owner: UserId, chat: ChatId) -> Option<Reply> {
        let request = self.access.requests.of(chat).await;
        let request = request.inspect_err(|error| tracing::error!(%error, "a request cannot be read")).ok()??;
        Some(self.card_of(owner, chat, &request).await)
    }

    /// Notes where owners' cards stand, if any could be sent. Gives what is to be put in their place, where somebody
    /// has answered meanwhile.
    pub async fn note_cards(&self, chat: ChatId, cards: &[(ChatId, MessageId)]) -> Vec<Then> {
        match self.access.requests.add_cards(chat, cards).await {
            Ok(Some(request)) if request.answer.is_some() => self.replaced_cards(chat, &request).await,
            Ok(_) => Vec::new(),
            Err(error) => {
                tracing::error!(%error, "it cannot be kept where owners' cards stand");
                Vec::new()
            }
        }
    }

    /// Those who wait, for the list of agents: a line each, and buttons that answer.
    pub(super) async fn who_waits(
        &self,
        words: Words<'_>,
        asker: &Asker,
    ) -> Result<(Vec<Html>, Vec<Vec<Button>>), store::Error> {
        let waiting = self.access.requests.people().await?;
        let (mut lines, mut buttons) = (Vec::new(), Vec::new());
        if !waiting.is_empty() {
            lines.push(say!(words, "requests-heading", count = waiting.len()));
        }
        for (number, (chat, request)) in (1_usize..).zip(waiting.iter().take(MAX_LISTED)) {
            lines.push(say!(words, "requests-entry", number = number, name = &request.name, id = *chat));
            buttons.push(card_buttons(words, asker.user, *chat, |label| format!("{number}. {label}")));
        }
        if waiting.len() > MAX_LISTED {
            lines.push(say!(words, "requests-more", count = waiting.len() - MAX_LISTED));
        }
        Ok((lines, buttons))
    }

    /// Every owner's card of a request, as it is by now.
    pub(in crate::chat) async fn replaced_cards(&self, chat: ChatId, request: &AccessRequest) -> Vec<Then> {
        let mut replaced = Vec::new();
        for (owner, message) in &request.cards {
            let Some(user) = u64::try_from(owner.0).ok().map(UserId) else { continue };
            replaced.push(Then::Replace(*owner, *message, self.card_of(user, chat, request).await));
        }
        replaced
    }

    async fn card_of(&self, owner: UserId, chat: ChatId, request: &AccessRequest) -> Reply {
        let words = self.words(chat_of(owner)).await;
        let mut lines = Vec::new();
        if chat.is_group() {
            lines.push(say!(words, "card-group", title = &request.name));
            lines.push(say!(words, "card-id", id = request.here));
            if let Some(by) = request.by {
                let name = request.username.clone().unwrap_or_else(|| by.to_string());
                lines.push(say!(words, "card-group-by", name = name, id = by));
            }
        } else {
            lines.push(say!(words, "card-person", name = &request.name));
            lines.extend(request.username.as_ref().map(|name| say!(words, "card-username", username = name)));
            lines.push(say!(words, "card-id", id = chat));
            lines.extend(request.language.as_ref().map(|code| say!(words, "card-language", language = code)));
        }
        let Some((ruling, by)) = request.answer else {
            if chat.is_group() {
                lines.push(say!(words, "card-group-how"));
            }
            return Reply::from(Html::lines(lines)).with_row(card_buttons(words, owner, chat, str::to_owned));
        };
        lines.push(self.ruled(words, chat, ruling, by).await);
        Html::lines(lines).into()
    }

    /// Who gave which answer.
    async fn ruled(&self, words: Words<'_>, chat: ChatId, ruling: Ruling, by: UserId) -> Html {
        let name = self.names.of(words, by).await;
        match (ruling, chat.is_group()) {
            (Ruling::Approve, false) => say!(words, "card-approved", name = name),
            (Ruling::Refuse, false) => say!(words, "card-refused", name = name),
            (Ruling::Block, _) => say!(words, "card-blocked", name = name),
            (Ruling::Approve, true) => say!(words, "card-activated", name = name),
            (Ruling::Refuse, true) => say!(words, "card-left", name = name),
        }
    }

    /// An owner's answer to a request. The first stands: a later one reads who gave it.
    pub(in crate::chat) async fn answer_request(
        &self,
        words: Words<'_>,
        asker: &Asker,
        chat: ChatId,
        ruling: Ruling,
    ) -> Result<Response, store::Error> {
        let Some((request, _)) = self.access.requests.answer(chat, ruling, asker.user).await? else {
            return Ok(Response::notice(say!(words, "button-answered")));
        };
        if let Some((before, by)) = request.answer
            && (before, by) != (ruling, asker.user)
        {
            return Ok(Response::notice(self.ruled(words, chat, before, by).await));
        }
        let (request, after) = match u64::try_from(chat.0).map(UserId) {
            Ok(user) => self.answered_person(asker, user, request, ruling).await?,
            Err(_) => {
                let then = self.answered_group(asker, chat, &request, ruling).await?;
                (request, then)
            }
        };
        let reply = Some(self.card_of(asker.user, chat, &request).await);
        let mut then = self.replaced_cards(chat, &request).await;
        then.extend(after);
        Ok(Response { reply, notice: None, then })
    }

    /// Gives the request as its cards are to show it: whom somebody has blocked is not let in by a card.
    async fn answered_person(
        &self,
        asker: &Asker,
        user: UserId,
        request: AccessRequest,
        ruling: Ruling,
    ) -> Result<(AccessRequest, Vec<Then>), store::Error> {
        let told = self.words(chat_of(user)).await;
        let tell = |text: Html| vec![Then::Tell(chat_of(user), text.into())];
        let named = (user, request.name.clone());
        let then = match ruling {
            Ruling::Approve => {
                let has_none = |standing: Option<Standing>| matches!(standing, None | Some(Standing::Guest));
                let done = (AuditAct::Grant, "done");
                if let Err(Some(Person { standing: Standing::Blocked, by, .. })) =
                    self.keep_standing(named, has_none, (Standing::Agent, Told::Later), asker.user, done).await?
                {
                    self.access.requests.remove(chat_of(user)).await?;
                    let answer = Some((Ruling::Block, by.unwrap_or(asker.user)));
                    return Ok((AccessRequest { answer, ..request }, Vec::new()));
                }
                vec![Then::Welcome { chat: chat_of(user), here: chat_of(user) }]
            }
            Ruling::Block => {
                let may_be = |standing| !matches!(standing, Some(Standing::Blocked | Standing::Admin));
                let done = (AuditAct::Block, "done");
                let blocked = (Standing::Blocked, Told::Done);
                match self.keep_standing(named, may_be, blocked, asker.user, done).await? {
                    Err(Some(Person { standing: Standing::Admin, .. })) => Vec::new(),
                    // Also where it was done before the bot last ended.
                    _ => vec![Then::Revoke(user)],
                }
            }
            Ruling::Refuse => {
                self.note_by(asker.user, AuditAct::Refuse, "done", Some(chat_of(user))).await;
                tell(say!(told, "access-refused"))
            }
        };
        Ok((request, then))
    }

    /// What somebody who was let in is told, or a group; `None` where they were told.
    pub async fn welcome(&self, chat: ChatId) -> Option<Reply> {
        let untold = self.access.people.is_untold(chat).await;
        let untold = untold.inspect_err(|error| tracing::error!(%error, "who was let in may be told twice"));
        let words = self.words(chat).await;
        let welcome = match chat.is_group() {
            true => say!(words, "group-active"),
            false => say!(words, "access-granted"),
        };
        untold.unwrap_or(true).then(|| welcome.into())
    }

    /// Notes that somebody who was let in, or a group, was told so.
    pub async fn note_welcomed(&self, chat: ChatId) {
        if let Err(error) = self.access.people.note_told(chat).await {
            tracing::error!(%error, "who was let in may be told twice");
        }
    }

    async fn answered_group(
        &self,
        asker: &Asker,
        chat: ChatId,
        request: &AccessRequest,
        ruling: Ruling,
    ) -> Result<Vec<Then>, store::Error> {
        let state = if ruling == Ruling::Approve { GroupState::Active } else { GroupState::Closed };
        let is_other = |before| before != Some(state);
        let told = if ruling == Ruling::Approve { Told::Later } else { Told::Done };
        self.keep_group(chat, is_other, (state, told), request.name.clone(), Some(asker.user)).await?;
        // Also where it was kept before the bot last ended.
        Ok(match ruling {
            Ruling::Approve => vec![Then::Welcome { chat, here: request.here }],
            Ruling::Refuse | Ruling::Block => vec![Then::RevokeGroup(chat), Then::Leave(request.here)],
        })
    }
}

/// The answers to a request; `label` changes what they read.
pub(super) fn card_buttons(
    words: Words<'_>,
    owner: UserId,
    chat: ChatId,
    label: impl Fn(&str) -> String,
) -> Vec<Button> {
    let press = |text: Html, ruling| Button::press(label(&text.plain()), Action::Answer(ruling, chat), owner);
    let buttons = if chat.is_group() {
        [
            press(say!(words, "button-activate"), Ruling::Approve),
            press(say!(words, "button-leave"), Ruling::Refuse),
            None,
        ]
    } else {
        [
            press(say!(words, "button-approve"), Ruling::Approve),
            press(say!(words, "button-refuse"), Ruling::Refuse),
            press(say!(words, "button-block"), Ruling::Block),
        ]
    };
    buttons.into_iter().flatten().collect()
}
