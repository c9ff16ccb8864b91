//! What each intent and each button leads to: one arm for each. Where that is more than a few lines, it has a file of
//! its own.

use super::{
    action::Action,
    button::{Button, Press},
    conversation::{Conversation, ids, stale, store_trouble},
    intent::Intent,
    later,
    manners::Courtesy,
    message::{Asker, Place, Pressed, Reply, Response},
    owner::order::Step,
    products,
};
use crate::{
    access,
    inquiry::parse::{Check, Request},
    locale::{Html, Words},
    say,
    store::{self, AuditAct, AuditEntry},
    value::{CustomerNumber, Language},
};

/// The meter that the vendor's page has as its sample.
const SAMPLE_METER: &str = "01105691111";

impl Conversation {
    /// Does what an intent asks for that the conversation can do alone.
    pub async fn respond(&self, asker: &Asker, intent: &Intent) -> Response {
        let words = self.words(asker.chat).await;
        let done = self.carry_out(words, asker, intent).await;
        done.unwrap_or_else(|error| store_trouble(words, &error).into())
    }

    async fn carry_out(&self, words: Words<'_>, asker: &Asker, intent: &Intent) -> Result<Response, store::Error> {
        let once = |courtesy, text: Html| {
            let is_due = self.manners.is_due(asker.chat, asker.user, courtesy, self.clock.now());
            if is_due { text.into() } else { Response::default() }
        };
        Ok(match intent {
            // What `jobs` carries out comes here by a mistake in this program alone.
            Intent::Check { .. }
            | Intent::List { .. }
            | Intent::File { .. }
            | Intent::Cancel
            | Intent::Impatient
            | Intent::Press { .. }
            | Intent::History { .. }
            | Intent::Export { .. }
            | Intent::Recap { .. }
            | Intent::Status
            | Intent::Statistics { .. } => say!(words, "apology").into(),
            Intent::FileUnread => say!(words, "list-file-unread").into(),
            Intent::FileRefused => say!(words, "list-file-refused").into(),
            Intent::ForwardedCommand => say!(words, "forwarded-command").into(),
            Intent::Refused { refusal, parts, name, .. } => {
                self.ask_about(words, asker, refusal, parts, name.as_ref()).await.into()
            }
            Intent::UnknownCommand { .. } => say!(words, "unknown-command").into(),
            Intent::Start => self.start(words, asker).into(),
            Intent::Help => self.help(words, asker).await.into(),
            Intent::Hint => say!(words, "hint").into(),
            Intent::Guide => {
                let buttons = self.asked(words, asker).await.providers();
                Reply::new(say!(words, "guide"), buttons).into()
            }
            Intent::Again { .. } => say!(words, "again-none").into(),
            Intent::Thanks => once(Courtesy::Thanks, say!(words, "thanks")),
            Intent::NoText => once(Courtesy::NoText, say!(words, "no-text")),
            Intent::Id => ids(words, asker.user, asker.chat).into(),
            Intent::Products { word } => {
                let is_owner = self.may(asker, access::Action::Own).await;
                products::list(words, &self.catalog.now(), word, is_owner).into()
            }
            Intent::Customers { order, .. } => self.customers(words, asker, order).await?.into(),
            Intent::Outages => later::outages(words, &self.inquiry.health()).into(),
            Intent::Language { language } => self.set_language(asker, *language).await?.into(),
            Intent::LanguageUsage => say!(words, "language-usage").into(),
            Intent::Quota { order } => self.quota(words, asker, *order).await?.into(),
            Intent::Settings { change } => self.settings(words, asker, *change).await?.into(),
            Intent::DeleteData { whole_chat } => self.ask_to_forget(words, asker, *whole_chat).into(),
            Intent::Privacy => self.privacy(asker).await.into(),
            Intent::Balance => self.say_balance(words).await.into(),
            Intent::Audit { query: Some(query) } => self.audit_page(words, asker, *query, None).await?.into(),
            Intent::Audit { query: None } => say!(words, "audit-usage").into(),
            Intent::Reload => self.say_reload(words, asker.user, asker.chat).await.into(),
            Intent::Agents { order } => self.agents(words, asker, order).await?,
            Intent::Invite { order } => self.invite(words, asker, *order).await?.into(),
            Intent::Groups => self.groups(words, asker, 0).await?.into(),
        })
    }

    /// Answers a pressed button; `press` is what it asks for, `None` for a button that this build does not know.
    pub async fn press(&self, asker: &Asker, press: Option<&Press>) -> Pressed {
        let words = self.words(asker.chat).await;
        match press {
            Some(press) if !press.belongs_to(asker.user, asker.chat) => {
                Response::notice(say!(words, "button-not-yours")).into()
            }
            Some(press) => self
                .pressed(words, asker, press)
                .await
                .unwrap_or_else(|error| Response::notice(store_trouble(words, &error)).into()),
            None => stale(words),
        }
    }

