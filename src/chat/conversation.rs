//! The conversation: what is said to whom, drawn from the checks, the history, the catalog and the words.

use std::{collections::HashMap, sync::Arc};

use chrono::TimeDelta;

use super::{
    answer::{self, Checked},
    button::{Action, Button, Choice, Press},
    intent::Intent,
    later,
    manners::{Courtesy, Manners},
    message::{Alert, Asker, Place, Pressed, Reply, Response},
    names::AgentNames,
    notice::Notice,
    owner::{Board, Settings, order::Step},
    products,
    question::{self, Asked, Question},
    refusal,
    strangers::Strangers,
};
use crate::{
    access::{self, Access, ChatIds, FairUse},
    catalog::{ProductCode, SharedCatalog},
    clock::Clock,
    inquiry::{
        Inquiry,
        parse::{Check, Refusal, Request, parse},
    },
    locale::{Html, Locale, Words},
    say,
    store::{
        self, Audit, AuditAct, AuditEntry, Cursor, History, KeyValue, MAX_PAGE_LEN, NamesShown, Preferences, Record,
        Row, RowKind, Seq,
    },
    value::{ChatId, Customer, CustomerName, CustomerNumber, Language, Provider, UserId, Verdict},
};

/// How long the bot waits for the answer to a question of its own.
const QUESTION_OPEN: TimeDelta = TimeDelta::minutes(2);

/// The meter that the vendor's page has as its sample.
const SAMPLE_METER: &str = "01105691111";

