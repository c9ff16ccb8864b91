//! `ceknomor demo`: the bot's conversation at a terminal, against a sandbox of its own. Nothing leaves this machine,
//! and nothing is kept.
//!
//! The same [`Runner`] carries out the same jobs as the bot's, with the [`Terminal`] as its outbox: what is read here
//! is what a phone shows, with buttons as numbered choices and a ⏳ that becomes an answer.

mod input;
mod terminal;

use std::{env, io::IsTerminal, path::Path, process::ExitCode, sync::Arc};

use anyhow::Context;
use chrono::TimeDelta;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::{
    input::{Lines, PROMPT, line_editor, lines},
    terminal::{Choice, Terminal},
};
use super::{run::stop_signal, sandbox};
use crate::{
    access::{Limits, Lists},
    app::Checks,
    bot::read_line,
    catalog::Catalog,
    chat::{Conversation, Intent, Message, Origin, Press},
    clock::{Clock, SystemClock},
    config::CatalogSettings,
    inquiry,
    jobs::{Bounds, Destination, Incoming, PressedButton, Runner, Task},
    klikoo::{PrivateKey, Timeouts},
    locale::{Html, Words},
    say,
    store::{SledStore, Store},
    value::{ChatId, Language, MessageId, UpdateId, UserId},
};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Language to begin with: `id` or `en`; without it, English where LANG is, else Indonesian
    #[arg(long, value_name = "LANGUAGE")]
    #[arg(value_parser = |code: &str| Language::from_code(code).ok_or("give `id` or `en`"))]
    bahasa: Option<Language>,
    #[command(flatten)]
    catalog: CatalogSettings,
}

/// The one agent at the terminal, and the private chat.
const USER: UserId = UserId(1);
const CHAT: ChatId = ChatId(1);

/// What the bot is called where a line does not name it.
const NAME: &str = "ceknomor_demo_bot";

/// Longer lines than Telegram sends are cut off.
const MAX_LINE_LEN: usize = 4096;

