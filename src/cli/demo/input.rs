//! The lines that the demo reads: edited at a terminal, with history; as they come from a pipe.

use std::io::{self, BufRead as _, BufReader, IsTerminal, Write};

use anyhow::Context;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::{Config, Editor, ExternalPrinter, error::ReadlineError, history::MemHistory};
use tokio::sync::mpsc;

/// What is read, line by line, until the input ends.
pub(super) type Lines = mpsc::Receiver<anyhow::Result<String>>;

/// What stands before a line that is typed.
pub(super) const PROMPT: &str = "> ";

/// Words that end the demo, as Ctrl-D does.
const LAST_WORDS: [&str; 3] = ["keluar", "exit", "quit"];

/// A terminal's line editor. It asks for the next line as soon as it has one, as a phone does.
pub(super) type LineEditor = Editor<(), MemHistory>;

/// What prints above the line that is being edited.
pub(super) type Printer = Box<dyn ExternalPrinter + Send>;

/// An editor, where standard input and output are a terminal that can move its cursor. The terminal is as before once
/// [`Restore`] is dropped.
pub(super) fn line_editor() -> Option<(LineEditor, (Printer, Restore))> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return None;
    }
    let restore = tcgetattr(io::stdin()).ok()?;
    let config = Config::builder().auto_add_history(true).build();
    let mut editor = Editor::with_history(config, MemHistory::new()).ok()?;
    let printer = editor.create_external_printer().ok()?;
    Some((editor, (Box::new(printer), Restore(restore))))
}

/// Reads lines until the input ends, in a thread of its own: edited, or as they come.
pub(super) fn lines(mut editor: Option<LineEditor>) -> Lines {
    let (read, lines) = mpsc::channel(1);
    let mut plain = BufReader::new(io::stdin()).lines();
    let mut next = move || match editor.as_mut().map(|editor| editor.readline(PROMPT)) {
        None => plain.next().map(|line| line.context("cannot read standard input")),
        Some(Err(ReadlineError::Eof | ReadlineError::Interrupted)) => None,
        Some(line) => Some(line.context("cannot read from the terminal")),
    };
    // Not one of the runtime's threads: the process does not wait for it at the end.
    std::thread::spawn(move || {
        while let Some(line) = next() {
            let is_error = line.is_err();
            let is_last = |line: &String| LAST_WORDS.iter().any(|last| line.trim().eq_ignore_ascii_case(last));
            if line.as_ref().is_ok_and(is_last) || read.blocking_send(line).is_err() || is_error {
                break;
            }
        }
    });
    lines
}

/// Gives the terminal back as it was, also where a signal ends the demo while a line is edited.
pub(super) struct Restore(Termios);

impl Drop for Restore {
    fn drop(&mut self) {
        let mut out = io::stdout();
        // Nothing is left to do where it fails. The sequence ends bracketed paste; the shell begins on a line of its
        // own.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        let _ = out.write_all(b"\x1b[?2004l\n").and_then(|()| out.flush());
    }
}
