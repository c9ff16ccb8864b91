//! Two hundred messages as agents write them, written down by someone who had not seen the parser
//! (`tests/fixtures/agents-messages.json`), each with the checks that it means. Each is said by an agent of its own.
//!
//! A message ends well in just the checks that it means; or in a question whose buttons offer one of them; or, where it
//! means none, in any answer or silence without a check. No message may ever end in a check that it does not mean.

use ceknomor::{
    store::{Cursor, Record},
    value::ChatId,
};
use serde::Deserialize;
use serde_json::json;

use crate::scene::Scene;

#[derive(Deserialize)]
struct Said {
    text: String,
    quoted: Option<String>,
    expect: String,
    /// `PLN20 01105691111`, and perhaps a nominal.
    checks: Vec<String>,
}

/// How many of the messages may end badly.
const MOST_BAD: usize = 10;

#[tokio::test]
async fn agents_are_understood_and_no_other_digits_are_checked() {
    let said: Vec<Said> = serde_json::from_str(include_str!("../../fixtures/agents-messages.json")).unwrap();
    assert_eq!(said.len(), 200);
    let mut scene = Scene::new().await;
    scene.sell(include_str!("../../fixtures/agents-catalog.toml"));
    let agents: Vec<_> = said.iter().map(|_| scene.agent("Budi")).collect();
    let bot = scene.start();
    let mut offered = Vec::new();
    for (said, agent) in said.iter().zip(&agents) {
        let chat = agent.in_private();
        match &said.quoted {
            Some(quoted) => {
                let quote = json!({ "text": quoted, "position": 0 });
                chat.sends(json!({ "caption": said.text, "quote": quote, "photo": [] })).await;
            }
            None => drop(chat.says(&said.text).await),
        }
        // Whatever it answers, this comes behind it.
        chat.says("/id").await;
        let mut buttons = String::new();
        loop {
            let reply = chat.reply().await;
            if reply.text().starts_with("ID Anda") {
                break;
            }
            buttons.push_str(&reply.all_data().join("\n"));
        }
        offered.push(buttons);
    }
    bot.stop().await;
    let store = scene.store();
    let (mut bad, mut wrong) = (Vec::new(), Vec::new());
    for ((said, agent), offered) in said.iter().zip(&agents).zip(offered) {
        let page = store.page(ChatId(agent.id().cast_signed()), Cursor::Newest, 100).await.unwrap();
        let line = |record: &Record| {
            let nominal = record.nominal.map(|nominal| format!(" {}", nominal.0)).unwrap_or_default();
            format!("{} {}{nominal}", record.product, record.number.as_str())
        };
        let checked: Vec<String> = page.records.iter().rev().map(|(_, record)| line(record)).collect();
        let is_meant = |line: &String| said.checks.contains(line);
        let offers = |line: &String| {
            let number = line.split(' ').nth(1).unwrap_or_default();
            offered.contains(number)
        };
        if !checked.iter().all(is_meant) {
            wrong.push(format!("{:?} means {:?}, checked {checked:?}", said.text, said.checks));
        }
        let is_good = said.checks.iter().all(|line| checked.contains(line))
            || checked.is_empty() && said.checks.iter().any(offers);
        if !is_good {
            bad.push(format!(
                "{:?} ({}) means {:?}, checked {checked:?}, offered {offered:?}",
                said.text, said.expect, said.checks
            ));
        }
    }
    assert!(wrong.is_empty(), "checked what was not meant:\n{}", wrong.join("\n"));
    assert!(bad.len() <= MOST_BAD, "{} ended badly:\n{}", bad.len(), bad.join("\n"));
    // Lists go on in edits, and what showed a PIN is taken out.
    scene.telegram.take_edits();
    scene.telegram.read_deletions();
    scene.telegram.finish().await;
}
