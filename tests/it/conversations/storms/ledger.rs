//! What was asked in a storm and what was said to it, and what has to hold of the two.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use ceknomor::{
    store::{Cursor, History, MAX_PAGE_LEN},
    value::ChatId,
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, rngs::StdRng};

use crate::telegram::{Conversation, FakeTelegram, InChat, Quotable};

/// How long a silent provider is asked again.
pub(super) const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// A check that may wait for so long when all is put right is answered: time for some probes, and for those before it.
const ENOUGH: TimeDelta = TimeDelta::minutes(10);

/// How long the bot may take to end what waits, while time passes fast.
const DEADLINE: Duration = Duration::from_secs(30);

/// Products of two providers, with the names that head their answers, and how the sandbox's numbers for them begin.
const PRODUCTS: [(&str, &str, &str); 2] = [("PLN20", "PLN 20.000", "00000000"), ("OVO10", "OVO 10.000", "081000000")];

/// The sandbox's customers by the ending of their numbers, from 001; the others are the first one's.
const NAMES: [&str; 5] = ["BUDI CONTOH", "SITI MISALNYA", "WARUNG PERCOBAAN", "AGUS UMPAMA", "DEWI PURA-PURA"];

/// The ending of a number that is not registered, of one at which the provider is down every other time, and of those
/// that never bring an answer: a fault, a provider that is down, an HTML page, half an answer.
const UNREGISTERED: usize = 404;
const DOWN_EVERY_OTHER_TIME: usize = 507;
const HOPELESS: [usize; 4] = [500, 503, 502, 206];

/// What an answer that comes late begins with.
const APOLOGY: &str = "🙏 Maaf, jawaban ini terlambat.\n";

/// One product and number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    product: usize,
    ending: usize,
}

impl Check {
    pub(super) fn any(random: &mut StdRng) -> Self {
        let ending = match random.gen_range(0..20) {
            0 => return Self::hopeless(random),
            1 => UNREGISTERED,
            2 => DOWN_EVERY_OTHER_TIME,
            _ => random.gen_range(1..=30),
        };
        Self { product: random.gen_range(0..PRODUCTS.len()), ending }
    }

    pub(super) fn hopeless(random: &mut StdRng) -> Self {
        Self { product: random.gen_range(0..PRODUCTS.len()), ending: HOPELESS[random.gen_range(0..HOPELESS.len())] }
    }

    /// One of a customer's, that has not been asked for.
    pub(super) fn good(number: usize) -> Self {
        Self { product: number % PRODUCTS.len(), ending: 31 + number }
    }

    pub(super) fn is_hopeless(self) -> bool {
        HOPELESS.contains(&self.ending)
    }

    fn number(self) -> String {
        format!("{}{:03}", PRODUCTS[self.product].2, self.ending)
    }

    /// Whether this is the right answer.
    fn is_answered_by(self, text: &str) -> bool {
        let (_, product, _) = PRODUCTS[self.product];
        let name = NAMES.get(self.ending - 1).unwrap_or(&NAMES[0]);
        match self.ending {
            UNREGISTERED => text.starts_with("❌ ") && text.contains("tidak ditemukan"),
            _ => !self.is_hopeless() && text.starts_with(&format!("✅ {product}\n{name}\n")),
        }
    }
}

/// A message, by its chat and its id there.
type Place = (i64, i64);

/// A check, or a `/batal`, and all that was said to it.
struct Question {
    conversation: usize,
    /// As the how many-th of all it comes to the bot.
    turn: usize,
    check: Option<Check>,
    /// The earliest that the clock has shown since it was asked, and how far it has gone on from there.
    earliest: DateTime<Utc>,
    waited: TimeDelta,
    /// Whether it was asked while the clock jumped.
    in_storm: bool,
    /// The messages that answer it, each with what it came to say in the end.
    said: Vec<(Place, Option<End>)>,
}

/// How a question may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Answered,
    GivenUp,
    Cancelled,
}

impl Question {
    /// What a text is to it; `None` is that there is no answer yet.
    fn read(&self, text: &str) -> Option<End> {
        let text = text.strip_prefix(APOLOGY).unwrap_or(text);
        let Some(check) = self.check else {
            assert!(text.starts_with("✋ ") || text.starts_with("Tidak ada cek Anda"), "to /batal: {text:?}");
            return Some(End::Answered);
        };
        assert!(text.contains(&check.number()), "{check:?} has another's answer: {text:?}");
        match text {
            _ if check.is_answered_by(text) => Some(End::Answered),
            _ if text.starts_with("⏳ Sampai ") => Some(End::GivenUp),
            _ if text.starts_with("✋ Dibatalkan: ") => Some(End::Cancelled),
            _ if text.starts_with("⏳ ") && text.contains("/batal") => None,
            // Klikoo refuses a request from before a jump of the clock, and its repeat from before the next jump.
            _ if text.starts_with("🔧 ") && self.in_storm => Some(End::Answered),
            _ => panic!("{check:?} is wrongly answered: {text:?}"),
        }
    }

    /// How it has ended, if it has: what the newest message says.
    fn end(&self) -> Option<End> {
        self.said.last().and_then(|(_, end)| *end)
    }
}

/// All that was asked.
pub(super) struct Ledger {
    now: DateTime<Utc>,
    is_calm: bool,
    questions: Vec<Question>,
    /// The question behind each message: the one that asked it, and those that answer it.
    of: HashMap<Place, usize>,
    /// By chat: how many answers may have come twice.
    excused: HashMap<i64, usize>,
}

