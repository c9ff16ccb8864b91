//! `ceknomor demo`: the bot's conversation at a terminal, against a sandbox of its own. Nothing leaves this machine, and
//! nothing is kept.
//!
//! The same [`Runner`] carries out the same jobs as the bot's, with the [`Terminal`] as its outbox: what is read here is
//! what a phone shows, with buttons as numbered choices and a ⏳ that becomes an answer.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI32, Ordering::Relaxed},
    },
};

use anyhow::Context;
use async_trait::async_trait;
use chrono::TimeDelta;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

use super::{run::stop_signal, sandbox};
use crate::{
    access::Access,
    app::Checks,
    bot::read_line,
    catalog::Catalog,
    chat::{Button, Conversation, Intent, Message, Press, Reply},
    clock::{Clock, SystemClock},
    inquiry,
    jobs::{Bounds, Destination, Incoming, Outbox, Placed, PressedButton, Priority, Refused, Runner, Task, Typing},
    klikoo::{PrivateKey, Timeouts},
    store::{SledStore, Store},
    value::{ChatId, MessageId, UpdateId, UserId},
};

/// The one agent at the terminal, and the private chat.
const USER: UserId = UserId(1);
const CHAT: ChatId = ChatId(1);

/// What the bot is called where a line does not name it.
const NAME: &str = "ceknomor_demo_bot";

/// How long a provider that does not answer is asked again.
const RETRY_WINDOW: TimeDelta = TimeDelta::minutes(15);

/// For how long an answer is good for the same check, as `run` has it by itself.
const RECENT: TimeDelta = TimeDelta::minutes(10);

/// Longer lines than Telegram sends are cut off.
const MAX_LINE_LEN: usize = 4096;

const WELCOME: &str = "\
This is the conversation that agents have with the bot in Telegram, held against a built-in sandbox:
no account, no token, no network; nothing is kept. Try these, or your own:

  PLN20 01105691111            a customer of PLN
  DNOPEN 0817-345-544 50rb     DANA, open nominal, a number as it was pasted
  PLN20 0110569111             one digit is missing
  PLN20 00000000404            a number that PLN does not know
  PLN20 00000000508            PLN does not answer at once: wait for it, or /batal
  /produk     /riwayat     /bantuan     /bahasa en

A button stands below a message as [1] with its label: type 1 to press it.
`ceknomor sandbox --list` shows what every number does. A provider that fails some times in a row is
not asked for a while, and then even a good number has to wait (/gangguan). Ctrl-D ends.
";

pub(super) async fn demo() -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot open a port for the sandbox")?;
    let (sandbox, account) = sandbox::start(listener, PrivateKey::generate()?)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store: Arc<dyn Store> = Arc::new(SledStore::temporary()?);
    let checks = Checks {
        klikoo: account,
        timeouts: Timeouts::default(),
        retry_window: Some(RETRY_WINDOW),
        catalog: Catalog::load(None)?,
        recent: Some(RECENT),
        bounds: inquiry::Bounds::default(),
    };
    let conversation = Arc::new(checks.conversation(&store, &clock)?);
    let terminal = Arc::new(Terminal::new());
    let access = Access::new([], [CHAT]);
    let runner = Runner::new(store, conversation.clone(), terminal.clone(), access, clock.clone(), Bounds::default());
    let stop = stop_signal()?;
    let jobs_stop = CancellationToken::new();
    let jobs = tokio::spawn(runner.clone().run(jobs_stop.clone()));
    terminal.show(WELCOME)?;
    let dialogue = Dialogue { terminal, conversation, runner, clock, typed_by_hand: std::io::stdin().is_terminal() };
    // Whoever stops reading the output or the conversation ends it.
    let _ = stop.run_until_cancelled(dialogue.hold()).await.transpose()?;
    jobs_stop.cancel();
    jobs.abort();
    sandbox.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The agent's side: lines that are typed become jobs.
struct Dialogue {
    terminal: Arc<Terminal>,
    conversation: Arc<Conversation>,
    runner: Arc<Runner>,
    clock: Arc<dyn Clock>,
    typed_by_hand: bool,
}

impl Dialogue {
    async fn hold(&self) -> anyhow::Result<()> {
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        for number in 1.. {
            self.prompt("")?;
            let Some(line) = lines.next_line().await.context("cannot read standard input")? else {
                break;
            };
            let line: String = line.trim().chars().take(MAX_LINE_LEN).collect();
            if line.is_empty() {
                continue;
            }
            if !self.typed_by_hand {
                // Piped input is shown, so that what comes out reads as a conversation.
                self.prompt(&format!("{line}\n"))?;
            }
            self.say(number, &line).await?;
        }
        self.terminal.show("\n")
    }