    async fn pressed(&self, words: Words<'_>, asker: &Asker, press: &Press) -> Result<Pressed, store::Error> {
        let response = match &press.action {
            Action::Choose(choice) => return Ok(self.choose(words, asker, choice).await),
            Action::Check(check) => {
                let request = Request::of(check, &self.catalog.now());
                let check = request.map(|request| Pressed::Check { request, name: None, in_place: false });
                return Ok(check.unwrap_or_else(|| stale(words)));
            }
            Action::RepeatList(update) => {
                let list = self.unanswered_of(asker, *update).await;
                return Ok(list.map_or_else(|| stale(words), Pressed::List));
            }
            Action::SendList(update) => return Ok(Pressed::Files(*update)),
            Action::Cancel(update) => return Ok(Pressed::Cancel { update: *update, owner: press.owner }),
            Action::Forget { whole_chat, until } => {
                return Ok(self.press_forget(words, asker, press.owner, *whole_chat, *until));
            }
            Action::TurnList(update, page) => match self.list_page(words, asker, *update, *page).await {
                Some(page) => page.into(),
                None => return Ok(stale(words)),
            },
            Action::Turn(to) => self.turn_page(words, asker, None, *to, press.owner).await?,
            Action::Find(search, to) => self.turn_page(words, asker, Some(*search), *to, press.owner).await?,
            Action::Customers(page) => self.list_customers(words, asker.user, *page).await?.into(),
            Action::ForgetCustomer(page, alias) => self.forget_customer(words, asker, *page, alias).await?.into(),
            Action::LiftPause(whose) => self.lift_pause(words, asker, *whose).await?,
            Action::Set(setting) => self.settings(words, asker, Some(*setting)).await?.into(),
            Action::KeepData => say!(words, "forget-not").into(),
            Action::Audit(query, older_than) => self.audit_page(words, asker, *query, *older_than).await?.into(),
            Action::AskForAccess => Response::notice(say!(words, "button-access-have")),
            Action::Answer(ruling, chat) => self.answer_request(words, asker, *chat, *ruling).await?,
            Action::Agents(page) => self.agent_list(words, asker, *page).await?.into(),
            Action::Agent(Step::Add, user, _) => self.add_offered(words, asker, *user).await?,
            Action::Agent(step, user, page) => self.agent_step(words, asker, *step, *user, *page).await?,
            Action::RevokeInvite(id) => self.revoke_invite(words, asker, id).await?.into(),
            Action::Groups(page) => self.groups(words, asker, *page).await?.into(),
            Action::CloseGroup { group, sure, page } => self.close_group(words, asker, *group, *sure, *page).await?,
        };
        Ok(response.into())
    }

    /// Who the bot is, with one check to try.
    fn start(&self, words: Words<'_>, asker: &Asker) -> Reply {
        let catalog = self.catalog.now();
        let sample = catalog.products().iter().find_map(|product| {
            let number = CustomerNumber::parse(SAMPLE_METER, product.number).ok()?;
            let request = Request::of(&Check { code: product.code.clone(), number, nominal: None }, &catalog)?;
            let label = say!(words, "button-try", line = request.line());
            Button::press(label, Action::Check(request.check()), asker.user)
        });
        Reply::from(say!(words, "start")).with_row(sample)
    }

    /// How to use the bot, for the one who reads it where they read it.
    async fn help(&self, words: Words<'_>, asker: &Asker) -> Html {
        let (place, more) = match Place::of(asker.chat) {
            Place::Private => ("private", [access::Action::Manage, access::Action::Own]),
            Place::Group => ("group", [access::Action::Configure, access::Action::Own]),
        };
        let mut lines = vec![say!(words, "help", place = place)];
        for action in more {
            if !self.may(asker, action).await {
                continue;
            }
            lines.push(match action {
                access::Action::Configure => say!(words, "help-group-admin"),
                access::Action::Manage => say!(words, "help-manager"),
                _ => say!(words, "help-owner"),
            });
        }
        Html::lines(lines)
    }

    async fn set_language(&self, asker: &Asker, language: Language) -> Result<Html, store::Error> {
        self.preferences.set_language(asker.chat, language).await?;
        let entry = AuditEntry::by(asker.user, asker.chat, AuditAct::Setting, "language", self.clock.now());
        self.audit.note(entry).await;
        Ok(say!(self.locale.words(language), "language-set"))
    }
}