impl Ledger {
    pub(super) fn at(now: DateTime<Utc>) -> Self {
        Self { now, is_calm: false, questions: Vec::new(), of: HashMap::new(), excused: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.questions.len()
    }

    /// Asks; without a check, cancels what waits.
    pub(super) async fn ask(&mut self, conversation: usize, place: &Conversation, check: Option<Check>) {
        let line = check.map_or("/batal".to_owned(), |it| format!("/cek {} {}", PRODUCTS[it.product].0, it.number()));
        self.of.insert(place_of(&place.says(&line).await), self.len());
        let (turn, in_storm, earliest, waited) = (self.len(), !self.is_calm, self.now, TimeDelta::zero());
        self.questions.push(Question { conversation, turn, check, earliest, waited, in_storm, said: Vec::new() });
    }

    /// What was asked from `first` on comes to the bot in the reverse order.
    pub(super) fn reverse_since(&mut self, first: usize) {
        let turns = (first..self.len()).rev();
        self.questions[first..].iter_mut().zip(turns).for_each(|(question, turn)| question.turn = turn);
    }

    pub(super) fn excuse_one_double_in(&mut self, chat: i64) {
        *self.excused.entry(chat).or_default() += 1;
    }

    /// The clock was moved.
    pub(super) fn time_is(&mut self, now: DateTime<Utc>) {
        self.now = now;
        for question in &mut self.questions {
            question.earliest = question.earliest.min(now);
            question.waited = question.waited.max(now - question.earliest);
        }
    }

    /// All is put right. From now on a check is given up only where there never is an answer, or where little time was
    /// left.
    pub(super) fn begin_calm(&mut self) {
        self.is_calm = true;
        let is_lost = |it: &&mut Question| it.waited > PATIENCE - ENOUGH || it.check.is_some_and(Check::is_hopeless);
        self.questions.iter_mut().filter(is_lost).for_each(|question| question.waited = PATIENCE);
    }

    /// Reads what the bot has said since.
    pub(super) fn hear(&mut self, telegram: &FakeTelegram) {
        for reply in telegram.take_replies() {
            let asked = reply.replies_to().and_then(|message| self.of.get(&(reply.chat_id(), message)));
            let index = *asked.unwrap_or_else(|| panic!("it answers nothing: {reply:?}"));
            let question = &self.questions[index];
            let is_overtaken = |other: &Question| {
                other.conversation == question.conversation && other.turn > question.turn && !other.said.is_empty()
            };
            assert!(!self.questions.iter().any(is_overtaken), "a later question was answered before: {reply:?}");
            self.of.insert(place_of(&reply), index);
            self.questions[index].said.push((place_of(&reply), None));
            self.note(index, place_of(&reply), reply.text());
        }
        for edit in telegram.take_edits() {
            let index = self.of[&place_of(&edit)];
            self.note(index, place_of(&edit), edit.text());
        }
    }

    fn note(&mut self, index: usize, place: Place, text: &str) {
        let Some(end) = self.questions[index].read(text) else { return };
        let Question { conversation, turn, waited, .. } = self.questions[index];
        let cancels = |it: &Question| it.conversation == conversation && it.check.is_none() && it.turn > turn;
        match end {
            End::Answered => {}
            End::GivenUp => assert!(waited >= PATIENCE, "given up too early: {text:?}"),
            End::Cancelled => assert!(self.questions.iter().any(cancels), "nobody has cancelled it: {text:?}"),
        }
        let said = self.questions[index].said.iter_mut().find(|(message, _)| *message == place).unwrap();
        let before = said.1.replace(end);
        assert!(before.is_none_or(|before| before == end), "it had ended before: {before:?}, {text:?}");
    }

    /// Whether somebody has heard nothing at all.
    pub(super) fn owes_a_word(&self) -> bool {
        self.questions.iter().any(|question| question.said.is_empty())
    }

    /// Waits until every `/batal` and all checks that are awaited have ended.
    pub(super) async fn until_ended(&mut self, telegram: &FakeTelegram, is_awaited: impl Fn(Check) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let seen = telegram.calls_so_far();
            self.hear(telegram);
            let open = self.questions.iter().filter(|question| question.end().is_none());
            let open: Vec<_> = open.filter(|it| it.check.is_none_or(&is_awaited)).map(|it| it.check).collect();
            if open.is_empty() {
                return;
            }
            let goes_on = telegram.more_calls_than(seen, deadline).await && Instant::now() < deadline;
            assert!(goes_on, "some wait for ever: {open:?}");
        }
    }

    /// Holds all answers against what was asked, and against the history.
    pub(super) async fn compare(&self, history: &dyn History) {
        let mut doubled: HashMap<i64, usize> = HashMap::new();
        let mut ended: BTreeMap<(i64, String, String), usize> = BTreeMap::new();
        for question in &self.questions {
            let ((chat, _), _) = question.said[0];
            *doubled.entry(chat).or_default() += question.said.len() - 1;
            if let Some(check) = question.check.filter(|_| question.end() != Some(End::Cancelled)) {
                *ended.entry((chat, PRODUCTS[check.product].0.to_owned(), check.number())).or_default() += 1;
            }
        }
        let mut kept: BTreeMap<(i64, String, String), usize> = BTreeMap::new();
        for (&chat, &doubled) in &doubled {
            let excused = self.excused.get(&chat).copied().unwrap_or(0);
            assert!(doubled <= excused, "{doubled} answers came twice in {chat}, {excused} are excused");
            let page = history.page(ChatId(chat), Cursor::Newest, MAX_PAGE_LEN).await.unwrap();
            for (_, record) in page.records {
                *kept.entry((chat, record.product, record.number.as_str().to_owned())).or_default() += 1;
            }
        }
        assert_eq!(kept, ended, "the history has each check that has ended, once, and none that was cancelled");
    }
}

fn place_of(message: &impl Quotable) -> Place {
    (message.chat_id(), message.message_id())
}
