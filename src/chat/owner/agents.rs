//! `/agen`: who may use the bot in private: by pages, by a search, added, paused, removed, blocked, made an admin.

use chrono::TimeDelta;

use super::order::{AgentOrder, Named, Step};
use crate::{
    access::{Action as Needed, Pause, Person, Ruling, Standing},
    chat::{
        button::{Action, Button},
        conversation::Conversation,
        message::{Asker, Managed, Message, Picker, Place, Reply, Then},
    },
    locale::{Html, Words, date},
    say,
    store::{self, AuditAct, AuditEntry, MAX_PAGE_LEN, Row, RowKind},
    value::{ChatId, UserId},
};

/// How many people one page has.
const PAGE_LEN: usize = 8;

/// How long the bot waits for the person whom somebody is about to name.
const NAMED_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// Someone of the list.
struct Listed {
    user: UserId,
    /// What the store knows; `None` for one whom the settings admit.
    person: Option<Person>,
}

impl Listed {
    /// Their role: whom the settings admit is an agent.
    fn standing(&self) -> Standing {
        self.person.as_ref().map_or(Standing::Agent, |person| person.standing)
    }
}

impl Conversation {
    pub(super) async fn agents(
        &self,
        words: Words<'_>,
        asker: &Asker,
        order: &AgentOrder,
    ) -> Result<Managed, store::Error> {
        Ok(match order {
            AgentOrder::List => Managed::says(self.agent_list(words, asker, 0).await?),
            AgentOrder::Find { word } => Managed::says(self.find_agents(words, asker, word).await?),
            AgentOrder::Add { who } => self.add_agents(words, asker, who).await?,
            AgentOrder::AskWhom => {
                let expires = Some(self.clock.now() + NAMED_WITHIN);
                let row =
                    Row { kind: RowKind::AddingAgent, key: asker.user.to_string(), value: "1".to_owned(), expires };
                self.rows.put(row).await?;
                let picker = Some(Picker::Show(say!(words, "button-pick").plain()));
                Managed::says(Reply { picker, ..say!(words, "agent-pick").into() })
            }
            AgentOrder::Hidden => Managed::says(say!(words, "agent-hidden")),
            AgentOrder::BadId => Managed::says(say!(words, "agent-bad-id")),
        })
    }

    /// Where the writer was asked whom to make an agent, and this message names somebody: that.
    pub(in crate::chat) async fn names_new_agent(&self, message: &Message) -> Option<AgentOrder> {
        let origin = &message.origin;
        let may_name = Place::of(message.chat) == Place::Private && (origin.forwarded || !origin.people.is_empty());
        if !may_name || origin.picked {
            return None;
        }
        let asked = self.rows.get(RowKind::AddingAgent, &message.user.to_string(), self.clock.now()).await;
        asked.inspect_err(|error| tracing::error!(%error, "it cannot be read who is about to be named")).ok()??;
        Some(match origin.people.as_slice() {
            [] => AgentOrder::Hidden,
            people => AgentOrder::Add { who: people.to_vec() },
        })
    }

    async fn add_agents(&self, words: Words<'_>, asker: &Asker, who: &[Named]) -> Result<Managed, store::Error> {
        let (mut lines, mut then) = (Vec::new(), Vec::new());
        for named in who {
            let user = named.user;
            let before = self.access.people.person(user).await?;
            let waits = self.access.requests.of(chat_of(user)).await?.filter(|request| request.answer.is_none());
            let name = [Some(named.name.clone()), waits.map(|request| request.name), self.names.known(user).await];
            let name = name.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or_default();
            let name = crate::value::clean(&name, 40);
            let shown = if name.is_empty() { user.to_string() } else { name.clone() };
            let standing = before.as_ref().map(|person| person.standing);
            lines.push(match standing {
                _ if !AgentOrder::is_person(user) => say!(words, "agent-bad-id"),
                _ if self.is_owner(user).await => say!(words, "agent-already", name = shown),
                Some(Standing::Admin | Standing::Agent) => say!(words, "agent-already", name = shown),
                Some(Standing::Blocked) => say!(words, "agent-is-blocked", name = shown, id = user),
                Some(Standing::Guest) | None => {
                    then.extend(self.let_in(user, name, asker.user).await?);
                    say!(words, "agent-added", name = shown, id = user)
                }
            });
        }
        self.rows.remove(RowKind::AddingAgent, &asker.user.to_string()).await?;
        let reply = Reply { picker: Some(Picker::Hide), ..Html::lines(lines).into() };
        Ok(Managed { reply: Some(reply), notice: None, then })
    }