    async fn say(&self, number: i32, line: &str) -> anyhow::Result<()> {
        let message = MessageId(number);
        let to = Destination { chat: CHAT, topic: None, message: Some(message) };
        let (intent, press) = match self.terminal.pressed(line) {
            Some((under, data)) => {
                let press = PressedButton { id: number.to_string(), message: under };
                (Intent::Press { press: Press::decode(&data) }, Some(press))
            }
            None => {
                let line = read_line(line, name_in(line));
                let typed = Message { chat: CHAT, user: USER, line, quoted: None, replies_to_bot: false };
                let Some(intent) = self.conversation.understand(&typed) else { return Ok(()) };
                (intent, None)
            }
        };
        let task = Task { to, quoted: None, asked: self.clock.now(), press, edited: false, intent };
        let update = UpdateId(number.unsigned_abs().into());
        self.terminal.expect_answer(message);
        self.runner.accept(vec![Incoming { update, chat: CHAT, user: USER, task }]).await;
        self.terminal.answered().await
    }

    fn prompt(&self, line: &str) -> anyhow::Result<()> {
        if self.typed_by_hand || !line.is_empty() { self.terminal.show(&format!("> {line}")) } else { Ok(()) }
    }
}

/// The bot's side: an outbox that prints.
struct Terminal {
    colours: bool,
    /// The buttons under the last message that has any, which numbers press.
    buttons: Mutex<(MessageId, Vec<Button>)>,
    next_message: AtomicI32,
    /// The line whose answer is waited for.
    awaited: Mutex<Option<MessageId>>,
    answered: Notify,
    is_broken: AtomicBool,
}

impl Terminal {
    fn new() -> Self {
        Self {
            colours: std::io::stdout().is_terminal(),
            buttons: Mutex::new((MessageId(0), Vec::new())),
            // Messages of the bot's are told from the lines that are typed.
            next_message: AtomicI32::new(1_000_000),
            awaited: Mutex::default(),
            answered: Notify::new(),
            is_broken: AtomicBool::new(false),
        }
    }

    /// The button that a line presses: the message that it stands under, and its data.
    fn pressed(&self, line: &str) -> Option<(MessageId, String)> {
        let (message, buttons) = &*lock(&self.buttons);
        match buttons.get(line.parse::<usize>().ok()?.checked_sub(1)?)? {
            Button::Press { data, .. } => Some((*message, data.clone())),
            Button::Copy { .. } => None,
        }
    }

    fn expect_answer(&self, line: MessageId) {
        *lock(&self.awaited) = Some(line);
    }

    /// Waits until the line is answered.
    async fn answered(&self) -> anyhow::Result<()> {
        while lock(&self.awaited).is_some() {
            self.answered.notified().await;
        }
        anyhow::ensure!(!self.is_broken.load(Relaxed), std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        Ok(())
    }

    fn print(&self, message: MessageId, reply: &Reply) {
        let mut text = if self.colours { reply.text.render(colour) } else { reply.text.plain() };
        text.push('\n');
        let mut choice = 0;
        for row in &reply.buttons {
            let row = row.iter().map(|button| {
                choice += 1;
                format!("[{choice}] {}", button.label())
            });
            text.push_str(&format!("{}\n", row.collect::<Vec<_>>().join("   ")));
        }
        *lock(&self.buttons) = (message, reply.buttons.concat());
        self.print_line(&text);
    }

    fn print_line(&self, text: &str) {
        if self.show(&format!("{text}\n")).is_err() {
            self.is_broken.store(true, Relaxed);
        }
    }

    fn end_wait(&self) {
        *lock(&self.awaited) = None;
        self.answered.notify_one();
    }

    fn show(&self, text: &str) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to standard output")
    }
}

#[async_trait]
impl Outbox for Terminal {
    async fn send(&self, to: Destination, reply: &Reply, _: Priority) -> Result<Placed, Refused> {
        let message = MessageId(self.next_message.fetch_add(1, Relaxed));
        self.print(message, reply);
        if to.message == *lock(&self.awaited) {
            self.end_wait();
        }
        Ok(Placed { chat: to.chat, message })
    }

    async fn edit(&self, message: Placed, reply: &Reply, _: Priority) -> Result<(), Refused> {
        self.print(message.message, reply);
        Ok(())
    }

    async fn answer_press(&self, _: &str, notice: Option<&str>) {
        if let Some(notice) = notice {
            self.print_line(notice);
        }
        self.end_wait();
    }

    async fn delete(&self, _: Placed) {}

    fn typing(&self, _: Destination) -> Typing {
        Typing::default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a line calls the bot: `/cek@BOT` is for this one whatever its name, as there is no other here.
fn name_in(line: &str) -> &str {
    let command = line.split_whitespace().next().filter(|word| word.starts_with('/'));
    command.and_then(|word| word.split_once('@')).map_or(NAME, |(_, name)| name)
}

/// Telegram's tags in a terminal's colours.
fn colour(tag: &str) -> &'static str {
    match tag {
        "b" => "\x1b[1m",
        "i" => "\x1b[2m",
        "code" => "\x1b[36m",
        _ => "\x1b[0m",
    }
}