/// Everything that a conversation draws on.
pub struct Conversation {
    /// Makes the checks.
    pub inquiry: Inquiry,
    /// What can be checked.
    pub catalog: SharedCatalog,
    /// The chats' checks.
    pub history: Arc<dyn History>,
    /// The chats' choices.
    pub preferences: Preferences,
    /// Where it is noted who did what.
    pub audit: Audit,
    /// What the agents are called.
    pub names: AgentNames,
    /// Who may do what.
    pub access: Arc<Access>,
    /// How much they may ask.
    pub fair: FairUse,
    /// The words.
    pub locale: Arc<Locale>,
    /// Small rows: open questions, what was searched for, and the agents' customers.
    pub rows: Arc<dyn KeyValue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The strangers who were told that the bot is not for them.
    pub strangers: Strangers,
    /// What was said lately and is not said again.
    pub manners: Manners,
    /// For how long the answer of a check is good for the same check in the chat; `None`: each is asked anew.
    pub recent: Option<TimeDelta>,
    /// How long a provider that does not answer is asked again; `None`: the first try is the answer.
    pub retry_window: Option<TimeDelta>,
    /// How many days the operator keeps history; 0: for ever.
    pub keep_days: u32,
    /// What owners see on `/status`, and want to be told.
    pub board: Board,
    /// Reads the operator's settings anew; `None` where there are none, as in the demo.
    pub reloadable: Option<Arc<dyn Settings>>,
}

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
            Action::Cancel(update) => return Ok(Pressed::Cancel(*update)),
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
            Action::LiftPause(agent) => self.lift_pause(words, asker, *agent).await?,
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

    /// A chosen product, provider or number: the check, where nothing is missing any more, or the next question.
    async fn choose(&self, words: Words<'_>, asker: &Asker, choice: &Choice) -> Pressed {
        // A name belongs to the number with which it was given, and to no other.
        let asked = self.open_question(asker).await.unwrap_or_default();
        let name = asked.name.filter(|_| choice.number.is_some() && choice.number == asked.parts.number);
        let catalog = self.catalog.now();
        let product = choice.code.as_ref().and_then(|code| catalog.get(code.as_str()));
        if let (Some(product), None) = (product, &choice.number) {
            self.ask(asker, Question { parts: choice.clone(), name }).await;
            return Response::from(self.asked(words, asker).await.ask_number(product)).into();
        }
        let whole = choice.check().and_then(|check| Request::of(&check, &catalog));
        match whole.ok_or(()).or_else(|()| parse(&question::line(choice), &catalog).request) {
            Ok(request) => Pressed::Check { request, name, in_place: true },
            Err(refusal) => Response::from(self.ask_about(words, asker, &refusal, choice, name.as_ref()).await).into(),
        }
    }

    /// What an incomplete message is together with the bot's open question: a check, after which the caller closes it, or
    /// what is still in doubt. `None` where nothing was asked, or the message is no answer to it.
    pub async fn complete(
        &self,
        asker: &Asker,
        refusal: &Refusal,
        said: &Choice,
        name: Option<&String>,
    ) -> Option<Intent> {
        let asked = self.open_question(asker).await.filter(|_| question::may_answer(refusal))?;
        let parts = question::completed(&asked.parts, said)?;
        // A name belongs to the number with which it was given, and to no other.
        let is_its_number = asked.parts.number.is_none() || asked.parts.number == parts.number;
        let name = name.cloned().or(asked.name.filter(|_| is_its_number));
        match parse(&question::line(&parts), &self.catalog.now()).request {
            // It is a number of another kind of product: a new question.
            Err(wrong) if question::stands_alone(refusal) && question::is_wrong_number(&wrong) => None,
            Ok(request) => Some(Intent::Check { check: request.check(), pin: None, name, anew: false }),
            Err(refusal) => Some(Intent::Refused { refusal, parts, name, pin: None }),
        }
    }

    /// The check that "once more" means, as the history has it: the agent's last one in the chat, or the last one of a
    /// number.
    pub async fn last_check(&self, asker: &Asker, number: Option<&CustomerNumber>) -> Option<Request> {
        let page = self.history.page(asker.chat, Cursor::Newest, MAX_PAGE_LEN).await;
        let page = page.inspect_err(|error| tracing::error!(%error, "the last check cannot be read")).ok()?;
        let view = self.view(asker).await;
        let is_meant = |record: &&Record| number.map_or(record.agent == asker.user, |number| record.number == *number);
        let mut records = page.records.iter().map(|(_, record)| record).filter(|record| view.shows_record(record));
        let record = records.find(is_meant)?;
        let code = ProductCode::new(&record.product)?;
        let check = Check { code, number: record.number.clone(), nominal: record.nominal };
        Request::of(&check, &self.catalog.now())
    }

    /// Those of a chat's last checks that the asker may see, the newest first. A store that fails costs the convenience of
    /// an earlier answer.
    pub(super) async fn newest(&self, asker: &Asker) -> Vec<(Seq, Record)> {
        let page = self.history.page(asker.chat, Cursor::Newest, MAX_PAGE_LEN).await;
        let page = page.inspect_err(|error| tracing::error!(%error, "earlier checks cannot be read"));
        let (mut records, view) = (page.unwrap_or_default().records, self.view(asker).await);
        records.retain(|(_, record)| view.shows_record(record));
        records
    }

    /// Whether a record answers its check well enough for now, so that the provider need not be asked again.
    pub(super) fn is_good(&self, record: &Record) -> bool {
        let age = self.clock.now() - record.at;
        let is_answer = matches!(record.outcome.verdict, Verdict::Found(_) | Verdict::NotFound);
        is_answer && age >= TimeDelta::zero() && self.recent.is_some_and(|window| age < window)
    }

    /// The answer that the chat had for the same check lately, where the asker may see it.
    pub async fn recent(&self, asker: &Asker, request: &Request) -> Option<Checked> {
        self.recent?;
        let (_, record) = self.newest(asker).await.into_iter().find(|(_, record)| is_of(record, request))?;
        let Record { outcome, at, .. } = Some(record).filter(|record| self.is_good(record))?;
        Some(Checked { outcome, at, kept: true, is_earlier: true })
    }

    /// The answer of a check, and what the owners have to be told of it.
    pub async fn answer(
        &self,
        asker: &Asker,
        request: &Request,
        checked: &Checked,
        name: Option<&str>,
    ) -> (Reply, Option<Alert>) {
        let words = self.words(asker.chat).await;
        let names = self.options(asker.chat).await.names;
        let before = match &checked.outcome.verdict {
            Verdict::Found(customer) if self.recent.is_some() => self.name_before(asker, request, customer).await,
            _ => None,
        };
        let text = answer::answer(words, request, checked, name, before.as_ref());
        let buttons = answer::buttons(words, &self.catalog.now(), request, checked, asker.user);
        let has_name = matches!(&checked.outcome.verdict, Verdict::Found(Customer { name: Some(_), .. }));
        let is_for_asker = names == NamesShown::Asker && asker.chat.is_group() && !asker.user.is_stand_in() && has_name;
        let whole = words.masking_names(false);
        let to_asker = is_for_asker.then(|| answer::answer(whole, request, checked, name, before.as_ref()));
        let reply = Reply { to_asker, ..Reply::new(text, buttons) };
        (reply, answer::alert_of(&request.product, &checked.outcome))
    }

    /// The name that the same check had before, where it is another.
    async fn name_before(&self, asker: &Asker, request: &Request, customer: &Customer) -> Option<CustomerName> {
        let name = customer.name.as_ref()?;
        let same = self.newest(asker).await.into_iter().filter(|(_, record)| is_of(record, request));
        let mut names = same.filter_map(|(_, record)| match record.outcome.verdict {
            Verdict::Found(customer) => customer.name,
            _ => None,
        });
        names.find(|before| before != name)
    }

    /// Says what is in doubt about a message, offers what it may have meant, and remembers the question.
    async fn ask_about(
        &self,
        words: Words<'_>,
        asker: &Asker,
        refusal: &Refusal,
        parts: &Choice,
        name: Option<&String>,
    ) -> Reply {
        if *parts == Choice::default() {
            self.close_question(asker).await;
        } else {
            self.ask(asker, Question { parts: parts.clone(), name: name.cloned() }).await;
        }
        let buttons = self.asked(words, asker).await.offers(refusal);
        let asks_reply = buttons.is_empty() && asker.chat.is_group() && *parts != Choice::default();
        Reply { asks_reply, ..Reply::new(refusal::refusal(words, &self.catalog.now(), refusal), buttons) }
    }

    /// Who is asked, with what they mostly check: their own choices count more than the chat's.
    async fn asked<'a>(&'a self, words: Words<'a>, asker: &Asker) -> Asked<'a> {
        let page = self.history.page(asker.chat, Cursor::Newest, MAX_PAGE_LEN).await.unwrap_or_default();
        let mut used = HashMap::new();
        for (_, record) in page.records {
            if let Some(code) = ProductCode::new(&record.product) {
                *used.entry(code).or_default() += if record.agent == asker.user { 10 } else { 1 };
            }
        }
        Asked { words, catalog: self.catalog.now(), owner: asker.user, chat: asker.chat, used }
    }

    async fn open_question(&self, asker: &Asker) -> Option<Question> {
        let question = self.rows.get_json(RowKind::OpenQuestion, &question_key(asker), asker.asked).await;
        question.inspect_err(|error| tracing::error!(%error, "an open question cannot be read")).ok()?
    }

    /// Remembers what was asked. A store that fails costs the answer's convenience, not the question.
    async fn ask(&self, asker: &Asker, question: Question) {
        let expires = Some(asker.asked + QUESTION_OPEN);
        let row = Row::json(RowKind::OpenQuestion, question_key(asker), &question, expires);
        if let Err(error) = self.rows.put(row).await {
            tracing::error!(%error, "an open question cannot be kept");
        }
    }

    /// Forgets the open question; gives whether there was one.
    pub async fn close_question(&self, asker: &Asker) -> bool {
        if self.open_question(asker).await.is_none() {
            return false;
        }
        let removed = self.rows.remove(RowKind::OpenQuestion, &question_key(asker)).await;
        removed.inspect_err(|error| tracing::error!(%error, "an open question cannot be closed")).unwrap_or(false)
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

    /// Whether someone may do something where they ask.
    pub(super) async fn may(&self, asker: &Asker, action: access::Action) -> bool {
        let chat = ChatIds { first: asker.chat, current: asker.here };
        self.access.authorise(access::Actor::of(asker.user), chat, action).await.is_allowed()
    }

    /// Whose answer an intent needs, if it is a check.
    pub fn provider_of(&self, intent: &Intent) -> Option<Provider> {
        let code = match intent {
            Intent::Press { press: Some(Press { action: Action::Choose(choice), .. }) } => choice.code.as_ref()?,
            intent => &intent.check()?.code,
        };
        self.catalog.now().get(code.as_str()).map(|product| product.provider)
    }

    /// Says something that is no answer.
    pub async fn notice(&self, chat: ChatId, notice: Notice<'_>) -> Reply {
        notice.say(self.words(chat).await)
    }

    /// A reply that begins with an apology for its lateness.
    pub async fn with_late_apology(&self, chat: ChatId, reply: Reply) -> Reply {
        let apology = say!(self.words(chat).await, "later-apology");
        reply.map_text(|text| Html::lines([apology.clone(), text]))
    }

    /// A reply with a warning that a PIN was shown.
    pub async fn with_pin_warning(&self, chat: ChatId, reply: Reply) -> Reply {
        let warning = say!(self.words(chat).await, "pin-warning");
        reply.map_text(|text| Html::lines([text, Html::default(), warning.clone()]))
    }

    /// The words of a chat. A store that fails costs the chat its choice of language, not its answer.
    pub async fn words(&self, chat: ChatId) -> Words<'_> {
        let chosen = self.preferences.language(chat).await.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot read a chat's language");
            None
        });
        let masks_names = self.options(chat).await.names != NamesShown::Whole;
        self.locale.words(chosen.unwrap_or_default()).masking_names(masks_names)
    }

    async fn set_language(&self, asker: &Asker, language: Language) -> Result<Html, store::Error> {
        self.preferences.set_language(asker.chat, language).await?;
        let entry = AuditEntry::by(asker.user, asker.chat, AuditAct::Setting, "language", self.clock.now());
        self.audit.note(entry).await;
        Ok(say!(self.locale.words(language), "language-set"))
    }
}

/// Whether a record is of this very check.
pub(super) fn is_of(record: &Record, request: &Request) -> bool {
    record.product == request.product.code.as_str()
        && record.number == request.number
        && record.nominal == request.nominal
}

/// The key of an agent's open question in a chat.
fn question_key(asker: &Asker) -> String {
    format!("{}:{}", asker.chat, asker.user)
}

/// The answer to `/id`. An anonymous administrator has no id to show: what Telegram gives is the same for all of them.
pub(super) fn ids(words: Words<'_>, user: UserId, chat: ChatId) -> Reply {
    if user == UserId::ANONYMOUS_ADMIN {
        return say!(words, "id-anonymous", chat = chat).into();
    }
    say!(words, "id-shown", user = user, chat = chat).into()
}

/// What is said of a button that stands for nothing any more.
pub(super) fn stale(words: Words<'_>) -> Pressed {
    Response::notice(say!(words, "button-stale")).into()
}

/// What is said, and logged, where the store failed.
pub(super) fn store_trouble(words: Words<'_>, error: &store::Error) -> Html {
    tracing::error!(%error, "the store failed");
    say!(words, "store-trouble")
}
