//! Those who come: strangers who write in private, by an invitation or without, and groups that take the bot in.
//!
//! Whoever comes can be anyone, and many. What is kept of them is bounded (`access::Requests`), and what is said to
//! them goes the strangers' way of `bot`.

use chrono::TimeDelta;

use super::{
    action::Action,
    button::{Button, Press},
    command::Command,
    conversation::{Conversation, ids, store_trouble},
    message::{Asker, Line, Message, Place, Reply, Response, Then, Visitor},
    owner::{Told, order::AgentOrder},
};
use crate::{
    access::{self, AccessRequest, Actor, Asked, ChatIds, Group, GroupState, Ruling, Standing},
    say,
    store::{self, AuditAct},
    value::{ChatId, UserId, clean},
};

/// How long the bot stays in a group to which no owner says yes; and, once it was closed, does not come back by others.
const STAY: TimeDelta = TimeDelta::days(1);

/// The longest name or title that is kept, in characters.
const MAX_NAME_LEN: usize = 64;

/// A group in which the bot was heard of.
#[derive(Clone, derive_more::Debug)]
pub struct Arrival {
    /// Its first id.
    pub chat: ChatId,
    /// The id that it has now.
    pub here: ChatId,
    /// Its title.
    #[debug(skip)]
    pub title: String,
    /// Who brought the bot in just now, with their name; `None` where it was there before, and somebody speaks.
    #[debug(skip)]
    pub by: Option<(UserId, String)>,
}

impl Conversation {
    /// What someone who may not use the bot is told: their id where they ask for it; once in private who the bot is,
    /// with a button that asks for access; and what comes of an invitation. In a group they meet silence.
    pub async fn stranger(&self, message: &Message, visitor: &Visitor) -> Response {
        let user = message.user;
        match (&message.line, Place::of(message.chat)) {
            (Line::ForAnotherBot, _) => Response::default(),
            (Line::Command(Command::Id, _), _) => ids(self.words(message.chat).await, user, message.chat).into(),
            (Line::Command(Command::Privacy, _), _) => {
                let (chat, asked) = (message.chat, self.clock.now());
                self.privacy(&Asker { chat, here: chat, user, asked }).await.into()
            }
            (_, Place::Group) => Response::default(),
            (Line::Command(Command::Start, token), Place::Private)
                if !token.is_empty() && !message.origin.forwarded =>
            {
                let words = self.words(message.chat).await;
                self.come_by(message, token, visitor).await.unwrap_or_else(|error| store_trouble(words, &error).into())
            }
            (line, Place::Private) => {
                let asks_for_it = matches!(line, Line::Command(Command::Start, _));
                if !self.strangers.is_new(user) && !asks_for_it {
                    return Response::default();
                }
                let words = self.words(message.chat).await;
                let label = say!(words, "button-ask-access");
                let ask = Button::press(label, Action::AskForAccess, user);
                let ask = ask.filter(|_| !self.access.owners().is_empty());
                Reply::from(say!(words, "stranger", user = user)).with_row(ask).into()
            }
        }
    }

    /// What someone who may not use the bot reads when they press a button: it may be the one that asks for access.
    pub async fn stranger_pressed(
        &self,
        chat: ChatId,
        user: UserId,
        press: Option<&Press>,
        visitor: &Visitor,
    ) -> Response {
        let words = self.words(chat).await;
        let asks = press.is_some_and(|press| press.action == Action::AskForAccess && press.owner == user);
        let needed = access::Action::AskForAccess;
        let may = self.access.authorise(Actor::of(user), ChatIds::of(chat), needed).await.is_allowed();
        let asks = asks && ChatIds::private(user) == Some(ChatIds::of(chat));
        if !asks || !may || self.access.owners().is_empty() {
            return Response::notice(say!(words, "stranger", user = user));
        }
        let request = AccessRequest {
            here: chat,
            name: clean(&visitor.name, MAX_NAME_LEN),
            username: visitor.username.as_ref().map(|name| clean(name, MAX_NAME_LEN)),
            language: visitor.language.as_ref().map(|code| clean(code, 8)).filter(|code| !code.is_empty()),
            ..self.request(chat)
        };
        match self.access.requests.ask(chat, request).await {
            Ok(Asked::Tell) => {
                Response { then: vec![Then::Ask(chat)], ..Response::notice(say!(words, "button-access-asked")) }
            }
            Ok(Asked::Waits) => Response::notice(say!(words, "button-access-waits")),
            Ok(Asked::Refused) => Response::notice(say!(words, "button-access-refused")),
            Ok(Asked::TooMany) => Response::notice(say!(words, "button-access-later")),
            Err(error) => Response::notice(store_trouble(words, &error)),
        }
    }

