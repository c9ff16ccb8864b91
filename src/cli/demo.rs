//! `ceknomor demo`: the bot's conversation at a terminal, against a sandbox of its own. Nothing leaves this machine, and
//! nothing is kept.
//!
//! It is the same [`Talk`] as the bot's: what is read here is what a phone shows, with buttons as numbered choices.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
};

use super::{run::stop_signal, sandbox};
use crate::{
    app::{Stores, talk},
    catalog::Catalog,
    chat::{Ask, Button, Place, Press, Pressed, Reply, Role, Talk},
    clock::SystemClock,
    klikoo::{PrivateKey, Timeouts},
    value::{ChatId, UserId},
};

/// The one agent at the terminal.
const USER: UserId = UserId(1);
const CHAT: ChatId = ChatId(1);

/// What the bot is called where a line does not name it.
const NAME: &str = "ceknomor_demo_bot";

/// Longer lines than Telegram sends are cut off.
const LONGEST_LINE: usize = 4096;

const WELCOME: &str = "\
This is the conversation that agents have with the bot in Telegram, held against a built-in sandbox:
no account, no token, no network; nothing is kept. Try these, or your own:

  PLN20 01105691111            a customer of PLN
  DNOPEN 0817-345-544 50rb     DANA, open nominal, a number as it was pasted
  PLN20 0110569111             one digit is missing
  PLN20 00000000404            a number that PLN does not know
  PLN20 00000000503            PLN out of order
  /produk     /riwayat     /bantuan     /bahasa en

A button stands below a message as [1] with its label: type 1 to press it.
`ceknomor sandbox --list` shows what every number does. A provider that fails some times in a row is
left alone for a while, and then even a good number has to wait (/gangguan). Ctrl-D ends.
";

pub(super) async fn demo() -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot open a port for the sandbox")?;
    let (sandbox, account) = sandbox::start(listener, PrivateKey::generate()?)?;
    let clock = Arc::new(SystemClock);
    let catalog = Catalog::load(None)?;
    let talk = talk(account, Timeouts::default(), catalog, &Stores::in_memory(), clock, None)?;
    let mut terminal = Terminal::new(talk);
    let stop = stop_signal()?;
    terminal.show(WELCOME)?;
    // Whoever stops reading the output or the conversation ends it.
    let _ = stop.run_until_cancelled(terminal.converse()).await.transpose()?;
    sandbox.stop().await;
    Ok(ExitCode::SUCCESS)
}

struct Terminal {
    talk: Talk,
    /// The buttons under the last reply, which numbers press.
    buttons: Vec<Button>,
    typed_by_hand: bool,
    colours: bool,
}

impl Terminal {
    fn new(talk: Talk) -> Self {
        let colours = std::io::stdout().is_terminal();
        Self { talk, buttons: Vec::new(), typed_by_hand: std::io::stdin().is_terminal(), colours }
    }

    async fn converse(&mut self) -> anyhow::Result<()> {
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        loop {
            self.prompt("")?;
            let Some(line) = lines.next_line().await.context("cannot read standard input")? else {
                return self.show("\n");
            };
            let line: String = line.trim().chars().take(LONGEST_LINE).collect();
            if line.is_empty() {
                continue;
            }
            if !self.typed_by_hand {
                // Piped input is shown, so that what comes out reads as a conversation.
                self.prompt(&format!("{line}\n"))?;
            }
            self.hear(line).await?;
        }
    }

    async fn hear(&mut self, line: String) -> anyhow::Result<()> {
        let pressed = line.parse::<usize>().ok().and_then(|choice| self.buttons.get(choice.checked_sub(1)?));
        if let Some(Button { data, .. }) = pressed.cloned() {
            return match self.talk.press(&Press { chat: CHAT, user: USER, role: Role::Agent, data }).await {
                Pressed::Edit(reply) => self.reply(&reply),
                Pressed::Notice(notice) => self.show(&format!("{notice}\n\n")),
            };
        }
        let ask = Ask {
            chat: CHAT,
            user: USER,
            place: Place::Private,
            role: Role::Agent,
            text: line,
            quoted: None,
            replies_to_bot: false,
        };
        match self.talk.hear(&ask, name_in(&ask.text)).await.reply {
            Some(reply) => self.reply(&reply),
            None => Ok(()),
        }
    }

    fn reply(&mut self, reply: &Reply) -> anyhow::Result<()> {
        let mut text = if self.colours { reply.text.render(colour) } else { reply.text.plain() };
        text.push('\n');
        let buttons = reply.buttons.iter().zip(1..).map(|(button, choice)| format!("[{choice}] {}", button.label));
        if !reply.buttons.is_empty() {
            text.push_str(&format!("{}\n", buttons.collect::<Vec<_>>().join("   ")));
        }
        text.push('\n');
        self.buttons = reply.buttons.clone();
        self.show(&text)
    }

    fn prompt(&self, line: &str) -> anyhow::Result<()> {
        if self.typed_by_hand || !line.is_empty() { self.show(&format!("> {line}")) } else { Ok(()) }
    }

    fn show(&self, text: &str) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to standard output")
    }
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
