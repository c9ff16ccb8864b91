//! What people say to the bot and what it answers, through the whole bot, over real HTTP on both sides.

use std::time::Duration;

use ceknomor::bot::Limits;
use chrono::TimeDelta;

use crate::{
    scene::Scene,
    telegram::{Conversation, Reply, User},
};

mod agents;
mod backlog;
mod bad_input;
mod board;
mod broken_answers;
mod capacity;
mod checking;
mod coming;
mod customers;
mod deletion;
mod failing_parts;
mod fair_use;
mod files;
mod fragments;
mod full_disk;
mod group_access;
mod groups;
mod history;
mod identities;
mod journal;
mod language;
mod late;
mod limits;
mod lists;
mod managing;
mod operator;
mod outages;
mod owners_moments;
mod pins;
mod privacy;
mod products;
mod search;
mod storms;
mod strangers;
mod taken_off;
mod together;
mod updates;
mod vanished_directory;
mod verdicts;
mod waiting;
mod who_may;

/// Limits for tests that let hours pass in seconds: late answers are not paced by the machine's clock.
fn unpaced() -> Limits {
    let period = Duration::from_millis(1);
    let arrival_pause = Duration::ZERO;
    Limits { per_second: 1_000, private_period: period, group_period: period, arrival_pause, ..Limits::default() }
}

/// A check that finds its customer.
const CHECK: &str = "/cek PLN20 01105691111";

/// Somebody's private chat, in which the bot may write.
async fn greeted(user: &User) -> Conversation {
    let chat = user.in_private();
    ask(&chat, "/start").await;
    chat
}

/// Presses one button after the other, each as it is shown then; the message as it is in the end.
async fn pressed(first: Reply, labels: &[&str], by: &User) -> Reply {
    let mut shown = first;
    for label in labels {
        shown.press(label, by).await;
        shown = shown.edited().await;
    }
    shown
}

/// Says something, and reads the answer, which must be an answer to just that.
async fn ask(chat: &Conversation, text: &str) -> Reply {
    let asked = chat.says(text).await;
    let reply = chat.reply().await;
    assert!(reply.answers(&asked), "{text:?} is not what was answered: {reply:?}");
    reply
}

/// Lets time pass until something has happened.
async fn as_time_passes<T>(scene: &Scene, event: impl Future<Output = T>) -> T {
    let time = async {
        loop {
            scene.pass(TimeDelta::seconds(10));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        happened = event => happened,
        () = time => unreachable!("time never ends"),
    }
}

/// Checks once more than a page of the history holds, and gives the page that can be turned.
async fn first_of_two_pages(chat: &Conversation) -> Reply {
    for _ in 0..11 {
        ask(chat, "/cek PLN20 01105691111").await;
    }
    ask(chat, "/riwayat").await
}

/// The lines of a check's answer above its last, which must tell the time and the reference.
fn body(reply: &Reply) -> Vec<&str> {
    let mut lines: Vec<&str> = reply.text().lines().collect();
    let footer = lines.pop().unwrap_or_default();
    let reference = footer.strip_prefix("14:05 WIB · Ref ").and_then(|rest| rest.get(..8));
    assert!(reference.is_some_and(|short| short.bytes().all(|b| b.is_ascii_hexdigit())), "no footer: {reply:?}");
    lines
}

/// The vendor's code in the last line, if it shows one.
fn code(reply: &Reply) -> Option<&str> {
    Some(reply.text().lines().last()?.split_once(" · Kode ")?.1)
}