    /// Makes someone an agent: they are told, and if they asked for it, owners' cards say so.
    pub(in crate::chat) async fn let_in(
        &self,
        user: UserId,
        name: String,
        by: UserId,
    ) -> Result<Vec<Then>, store::Error> {
        self.keep_standing(user, name, Standing::Agent, by, (AuditAct::Grant, "done")).await?;
        let mut then = match self.access.requests.answer(chat_of(user), Ruling::Approve, by).await? {
            Some((request, true)) => self.replaced_cards(chat_of(user), &request).await,
            _ => Vec::new(),
        };
        let told = say!(self.words(chat_of(user)).await, "access-granted");
        then.push(Then::Tell(chat_of(user), told.into()));
        Ok(then)
    }

    /// Keeps a person's role from now on, and notes what was done.
    pub(super) async fn keep_standing(
        &self,
        user: UserId,
        name: String,
        standing: Standing,
        by: UserId,
        (act, outcome): (AuditAct, &'static str),
    ) -> Result<(), store::Error> {
        let person = Person { standing, name, since: self.clock.now(), by: Some(by) };
        self.access.people.keep_person(user, &person).await?;
        self.note_by(by, act, outcome, Some(chat_of(user))).await;
        Ok(())
    }

    /// Notes what someone who manages people or groups did, and to whom.
    pub(in crate::chat) async fn note_by(&self, by: UserId, act: AuditAct, outcome: &'static str, on: Option<ChatId>) {
        let entry = AuditEntry::by(by, chat_of(by), act, outcome, self.clock.now());
        self.audit.note(AuditEntry { on, ..entry }).await;
    }

    /// A page of all agents, admins and blocked people.
    pub(super) async fn agent_list(&self, words: Words<'_>, asker: &Asker, page: usize) -> Result<Reply, store::Error> {
        let mut people = self.everyone().await?;
        people.retain(|listed| listed.standing() != Standing::Guest);
        let count = people.len();
        let page = page.min(count.saturating_sub(1) / PAGE_LEN);
        let Some(shown) = people.chunks(PAGE_LEN).nth(page) else { return Ok(say!(words, "agents-none").into()) };
        let mut reply =
            self.agent_lines(words, asker, say!(words, "agents-heading", count = count), shown, page).await?;
        let turn = |label: Html, page| Button::press(label.plain(), Action::Agents(page), asker.user);
        let before = page.checked_sub(1).and_then(|page| turn(say!(words, "button-previous"), page));
        let next = ((page + 1) * PAGE_LEN < count).then(|| turn(say!(words, "button-next"), page + 1)).flatten();
        reply.buttons.push(before.into_iter().chain(next).collect());
        reply.text = Html::lines([reply.text, say!(words, "agents-how")]);
        Ok(reply)
    }

    async fn find_agents(&self, words: Words<'_>, asker: &Asker, word: &str) -> Result<Reply, store::Error> {
        let (mut found, mut count, small) = (Vec::new(), 0, word.to_lowercase());
        for listed in self.everyone().await? {
            let fits = listed.user.to_string() == small || self.called(&listed).await.to_lowercase().contains(&small);
            count += usize::from(fits);
            if fits && found.len() < PAGE_LEN {
                found.push(listed);
            }
        }
        if found.is_empty() {
            return Ok(say!(words, "agents-not-found", word = word).into());
        }
        let heading = say!(words, "agents-found", word = word, count = count);
        let mut reply = self.agent_lines(words, asker, heading, &found, 0).await?;
        if count > found.len() {
            reply.text = Html::lines([reply.text, say!(words, "agents-more", count = count - found.len())]);
        }
        Ok(reply)
    }

    async fn agent_lines(
        &self,
        words: Words<'_>,
        asker: &Asker,
        heading: Html,
        shown: &[Listed],
        page: usize,
    ) -> Result<Reply, store::Error> {
        let (mut lines, mut buttons) = (vec![heading], Vec::new());
        for listed in shown {
            let name = self.called(listed).await;
            let role = self.role(words, listed).await?;
            lines.push(say!(words, "agent-entry", name = &name, id = listed.user, role = role));
            let open = Action::Agent(Step::View, listed.user, page);
            buttons.extend(Button::press(name, open, asker.user).map(|button| vec![button]));
        }
        Ok(Reply::new(Html::lines(lines), buttons))
    }

    /// Does what a button under a person's card asks for, and shows the card as it is then.
    pub(super) async fn agent_step(
        &self,
        words: Words<'_>,
        asker: &Asker,
        step: Step,
        user: UserId,
        page: usize,
    ) -> Result<Managed, store::Error> {
        let Some(listed) = self.listed(user).await? else {
            return Ok(Managed::notice(&say!(words, "button-stale")));
        };
        let (standing, name) = (listed.standing(), self.called(&listed).await);
        if self.is_owner(user).await {
            return Ok(Managed::notice(&say!(words, "button-agent-is-owner")));
        }
        if step != Step::View && !self.may(asker, standing.needs()).await {
            return Ok(Managed::notice(&say!(words, "button-agent-of-owners")));
        }
        if matches!(step, Step::Remove | Step::Block | Step::Demote) {
            // Who manages nobody any more lets nobody in.
            self.access.invites.revoke_all_of(user).await?;
        }
        let mut then = Vec::new();
        let told = self.words(chat_of(user)).await;
        let tell = |text: Html| Then::Tell(chat_of(user), text.into());
        let question = match step {
            Step::AskPause => Some((say!(words, "agent-ask-pause", name = &name), Step::Pause)),
            Step::AskRemove => Some((say!(words, "agent-ask-remove", name = &name), Step::Remove)),
            Step::AskBlock => Some((say!(words, "agent-ask-block", name = &name), Step::Block)),
            Step::AskDemote => Some((say!(words, "agent-ask-demote", name = &name), Step::Demote)),
            _ => None,
        };
        if let Some((question, sure)) = question {
            return Ok(Managed::says(asked(words, asker, question, (sure, user, page))));
        }
        let set = async |standing, act, outcome| {
            self.keep_standing(user, name.clone(), standing, asker.user, (act, outcome)).await
        };
        match step {
            Step::Pause => {
                if self.access.people.pause(user).await?.is_none() {
                    then.push(tell(say!(told, "told-paused")));
                }
                self.access.people.set_pause(user, Some(Pause { until: None, by_guard: false })).await?;
                self.note_by(asker.user, AuditAct::Pause, "done", Some(chat_of(user))).await;
            }
            Step::Resume => {
                if self.access.people.pause(user).await?.is_some() {
                    then.push(tell(say!(told, "told-resumed")));
                }
                self.access.people.set_pause(user, None).await?;
                self.note_by(asker.user, AuditAct::Resume, "done", Some(chat_of(user))).await;
            }
            Step::Remove => {
                then.push(Then::Revoke(user));
                // An old card must not let them in again.
                self.access.requests.remove(chat_of(user)).await?;
                if standing != Standing::Guest {
                    set(Standing::Guest, AuditAct::Remove, "done").await?;
                    then.push(tell(say!(told, "told-removed")));
                }
            }
            Step::Block => {
                set(Standing::Blocked, AuditAct::Block, "done").await?;
                self.access.requests.remove(chat_of(user)).await?;
                then.push(Then::Revoke(user));
            }
            Step::Unblock if standing == Standing::Blocked => set(Standing::Guest, AuditAct::Block, "lifted").await?,
            Step::Grant if standing == Standing::Guest => then = self.let_in(user, name.clone(), asker.user).await?,
            Step::MakeAdmin if standing == Standing::Agent => {
                set(Standing::Admin, AuditAct::Admin, "done").await?;
                then.push(tell(say!(told, "told-admin")));
            }
            Step::Demote if standing == Standing::Admin => set(Standing::Agent, AuditAct::Admin, "lifted").await?,
            _ => {}
        }
        let Some(listed) = self.listed(user).await? else {
            return Ok(Managed::notice(&say!(words, "button-stale")));
        };
        let reply = self.agent_card(words, asker, &listed, page).await?;
        Ok(Managed { reply: Some(reply), notice: None, then })
    }

    async fn agent_card(
        &self,
        words: Words<'_>,
        asker: &Asker,
        listed: &Listed,
        page: usize,
    ) -> Result<Reply, store::Error> {
        let (user, standing) = (listed.user, listed.standing());
        let role = self.role(words, listed).await?;
        let mut lines = vec![say!(words, "agent-entry", name = self.called(listed).await, id = user, role = role)];
        if let Some(person) = &listed.person {
            let since = date(person.since, words);
            lines.push(match person.by {
                Some(by) => say!(words, "agent-since-by", since = since, name = self.names.of(words, by).await),
                None => say!(words, "agent-since", since = since),
            });
        }
        let is_paused = self.access.people.pause(user).await?.is_some();
        let press = |label: Html, step| Button::press(label.plain(), Action::Agent(step, user, page), asker.user);
        let is_owner = self.may(asker, Needed::Own).await;
        let own = |label: Html, step| press(label, step).filter(|_| is_owner);
        let pause = match is_paused {
            true => press(say!(words, "button-resume"), Step::Resume),
            false => press(say!(words, "button-pause"), Step::AskPause),
        };
        let (remove, block) =
            (press(say!(words, "button-remove"), Step::AskRemove), press(say!(words, "button-block"), Step::AskBlock));
        let rows = match standing {
            Standing::Admin if !is_owner => [[None, None], [None, None]],
            Standing::Admin => [[pause, remove], [block, own(say!(words, "button-demote"), Step::AskDemote)]],
            Standing::Agent => [[pause, remove], [block, own(say!(words, "button-make-admin"), Step::MakeAdmin)]],
            Standing::Guest => [[press(say!(words, "button-grant"), Step::Grant), block], [None, None]],
            Standing::Blocked => [[press(say!(words, "button-unblock"), Step::Unblock), None], [None, None]],
        };
        let back = Button::press(say!(words, "button-back").plain(), Action::Agents(page), asker.user);
        let rows = rows.into_iter().map(|row| row.into_iter().flatten().collect());
        Ok(Reply::new(Html::lines(lines), rows.chain([back.into_iter().collect()]).collect()))
    }

    /// Everybody of whom the store or the settings know; those of the settings alone first.
    async fn everyone(&self) -> Result<Vec<Listed>, store::Error> {
        let (mut everyone, mut after) = (Vec::new(), None);
        for user in self.access.listed().into_iter().filter_map(|chat| u64::try_from(chat.0).ok()).map(UserId) {
            if self.access.people.person(user).await?.is_none() && !self.is_owner(user).await {
                everyone.push(Listed { user, person: None });
            }
        }
        loop {
            let people = self.access.people.people(after, MAX_PAGE_LEN).await?;
            let Some((last, _)) = people.last() else { return Ok(everyone) };
            after = Some(*last);
            for (user, person) in people {
                if !self.is_owner(user).await {
                    everyone.push(Listed { user, person: Some(person) });
                }
            }
        }
    }

    /// One of them.
    async fn listed(&self, user: UserId) -> Result<Option<Listed>, store::Error> {
        let person = self.access.people.person(user).await?;
        let is_known = person.is_some() || self.access.listed().contains(&chat_of(user));
        Ok(is_known.then_some(Listed { user, person }))
    }

    /// What somebody of the list is called; the id where no name is known.
    async fn called(&self, listed: &Listed) -> String {
        let kept = listed.person.as_ref().map(|person| person.name.clone()).filter(|name| !name.is_empty());
        let name = self.names.known(listed.user).await.or(kept);
        name.unwrap_or_else(|| listed.user.to_string())
    }

    async fn role(&self, words: Words<'_>, listed: &Listed) -> Result<Html, store::Error> {
        let role = match listed.standing() {
            Standing::Agent if listed.person.is_none() => say!(words, "role-listed"),
            Standing::Agent => say!(words, "role-agent"),
            Standing::Admin => say!(words, "role-admin"),
            Standing::Guest => say!(words, "role-guest"),
            Standing::Blocked => say!(words, "role-blocked"),
        };
        let is_paused = self.access.people.pause(listed.user).await?.is_some();
        Ok(if is_paused { Html::joined([role, say!(words, "role-paused")], ", ") } else { role })
    }
}

/// A question whether that is really to be done.
fn asked(words: Words<'_>, asker: &Asker, question: Html, (sure, user, page): (Step, UserId, usize)) -> Reply {
    let press = |label: Html, step| Button::press(label.plain(), Action::Agent(step, user, page), asker.user);
    let buttons = press(say!(words, "button-sure"), sure).into_iter();
    Reply::new(question, vec![buttons.chain(press(say!(words, "button-not"), Step::View)).collect()])
}

/// The private chat of a person.
pub(in crate::chat) fn chat_of(user: UserId) -> ChatId {
    ChatId(i64::try_from(user.0).unwrap_or(i64::MAX))
}