    /// Someone comes by an invitation; what is wrong with one that does not let them in is not told.
    async fn come_by(&self, message: &Message, token: &str, visitor: &Visitor) -> Result<Response, store::Error> {
        let (user, chat) = (message.user, message.chat);
        let words = self.words(chat).await;
        let person = self.access.people.person(user).await?;
        let left_at = person.filter(|person| person.standing == Standing::Guest).map(|person| person.since);
        let invite = match AgentOrder::is_person(user) {
            true => self.access.invites.spend(token, user, left_at).await?,
            false => None,
        };
        // Who manages nobody any more lets nobody in.
        let invite = match invite {
            Some(invite) if self.is_manager(invite.by).await => Some(invite),
            Some(_) | None => None,
        };
        let Some(invite) = invite else { return Ok(say!(words, "invite-invalid").into()) };
        let name = clean(&visitor.name, MAX_NAME_LEN);
        // They are told by the answer.
        let Ok(mut then) = self.let_in(user, name.clone(), invite.by, Told::Done).await? else {
            // Blocked, or let in by another way, at this moment.
            return Ok(say!(words, "invite-invalid").into());
        };
        self.note_by(user, AuditAct::InviteUsed, "done", None).await;
        self.names.note(user, &name).await;
        for owner in self.access.owners().into_iter().filter_map(ChatIds::private) {
            let words = self.words(owner.first).await;
            let by = self.names.of(words, invite.by).await;
            let line = say!(words, "invite-used", name = &name, id = user, by = by);
            then.push(Then::Tell(owner.first, Reply { is_quiet: true, ..line.into() }));
        }
        Ok(Response { then, ..say!(words, "access-granted").into() })
    }

    /// The bot was added to a group, or is spoken to in one that is not admitted: the line for the group, and a card
    /// for owners. A group whom an owner brings it into works at once.
    ///
    /// Nothing of it is said twice: the group's row tells whether owners were asked.
    pub async fn group_came(&self, arrival: &Arrival) -> Response {
        self.group_state(arrival).await.unwrap_or_else(|error| {
            tracing::error!(%error, chat = %arrival.here, "a group that took the bot in cannot be kept");
            Response::default()
        })
    }

    async fn group_state(&self, arrival: &Arrival) -> Result<Response, store::Error> {
        let Arrival { chat, here, title, by } = arrival;
        let (chat, here, title) = (*chat, *here, clean(title, MAX_NAME_LEN));
        let words = self.words(chat).await;
        let now = self.clock.now();
        let group = self.access.people.group(chat).await?;
        if let Some((owner, _)) = by
            && self.is_owner(*owner).await
        {
            let is_listed = [chat, here].iter().any(|id| self.access.listed().contains(id));
            let works = group.as_ref().map_or(is_listed, |group| group.state == GroupState::Active);
            if !works {
                let works_not = |before| before != Some(GroupState::Active);
                let active = (GroupState::Active, Told::Done);
                self.keep_group(chat, works_not, active, title, Some(*owner)).await?;
            }
            let then = match self.access.requests.answer(chat, Ruling::Approve, *owner).await? {
                Some((request, true)) => self.replaced_cards(chat, &request).await,
                _ => Vec::new(),
            };
            return Ok(Response { then, ..say!(words, "group-active").into() });
        }
        let leave = Response { then: vec![Then::Leave(here)], ..Response::default() };
        match group.map(|group| (group.state, now - group.since)) {
            Some((GroupState::Closed, since)) if by.is_some() && since < STAY => return Ok(leave),
            // It should have left, and will.
            Some((GroupState::Closed, since)) if by.is_none() => {
                return Ok(if since < TimeDelta::hours(1) { Response::default() } else { leave });
            }
            Some((GroupState::Asked | GroupState::Active, _)) => return Ok(Response::default()),
            Some((GroupState::Closed, _)) | None => {}
        }
        let (by, name) = by.clone().unzip();
        let request = AccessRequest { here, name: title.clone(), username: name, by, ..self.request(chat) };
        let asked = self.access.requests.ask(chat, request).await?;
        if matches!(asked, Asked::TooMany | Asked::Refused) {
            return Ok(leave);
        }
        // An owner who brings it in at this moment goes before.
        let is_new = |before| matches!(before, None | Some(GroupState::Closed));
        if !self.keep_group(chat, is_new, (GroupState::Asked, Told::Done), title, by).await? {
            return Ok(Response::default());
        }
        let then = if asked == Asked::Tell { vec![Then::Ask(chat)] } else { Vec::new() };
        Ok(Response { then, ..say!(words, "group-asked").into() })
    }

