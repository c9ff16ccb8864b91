//! How somebody is made an agent: by id, from Telegram's list, by a contact or a forwarded message, by a card or an
//! invitation.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    agents::{Told, chat_of},
    ask_whether,
    order::{AgentOrder, Named, Step},
};
use crate::{
    access::{Ruling, Standing},
    chat::{
        action::Action,
        conversation::Conversation,
        message::{Asker, Line, Message, Picker, Place, Reply, Response, Then},
    },
    locale::{Html, Words},
    say,
    store::{self, AuditAct, Row, RowKind},
    value::{UserId, clean},
};

/// How long the bot waits for the person whom somebody is about to name.
const NAMED_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// What somebody is asked who adds an agent.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
enum Adding {
    /// Who it is to be: the next message may name them.
    Whom,
    /// Whether it is to be this one.
    Offered(Named),
}

impl Conversation {
    /// Asks whom to make an agent; the next message may name them.
    pub(super) async fn ask_whom(&self, words: Words<'_>, asker: &Asker) -> Result<Response, store::Error> {
        self.keep_adding(asker, &Adding::Whom).await?;
        let picker = Some(Picker::Show(say!(words, "button-pick").plain()));
        Ok(Reply { picker, ..say!(words, "agent-pick").into() }.into())
    }

    /// Asks whether somebody whom a message names is to be an agent.
    pub(super) async fn offer(&self, words: Words<'_>, asker: &Asker, who: &Named) -> Result<Response, store::Error> {
        self.keep_adding(asker, &Adding::Offered(who.clone())).await?;
        let name = if who.name.is_empty() { who.user.to_string() } else { clean(&who.name, 40) };
        let question = say!(words, "agent-ask-add", name = name, id = who.user);
        let add = Action::Agent(Step::Add, who.user, 0);
        Ok(ask_whether(words, asker, question, add, Action::Agents(0)).into())
    }

    /// Where the writer was asked whom to make an agent, and this message names somebody: that. Any command that they
    /// type instead ends it.
    pub(in crate::chat) async fn names_new_agent(&self, message: &Message) -> Option<AgentOrder> {
        let origin = &message.origin;
        let is_command = matches!(message.line, Line::Command(..) | Line::UnknownCommand { .. }) && !origin.forwarded;
        let may_name = is_command || origin.forwarded || !origin.people.is_empty();
        if Place::of(message.chat) != Place::Private || !may_name || origin.picked {
            return None;
        }
        let adding = self.adding(message.user).await;
        let adding = adding.inspect_err(|error| tracing::error!(%error, "it cannot be read who is about to be named"));
        if adding.ok()?? != Adding::Whom {
            return None;
        }
        if is_command {
            let ended = self.rows.remove(RowKind::AddingAgent, &message.user.to_string()).await;
            let _ = ended.inspect_err(|error| tracing::error!(%error, "the next one named would be made an agent"));
            return None;
        }
        Some(origin.people.first().map_or(AgentOrder::Hidden, |who| AgentOrder::Offer { who: who.clone() }))
    }

    async fn adding(&self, by: UserId) -> Result<Option<Adding>, store::Error> {
        self.rows.get_json(RowKind::AddingAgent, &by.to_string(), self.clock.now()).await
    }

    async fn keep_adding(&self, asker: &Asker, adding: &Adding) -> Result<(), store::Error> {
        let expires = Some(self.clock.now() + NAMED_WITHIN);
        self.rows.put(Row::json(RowKind::AddingAgent, asker.user.to_string(), adding, expires)).await
    }

    /// Makes an agent of whom a message named, by the name that it had.
    pub(in crate::chat) async fn add_offered(
        &self,
        words: Words<'_>,
        asker: &Asker,
        user: UserId,
    ) -> Result<Response, store::Error> {
        let who = match self.adding(asker.user).await? {
            Some(Adding::Offered(who)) if who.user == user => who,
            _ => Named { user, name: String::new() },
        };
        let Response { reply, notice, then } = self.add_agents(words, asker, &[who]).await?;
        // What stands in place of a message brings no keyboard, and takes none away.
        Ok(Response { reply: reply.map(|reply| Reply { picker: None, ..reply }), notice, then })
    }

    pub(super) async fn add_agents(
        &self,
        words: Words<'_>,
        asker: &Asker,
        who: &[Named],
    ) -> Result<Response, store::Error> {
        let (mut lines, mut then) = (Vec::new(), Vec::new());
        for named in who {
            let user = named.user;
            let waits = self.access.requests.of(chat_of(user)).await?.filter(|request| request.answer.is_none());
            let name = [Some(named.name.clone()), waits.map(|request| request.name), self.names.known(user).await];
            let name = name.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or_default();
            let name = clean(&name, 40);
            let shown = if name.is_empty() { user.to_string() } else { name.clone() };
            if !AgentOrder::is_person(user) {
                lines.push(say!(words, "agent-bad-id"));
                continue;
            }
            if self.is_owner(user).await {
                lines.push(say!(words, "agent-already", name = shown));
                continue;
            }
            let let_in = self.let_in(user, name, asker.user, Told::Later).await?;
            // Also where it was kept before the bot last ended.
            then.push(Then::Welcome { chat: chat_of(user), here: chat_of(user) });
            lines.push(match let_in {
                Ok(cards) => {
                    then.extend(cards);
                    say!(words, "agent-added", name = shown, id = user)
                }
                Err(Standing::Blocked) => say!(words, "agent-is-blocked", name = shown, id = user),
                Err(_) => say!(words, "agent-already", name = shown),
            });
        }
        self.rows.remove(RowKind::AddingAgent, &asker.user.to_string()).await?;
        let reply = Reply { picker: Some(Picker::Hide), ..Html::lines(lines).into() };
        Ok(Response { reply: Some(reply), notice: None, then })
    }

    /// Makes someone an agent who has no role and is not blocked; if they asked for it, owners' cards say so. Gives
    /// their role where they have one.
    pub(in crate::chat) async fn let_in(
        &self,
        user: UserId,
        name: String,
        by: UserId,
        told: Told,
    ) -> Result<Result<Vec<Then>, Standing>, store::Error> {
        let has_none = |standing: Option<Standing>| matches!(standing, None | Some(Standing::Guest));
        let (agent, done) = ((Standing::Agent, told), (AuditAct::Grant, "done"));
        let before = self.keep_standing((user, name), has_none, agent, by, done).await?;
        if let Err(Some(before)) = before.map_err(|person| person.map(|person| person.standing)) {
            return Ok(Err(before));
        }
        Ok(Ok(match self.access.requests.answer(chat_of(user), Ruling::Approve, by).await? {
            Some((request, true)) => self.replaced_cards(chat_of(user), &request).await,
            _ => Vec::new(),
        }))
    }
}