pub(super) async fn demo(args: Args) -> anyhow::Result<ExitCode> {
    let catalog = match args.catalog.file.as_deref() {
        Some(file) => Catalog::load(Some(file))?,
        None => Catalog::over(&Catalog::default(), include_str!("products.toml"), Path::new("demo/products.toml"))?,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot open a port for the sandbox")?;
    let (sandbox, account) = sandbox::start(listener, PrivateKey::generate()?, catalog.clone())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store: Arc<dyn Store> = Arc::new(SledStore::temporary()?);
    let checks = Checks {
        klikoo: account,
        timeouts: Timeouts::default(),
        // As `run` has them by itself.
        retry_window: Some(TimeDelta::minutes(15)),
        recent: Some(TimeDelta::minutes(10)),
        catalog,
        bounds: inquiry::Bounds::default(),
        quotas: Limits::default(),
    };
    let conversation = Arc::new(checks.conversation(Lists::new([], [CHAT]), &store, &clock)?);
    let language = args.bahasa.unwrap_or_else(language_of_the_machine);
    conversation.preferences.set_language(CHAT, language).await?;
    let words = conversation.locale.words(language);

    let (editor, at_terminal) = line_editor().unzip();
    let (printer, restore) = at_terminal.unzip();
    let is_edited = editor.is_some();
    let terminal = Arc::new(Terminal::new(printer));
    let runner = Runner::new(store, conversation.clone(), terminal.clone(), clock.clone(), Bounds::default());
    let stop = stop_signal()?;
    let jobs_stop = CancellationToken::new();
    let jobs = tokio::spawn(runner.clone().run(jobs_stop.clone()));
    terminal.show(&opening(words, &terminal))?;
    let dialogue =
        Dialogue { terminal: terminal.clone(), conversation: conversation.clone(), runner, clock, is_edited };
    // A reader that stops reading the output ends the conversation, as its end and Ctrl-C do.
    let ended = stop.run_until_cancelled(dialogue.hold(lines(editor))).await.transpose()?;
    jobs_stop.cancel();
    jobs.abort();
    drop(restore);
    if ended.is_some() {
        let gap = if is_edited { "" } else { "\n" };
        terminal.show(&format!("{gap}{}\n", terminal.render(&say!(words, "demo-next"))))?;
    }
    sandbox.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// English where the machine is set to it, else Indonesian (POSIX: the first of these that is set decides).
fn language_of_the_machine() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(env::var_os).find(|value| !value.is_empty());
    let is_english = set.is_some_and(|value| value.to_string_lossy().starts_with("en"));
    if is_english { Language::En } else { Language::Id }
}

/// What the demo is, and lines to try: each is a button that types it.
fn opening(words: Words<'_>, terminal: &Terminal) -> String {
    let tried = |line: &str, note: Option<Html>| {
        let label = [Some(line.to_owned()), note.map(|note| note.plain())];
        terminal.number(&label.into_iter().flatten().collect::<Vec<_>>().join("  · "), Choice::Say(line.to_owned()))
    };
    let rows = [
        terminal.render(&say!(words, "demo-opening")),
        [tried("PLN20 01105691111", None), tried("dana 50rb 0817345544 an Baharrudin", None)].join("   "),
        tried("PLN20 0110569111", Some(say!(words, "demo-short"))),
        tried("PLN20 00000000508", Some(say!(words, "demo-late"))),
        [tried("/produk", None), tried("/riwayat", None), tried("/bantuan", None)].join("   "),
        terminal.render(&say!(words, "demo-end")),
    ];
    format!("{}\n\n", rows.join("\n"))
}

/// The agent's side: lines that are typed become jobs.
struct Dialogue {
    terminal: Arc<Terminal>,
    conversation: Arc<Conversation>,
    runner: Arc<Runner>,
    clock: Arc<dyn Clock>,
    /// Whether lines are edited at a terminal, which shows them by itself and takes the next at once.
    is_edited: bool,
}

impl Dialogue {
    async fn hold(&self, mut lines: Lines) -> anyhow::Result<()> {
        let is_piped = !self.is_edited && !std::io::stdin().is_terminal();
        for number in 1.. {
            if !self.is_edited && !is_piped {
                self.terminal.show(PROMPT)?;
            }
            let Some(line) = lines.recv().await.transpose()? else { break };
            let line: String = line.trim().chars().take(MAX_LINE_LEN).collect();
            if line.is_empty() {
                continue;
            }
            self.terminal.line_typed();
            if is_piped {
                // So that what comes out reads as a conversation.
                self.terminal.show(&format!("{PROMPT}{line}\n"))?;
            }
            match self.terminal.choice(&line) {
                Some(Choice::Press(under, data)) => {
                    let press = PressedButton { id: number.to_string(), message: under };
                    self.carry_out(number, Intent::Press { press: Press::decode(&data) }, Some(press)).await?;
                }
                Some(Choice::Copy(text)) => self.terminal.show(&format!("📋 {text}\n\n"))?,
                Some(Choice::Say(line)) => {
                    self.terminal.show(&format!("{PROMPT}{line}\n"))?;
                    self.say(number, &line).await?;
                }
                None => self.say(number, &line).await?,
            }
        }
        Ok(())
    }

    async fn say(&self, number: i32, line: &str) -> anyhow::Result<()> {
        // What a line calls the bot: `/cek@BOT` is for this one whatever its name, as there is no other here.
        let command = line.split_whitespace().next().filter(|word| word.starts_with('/'));
        let name = command.and_then(|word| word.split_once('@')).map_or(NAME, |(_, name)| name);
        let line = read_line(line, name);
        let origin = Origin::default();
        let typed =
            Message { chat: CHAT, user: USER, line, quoted: None, replies_to_bot: false, document: None, origin };
        match self.conversation.understand(&typed) {
            Some(intent) => {
                let intent = self.conversation.look_up(&typed, intent).await;
                self.carry_out(number, intent, None).await
            }
            None => Ok(()),
        }
    }

    async fn carry_out(&self, number: i32, intent: Intent, press: Option<PressedButton>) -> anyhow::Result<()> {
        let message = MessageId(number);
        let under = press.as_ref().map(|press| press.message);
        let to = Destination { chat: CHAT, topic: None, message: Some(message) };
        let task = Task { to, quoted: None, asked: self.clock.now(), press, in_place: None, edited: false, intent };
        let update = UpdateId(number.unsigned_abs().into());
        self.terminal.expect_answer(message, under);
        self.runner.accept(vec![Incoming { update, chat: CHAT, user: USER, task }]).await;
        if self.is_edited { self.terminal.check() } else { self.terminal.answered().await }
    }
}
