//! The demo's screen: an outbox that prints, with every button of the session under a number of its own.

use std::{
    fs,
    io::{IsTerminal, Write},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context;
use async_trait::async_trait;
use tokio::{sync::Notify, time::timeout};

use super::input::Printer;
use crate::{
    chat::{Attachment, Button, Reply},
    jobs::{Destination, Outbox, Placed, Priority, Refused, Typing},
    locale::Html,
    value::{ChatId, MessageId},
};

/// Where the files go that the bot sends.
const FILES: &str = "./ceknomor-demo";

/// Shown while a check runs, and wiped before the next text is printed.
const WAITING: &str = "…\n";

/// Goes one line up and wipes it.
const WIPE: &str = "\x1b[A\x1b[2K";

/// The longest time for which the next line of piped input is held back: more than a check takes. A press may end
/// without a word.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// What typing a number does.
#[derive(Clone)]
pub(super) enum Choice {
    /// Presses a button under this message.
    Press(MessageId, String),
    /// Shows what Telegram would copy.
    Copy(String),
    /// Says a line, as if it were typed.
    Say(String),
}

/// The screen, and the bot's side of the conversation.
pub(super) struct Terminal {
    screen: Mutex<Screen>,
    colours: bool,
    answered: Notify,
}

#[derive(Default)]
struct Screen {
    /// Prints above the line that is being edited; `None` where lines are read as they come.
    printer: Option<Printer>,
    shows_waiting: bool,
    /// Every button so far: the first has number 1.
    choices: Vec<Choice>,
    messages: i32,
    /// The message that is answered next, and the one under which a button was pressed.
    awaited: Option<(MessageId, Option<MessageId>)>,
    /// Whether something could not be printed.
    is_broken: bool,
}

impl Terminal {
    pub(super) fn new(printer: Option<Printer>) -> Self {
        // Messages of the bot's are told from the lines that are typed.
        let screen = Mutex::new(Screen { printer, messages: 1_000_000, ..Screen::default() });
        Self { screen, colours: std::io::stdout().is_terminal(), answered: Notify::new() }
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a line does that is a number of a button.
    pub(super) fn choice(&self, line: &str) -> Option<Choice> {
        self.screen().choices.get(line.parse::<usize>().ok()?.checked_sub(1)?).cloned()
    }

    /// Gives a choice the next number, and says how it is shown.
    pub(super) fn number(&self, label: &str, choice: Choice) -> String {
        let choices = &mut self.screen().choices;
        choices.push(choice);
        format!("[{}] {label}", choices.len())
    }

    pub(super) fn show(&self, text: &str) -> anyhow::Result<()> {
        let screen = &mut *self.screen();
        let wipe = if std::mem::take(&mut screen.shows_waiting) { WIPE } else { "" };
        let text = format!("{wipe}{text}");
        match &mut screen.printer {
            Some(printer) => printer.print(text).context("cannot write to the terminal"),
            None => {
                let mut out = std::io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to standard output")
            }
        }
    }

    /// A text as this terminal shows it.
    pub(super) fn render(&self, text: &Html) -> String {
        if self.colours { text.render(colour) } else { text.plain() }
    }

    /// The line that was typed stands below a sign of waiting now, which cannot be wiped any more.
    pub(super) fn line_typed(&self) {
        self.screen().shows_waiting = false;
    }

    /// From here on, an answer to `line` is waited for; `under`: it pressed a button under that message.
    pub(super) fn expect_answer(&self, line: MessageId, under: Option<MessageId>) {
        self.screen().awaited = Some((line, under));
    }

    /// Waits until the line is answered.
    pub(super) async fn answered(&self) -> anyhow::Result<()> {
        let wait = async {
            while self.screen().awaited.is_some() {
                self.answered.notified().await;
            }
        };
        let _ = timeout(MAX_WAIT, wait).await;
        self.check()
    }

    /// Whether everything could be printed.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(!self.screen().is_broken, std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        Ok(())
    }

    fn print(&self, message: MessageId, reply: &Reply) {
        let mut text = self.render(&reply.text);
        for row in &reply.buttons {
            let row = row.iter().map(|button| {
                let choice = match button {
                    Button::Press { data, .. } => Choice::Press(message, data.clone()),
                    Button::Copy { text, .. } => Choice::Copy(text.clone()),
                };
                self.number(button.label(), choice)
            });
            text.push_str(&format!("\n{}", row.collect::<Vec<_>>().join("   ")));
        }
        self.print_text(&text);
    }

    fn print_text(&self, text: &str) {
        if self.show(&format!("{text}\n\n")).is_err() {
            self.screen().is_broken = true;
        }
    }

    fn end_wait_if(&self, is_answer: impl FnOnce(MessageId, Option<MessageId>) -> bool) {
        let mut screen = self.screen();
        if screen.awaited.is_some_and(|(line, under)| is_answer(line, under)) {
            screen.awaited = None;
            self.answered.notify_one();
        }
    }
}

#[async_trait]
impl Outbox for Terminal {
    async fn send(&self, to: Destination, reply: &Reply, _: Priority) -> Result<Placed, Refused> {
        self.screen().messages += 1;
        let message = MessageId(self.screen().messages);
        self.print(message, reply);
        self.end_wait_if(|line, _| to.message == Some(line));
        Ok(Placed { chat: to.chat, message })
    }

    /// Writes the file into [`FILES`], and says where it is.
    async fn send_file(
        &self,
        to: Destination,
        file: &Attachment,
        caption: &Html,
        priority: Priority,
    ) -> Result<Placed, Refused> {
        let path = Path::new(FILES).join(&file.name);
        let copied = fs::create_dir_all(FILES).and_then(|()| fs::copy(file.path(), &path));
        let shown = format!("📎 {}", path.display());
        let text = match &copied {
            Ok(_) => Html::lines([Html::escape(&shown), caption.clone()]),
            Err(error) => Html::escape(&format!("{shown}: {error}")),
        };
        self.send(to, &text.into(), priority).await
    }

    /// Nothing can be sent to a terminal but lines.
    async fn read_file(&self, _: &str, _: usize) -> Result<Vec<u8>, Refused> {
        Err(Refused)
    }

    async fn edit(&self, message: Placed, reply: &Reply, _: Priority) -> Result<(), Refused> {
        self.print(message.message, reply);
        self.end_wait_if(|_, under| under == Some(message.message));
        Ok(())
    }

    async fn answer_press(&self, _: &str, notice: Option<&str>) {
        if let Some(notice) = notice {
            self.print_text(notice);
            self.end_wait_if(|_, under| under.is_some());
        }
    }

    async fn delete(&self, _: Placed) {}

    async fn leave(&self, _: ChatId) {}

    /// Only above a line that is being edited can it be wiped again.
    fn typing(&self, _: Destination) -> Typing {
        let screen = &mut *self.screen();
        if let Some(printer) = screen.printer.as_mut().filter(|_| !screen.shows_waiting) {
            screen.shows_waiting = printer.print(WAITING.to_owned()).is_ok();
        }
        Typing::default()
    }
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
