//! `/agen`: who may use the bot in private: by pages, by a search, paused, removed, blocked, made an admin. How one is
//! added stands in `adding`.

use super::{
    ask_whether,
    order::{AgentOrder, Step},
};
use crate::{
    access::{Action as Needed, Pause, Person, Standing},
    chat::{
        action::Action,
        button::Button,
        conversation::Conversation,
        message::{Asker, Reply, Response, Then},
        pages::Page,
    },
    locale::{Html, Words, date},
    say,
    store::{self, AuditAct, AuditEntry, MAX_PAGE_LEN},
    value::{ChatId, UserId},
};

/// How many people one page has.
const PAGE_LEN: usize = 8;

/// Whether somebody has to be told what they become.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::chat) enum Told {
    /// By a [`Then::Welcome`]: what is kept says that it is still to be said.
    Later,
    /// Not, or by the answer itself.
    Done,
}

/// Someone of the list.
struct Listed {
    user: UserId,
    /// What the store knows of their role.
    person: Option<Person>,
    /// Whether the settings admit them.
    in_settings: bool,
}

impl Listed {
    /// Their role: whom the settings admit is an agent.
    fn standing(&self) -> Standing {
        let of_settings = if self.in_settings { Standing::Agent } else { Standing::Guest };
        self.person.as_ref().map_or(of_settings, |person| person.standing)
    }
}

impl Conversation {
    pub(in crate::chat) async fn agents(
        &self,
        words: Words<'_>,
        asker: &Asker,
        order: &AgentOrder,
    ) -> Result<Response, store::Error> {
        Ok(match order {
            AgentOrder::List => self.agent_list(words, asker, 0).await?.into(),
            AgentOrder::Find { word } => self.find_agents(words, asker, word).await?.into(),
            AgentOrder::Add { who } => self.add_agents(words, asker, who).await?,
            AgentOrder::AskWhom => self.ask_whom(words, asker).await?,
            AgentOrder::Offer { who } => self.offer(words, asker, who).await?,
            AgentOrder::Hidden => say!(words, "agent-hidden").into(),
            AgentOrder::BadId => say!(words, "agent-bad-id").into(),
        })
    }