    /// The bot is in a group no more: what is known of it is forgotten, unless an owner has closed it.
    pub async fn group_left(&self, chat: ChatId) {
        let left = async {
            let group = self.access.people.group(chat).await?;
            if group.is_some_and(|group| group.state != GroupState::Closed) {
                self.access.people.forget_group(chat).await?;
            }
            // Of one that was answered another owner's card tells who did.
            match self.access.requests.of(chat).await? {
                Some(request) if request.answer.is_none() => self.access.requests.remove(chat).await,
                _ => Ok(false),
            }
        };
        if let Err(error) = left.await {
            tracing::error!(%error, %chat, "a group that the bot has left cannot be forgotten");
        }
    }

    /// A group is known to be the supergroup `new` by now, and to be kept as `first`. Where it was taken for another
    /// before, owners have nothing to answer any more.
    pub async fn group_moved(&self, first: ChatId, new: ChatId) -> Vec<Then> {
        self.take_back(first, new).await.unwrap_or_else(|error| {
            tracing::error!(%error, chat = %new, "a supergroup that was taken for another group cannot be forgotten");
            Vec::new()
        })
    }

    async fn take_back(&self, first: ChatId, new: ChatId) -> Result<Vec<Then>, store::Error> {
        if first == new {
            return Ok(Vec::new());
        }
        if let Some(group) = self.access.people.group(new).await? {
            // An owner said yes meanwhile.
            if group.state == GroupState::Active {
                // An owner who closed it under its first id has the last word.
                let judge = |before: Option<&Group>| {
                    before.is_none_or(|before| before.state == GroupState::Asked).then(|| group.clone())
                };
                self.access.people.change_group(first, judge).await?;
            }
            self.access.people.forget_group(new).await?;
        }
        let Some(request) = self.access.requests.of(new).await?.filter(|request| request.answer.is_none()) else {
            return Ok(Vec::new());
        };
        self.access.requests.remove(new).await?;
        let mut then = Vec::new();
        for (owner, card) in request.cards {
            let text = say!(self.words(owner).await, "card-moved", title = &request.name);
            then.push(Then::Replace(owner, card, text.into()));
        }
        Ok(then)
    }

    /// Whether a group waits for longer than the bot stays.
    pub async fn is_overdue(&self, chat: ChatId) -> bool {
        let request = self.access.requests.of(chat).await.ok().flatten();
        request.is_some_and(|request| request.answer.is_none() && self.clock.now() - request.since >= STAY)
    }

    /// What is due of those who wait: the groups that the bot is to leave by now, since no owner has said yes for a
    /// day, and the cards that owners have not got yet.
    pub async fn due_of_requests(&self) -> Vec<Then> {
        let due = async {
            let mut due = self.overdue_groups().await?;
            due.extend(self.access.requests.tell().await?.into_iter().map(Then::Ask));
            Ok::<_, store::Error>(due)
        };
        due.await.unwrap_or_else(|error| {
            tracing::error!(%error, "those who wait cannot be read");
            Vec::new()
        })
    }

    async fn overdue_groups(&self) -> Result<Vec<Then>, store::Error> {
        let (mut then, now) = (Vec::new(), self.clock.now());
        for (chat, request) in self.access.requests.groups().await? {
            if now - request.since < STAY {
                continue;
            }
            let first = self.preferences.migrated_from(request.here).await?.unwrap_or(chat);
            if first != chat {
                then.extend(self.take_back(first, chat).await?);
                continue;
            }
            let ids = ChatIds { first: chat, current: request.here };
            let admitted = self.access.authorise(Actor::AnonymousAdmin, ids, access::Action::Read).await.is_allowed();
            let waits = |before| before != Some(GroupState::Active);
            let closed = (GroupState::Closed, Told::Done);
            if !admitted && self.keep_group(chat, waits, closed, request.name.clone(), None).await? {
                then.push(Then::Leave(request.here));
            }
            self.access.requests.remove(chat).await?;
        }
        Ok(then)
    }

    fn request(&self, chat: ChatId) -> AccessRequest {
        AccessRequest {
            here: chat,
            name: String::new(),
            username: None,
            language: None,
            by: None,
            since: self.clock.now(),
            told: None,
            cards: Vec::new(),
            answer: None,
        }
    }
}
