//! The cards that owners get for each who asks to be let in, and what their answers lead to.

use super::agents::chat_of;
use crate::{
    access::{AccessRequest, GroupState, Ruling, Standing},
    chat::{
        button::{Action, Button},
        conversation::Conversation,
        message::{Asker, Managed, Reply, Then},
    },
    locale::{Html, Words},
    say,
    store::{self, AuditAct},
    value::{ChatId, MessageId, UserId},
};

impl Conversation {
    /// The card of a request for one owner; `None` where nobody asks any more.
    pub async fn card(&self, owner: UserId, chat: ChatId) -> Option<Reply> {
        let request = self.access.requests.of(chat).await;
        let request = request.inspect_err(|error| tracing::error!(%error, "a request cannot be read")).ok()??;
        Some(self.card_of(owner, chat, &request).await)
    }

    /// Notes where owners' cards stand. Gives what is to be put in their place, where somebody has answered meanwhile.
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
            return Reply::new(Html::lines(lines), vec![card_buttons(words, owner, chat)]);
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
    pub(super) async fn answer_request(
        &self,
        words: Words<'_>,
        asker: &Asker,
        chat: ChatId,
        ruling: Ruling,
    ) -> Result<Managed, store::Error> {
        let Some((request, _)) = self.access.requests.answer(chat, ruling, asker.user).await? else {
            return Ok(Managed::notice(&say!(words, "button-answered")));
        };
        if let Some((before, by)) = request.answer
            && (before, by) != (ruling, asker.user)
        {
            return Ok(Managed::notice(&self.ruled(words, chat, before, by).await));
        }
        let reply = Some(self.card_of(asker.user, chat, &request).await);
        let mut then = self.replaced_cards(chat, &request).await;
        match u64::try_from(chat.0).map(UserId) {
            Ok(user) => then.extend(self.answered_person(asker, user, &request, ruling).await?),
            Err(_) => then.extend(self.answered_group(asker, chat, &request, ruling).await?),
        }
        Ok(Managed { reply, notice: None, then })
    }

    async fn answered_person(
        &self,
        asker: &Asker,
        user: UserId,
        request: &AccessRequest,
        ruling: Ruling,
    ) -> Result<Vec<Then>, store::Error> {
        let standing = self.access.people.person(user).await?.map(|person| person.standing);
        let told = self.words(chat_of(user)).await;
        let tell = |text: Html| vec![Then::Tell(chat_of(user), text.into())];
        Ok(match (ruling, standing) {
            // Done before the bot last ended, or by another way.
            (Ruling::Approve, Some(Standing::Agent | Standing::Admin)) | (Ruling::Block, Some(Standing::Blocked)) => {
                Vec::new()
            }
            (Ruling::Approve, _) => {
                self.keep_standing(user, request.name.clone(), Standing::Agent, asker.user, (AuditAct::Grant, "done"))
                    .await?;
                tell(say!(told, "access-granted"))
            }
            (Ruling::Block, Some(Standing::Admin)) => Vec::new(),
            (Ruling::Block, _) => {
                self.keep_standing(
                    user,
                    request.name.clone(),
                    Standing::Blocked,
                    asker.user,
                    (AuditAct::Block, "done"),
                )
                .await?;
                vec![Then::Revoke(user)]
            }
            (Ruling::Refuse, _) => {
                self.note_by(asker.user, AuditAct::Refuse, "done", Some(chat_of(user))).await;
                tell(say!(told, "access-refused"))
            }
        })
    }

    async fn answered_group(
        &self,
        asker: &Asker,
        chat: ChatId,
        request: &AccessRequest,
        ruling: Ruling,
    ) -> Result<Vec<Then>, store::Error> {
        let before = self.access.people.group(chat).await?.map(|group| group.state);
        let state = if ruling == Ruling::Approve { GroupState::Active } else { GroupState::Closed };
        if before == Some(state) {
            return Ok(Vec::new());
        }
        self.keep_group(chat, state, request.name.clone(), Some(asker.user)).await?;
        Ok(match ruling {
            Ruling::Approve => {
                let told = say!(self.words(chat).await, "group-active");
                vec![Then::Tell(request.here, told.into())]
            }
            Ruling::Refuse | Ruling::Block => vec![Then::RevokeGroup(chat), Then::Leave(request.here)],
        })
    }
}

fn card_buttons(words: Words<'_>, owner: UserId, chat: ChatId) -> Vec<Button> {
    let press = |label: Html, ruling| Button::press(label.plain(), Action::Answer(ruling, chat), owner);
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