    /// Keeps a person's role from now on where they may get it `from` the one that they have, and notes what was done.
    /// Else gives what is known of them.
    pub(super) async fn keep_standing(
        &self,
        (user, name): (UserId, String),
        from: impl Fn(Option<Standing>) -> bool + Send + Sync,
        (standing, told): (Standing, Told),
        by: UserId,
        (act, outcome): (AuditAct, &'static str),
    ) -> Result<Result<(), Option<Person>>, store::Error> {
        let person = Person { standing, name, since: self.clock.now(), by: Some(by), untold: told == Told::Later };
        let judge = |before: Option<&Person>| from(before.map(|person| person.standing)).then(|| person.clone());
        let (before, is_kept) = self.access.people.change_person(user, judge).await?;
        if !is_kept {
            return Ok(Err(before));
        }
        self.note_by(by, act, outcome, Some(chat_of(user))).await;
        Ok(Ok(()))
    }

    /// Notes what someone who manages people or groups did, and to whom.
    pub(in crate::chat) async fn note_by(&self, by: UserId, act: AuditAct, outcome: &'static str, on: Option<ChatId>) {
        let entry = AuditEntry::by(by, chat_of(by), act, outcome, self.clock.now());
        self.audit.note(AuditEntry { on, ..entry }).await;
    }

    /// A page of all agents, admins and blocked people.
    pub(in crate::chat) async fn agent_list(
        &self,
        words: Words<'_>,
        asker: &Asker,
        page: usize,
    ) -> Result<Reply, store::Error> {
        let mut people = self.everyone().await?;
        people.retain(|listed| listed.standing() != Standing::Guest);
        let (waiting, answers) = self.who_waits(words, asker).await?;
        let Some(page) = Page::of(&people, PAGE_LEN, page) else {
            return Ok(Reply::new(Html::lines([say!(words, "agents-none")].into_iter().chain(waiting)), answers));
        };
        let heading = say!(words, "agents-heading", count = people.len());
        let reply = self.agent_lines(words, asker, heading, page.items, page.number).await?;
        let mut reply = reply.with_row(page.turns(words, asker.user, Action::Agents));
        reply.text = Html::lines([reply.text, say!(words, "agents-how")].into_iter().chain(waiting));
        reply.buttons.extend(answers);
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
        // A member of a group may be paused, and is no agent.
        if let Some(user) = word.parse().ok().map(UserId).filter(|user| found.iter().all(|one| one.user != *user))
            && let Some(listed) = self.listed(user).await?
            && !self.is_owner(user).await
        {
            count += 1;
            found.push(listed);
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
            buttons.push(Button::press(name, open, asker.user).into_iter().collect());
        }
        Ok(Reply::new(Html::lines(lines), buttons))
    }

    /// Does what a button under a person's card asks for, and shows the card as it is then.
    pub(in crate::chat) async fn agent_step(
        &self,
        words: Words<'_>,
        asker: &Asker,
        step: Step,
        user: UserId,
        page: usize,
    ) -> Result<Response, store::Error> {
        let Some(listed) = self.listed(user).await? else {
            return Ok(Response::notice(say!(words, "button-stale")));
        };
        let (standing, name) = (listed.standing(), self.called(&listed).await);
        if self.is_owner(user).await {
            return Ok(Response::notice(say!(words, "button-agent-is-owner")));
        }
        if step != Step::View && !self.may(asker, standing.needs()).await {
            return Ok(Response::notice(say!(words, "button-agent-of-owners")));
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
            let (sure, not) = (Action::Agent(sure, user, page), Action::Agent(Step::View, user, page));
            return Ok(ask_whether(words, asker, question, sure, not).into());
        }
        // As it is when it is changed: another owner may have come before. Whom the settings admit is an agent.
        let may_admins = self.may(asker, Needed::Own).await;
        let set = async |from: &[Standing], standing, act, outcome| {
            let fits = |before: Option<Standing>| {
                let before = before.unwrap_or(if listed.in_settings { Standing::Agent } else { Standing::Guest });
                from.contains(&before) && (before != Standing::Admin || may_admins)
            };
            let named = (user, name.clone());
            self.keep_standing(named, fits, (standing, Told::Done), asker.user, (act, outcome))
                .await
                .map(|kept| kept.is_ok())
        };
        match step {
            Step::Pause => {
                if self.access.people.pause(chat_of(user)).await?.is_none() {
                    then.push(tell(say!(told, "told-paused")));
                }
                self.access.people.set_pause(chat_of(user), Some(Pause { until: None, by_guard: false })).await?;
                self.note_by(asker.user, AuditAct::Pause, "done", Some(chat_of(user))).await;
            }
            Step::Resume if self.fair.lift(chat_of(user)).await? => {
                then.push(tell(say!(told, "told-resumed")));
                self.note_by(asker.user, AuditAct::Resume, "done", Some(chat_of(user))).await;
            }
            Step::Remove => {
                then.push(Then::Revoke(user));
                // An old card must not let them in again.
                self.access.requests.remove(chat_of(user)).await?;
                let from = [Standing::Admin, Standing::Agent];
                if set(&from, Standing::Guest, AuditAct::Remove, "done").await? {
                    then.push(tell(say!(told, "told-removed")));
                }
            }
            Step::Block => {
                let from = [Standing::Admin, Standing::Agent, Standing::Guest];
                set(&from, Standing::Blocked, AuditAct::Block, "done").await?;
                self.access.requests.remove(chat_of(user)).await?;
                then.push(Then::Revoke(user));
            }
            Step::Unblock => drop(set(&[Standing::Blocked], Standing::Guest, AuditAct::Block, "lifted").await?),
            Step::Grant => {
                then = self.let_in(user, name.clone(), asker.user, Told::Later).await?.unwrap_or_default();
                then.push(Then::Welcome { chat: chat_of(user), here: chat_of(user) });
            }
            Step::MakeAdmin => {
                if set(&[Standing::Agent], Standing::Admin, AuditAct::Admin, "done").await? {
                    then.push(tell(say!(told, "told-admin")));
                }
                then.push(Then::Menu(user));
            }
            Step::Demote => drop(set(&[Standing::Admin], Standing::Agent, AuditAct::Admin, "lifted").await?),
            _ => {}
        }
        // Also where an admin was taken off before the bot last ended.
        let ends_admin = standing == Standing::Admin || step == Step::Demote;
        if ends_admin && matches!(step, Step::Demote | Step::Remove | Step::Block) {
            then.push(Then::Menu(user));
        }
        // One who is a guest and paused no more stands nowhere from now on.
        let listed = self.listed(user).await?.unwrap_or(listed);
        let reply = self.agent_card(words, asker, &listed, page).await?;
        Ok(Response { reply: Some(reply), notice: None, then })
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
        let is_paused = self.access.people.pause(chat_of(user)).await?.is_some();
        let press = |label: Html, step| Button::press(label, Action::Agent(step, user, page), asker.user);
        let is_owner = self.may(asker, Needed::Own).await;
        let own = |label: Html, step| press(label, step).filter(|_| is_owner);
        let resume = press(say!(words, "button-resume"), Step::Resume).filter(|_| is_paused);
        let pause = resume.clone().or_else(|| press(say!(words, "button-pause"), Step::AskPause));
        let (remove, block) =
            (press(say!(words, "button-remove"), Step::AskRemove), press(say!(words, "button-block"), Step::AskBlock));
        let rows = match standing {
            Standing::Admin if !is_owner => [[None, None], [None, None]],
            Standing::Admin => [[pause, remove], [block, own(say!(words, "button-demote"), Step::AskDemote)]],
            Standing::Agent => [[pause, remove], [block, own(say!(words, "button-make-admin"), Step::MakeAdmin)]],
            Standing::Guest => [[press(say!(words, "button-grant"), Step::Grant), block], [resume, None]],
            Standing::Blocked => [[press(say!(words, "button-unblock"), Step::Unblock), None], [resume, None]],
        };
        let back = Button::press(say!(words, "button-back"), Action::Agents(page), asker.user);
        let rows = rows.into_iter().map(|row| row.into_iter().flatten().collect());
        Ok(Reply::new(Html::lines(lines), rows.collect()).with_row(back))
    }

    /// Everybody of whom the store or the settings know; those of the settings alone first.
    async fn everyone(&self) -> Result<Vec<Listed>, store::Error> {
        let (mut everyone, mut after, owners) = (Vec::new(), None, self.access.owners());
        for user in self.access.listed().into_iter().filter_map(|chat| u64::try_from(chat.0).ok()).map(UserId) {
            if self.access.people.person(user).await?.is_none() && !owners.contains(&user) {
                everyone.push(Listed { user, person: None, in_settings: true });
            }
        }
        loop {
            let people = self.access.people.people(after, MAX_PAGE_LEN).await?;
            let Some((last, _)) = people.last() else { return Ok(everyone) };
            after = Some(*last);
            for (user, person) in people {
                if !owners.contains(&user) {
                    everyone.push(Listed { user, person: Some(person), in_settings: false });
                }
            }
        }
    }

    /// One of them, or a member of a group of whom nothing is known but that they are paused.
    async fn listed(&self, user: UserId) -> Result<Option<Listed>, store::Error> {
        let person = self.access.people.person(user).await?;
        let in_settings = self.access.listed().contains(&chat_of(user));
        let is_known = person.is_some() || in_settings || self.access.people.pause(chat_of(user)).await?.is_some();
        Ok(is_known.then_some(Listed { user, person, in_settings }))
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
        let is_paused = self.access.people.pause(chat_of(listed.user)).await?.is_some();
        Ok(if is_paused { Html::joined([role, say!(words, "role-paused")], ", ") } else { role })
    }
}

/// The private chat of a person.
pub(in crate::chat) fn chat_of(user: UserId) -> ChatId {
    ChatId(i64::try_from(user.0).unwrap_or(i64::MAX))
}
