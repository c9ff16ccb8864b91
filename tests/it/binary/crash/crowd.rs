//! Agents who keep asking, in private and in groups, and what became of each of their questions.

use std::collections::HashMap;

use super::super::stage::Stage;
use crate::bot_api::{InChat, Quotable, Reply, Talk, User};

/// Questions that one agent has open in one chat, at most: an agent types the next before the last is answered.
const OPEN: usize = 3;

/// Products of the sandbox with the names that head their answers, and how the numbers for each begin. With 99 endings
/// and 4 products no two of 396 questions in a row ask for the same, and far fewer are ever open.
const PRODUCTS: [(&str, &str, &str); 4] = [
    ("PLN20", "PLN 20.000", "00000000"),
    ("OVO10", "OVO 10.000", "081000000"),
    ("GOPAY10", "GoPay 10.000", "081000000"),
    ("DN1", "DANA 1.000", "081000000"),
];

/// The sandbox's customers by the ending of their numbers, from 001; the others up to 099 are the first one's.
const NAMES: [&str; 5] = ["BUDI CONTOH", "SITI MISALNYA", "WARUNG PERCOBAAN", "AGUS UMPAMA", "DEWI PURA-PURA"];

/// One question: what it asked, and every answer that came to it.
pub(super) struct Question {
    agent: usize,
    heading: String,
    name: &'static str,
    number: String,
    /// In the order in which they came.
    pub(super) answers: Vec<Reply>,
}

impl Question {
    fn new(agent: usize, count: usize) -> (Self, String) {
        let (code, product, beginning) = PRODUCTS[count % PRODUCTS.len()];
        let ending = count % 99;
        let number = format!("{beginning}{:03}", ending + 1);
        let line = format!("/cek {code} {number}");
        let name = NAMES.get(ending).unwrap_or(&NAMES[0]);
        (Self { agent, heading: format!("✅ {product}"), name, number, answers: Vec::new() }, line)
    }

    /// Whether an answer is the one to this question: product, name and number.
    fn is_answered_by(&self, text: &str) -> bool {
        let mut lines = text.lines();
        let (heading, name) = (lines.next(), lines.next());
        heading == Some(&self.heading) && name == Some(self.name) && text.contains(&self.number)
    }
}

/// All agents in all their chats.
pub(super) struct Crowd {
    talks: Vec<Talk>,
    /// By the chat and the id of the message that asked.
    questions: HashMap<(i64, i64), Question>,
    /// What was said that is not the right answer to a question in its chat.
    pub(super) wrong: Vec<Reply>,
}

impl Crowd {
    /// Six agents who ask in private, half of them in a supergroup as well and the other half in a group.
    pub(super) fn gather(stage: &mut Stage) -> Self {
        let agents: Vec<User> = (1..=6).map(|number| stage.telegram.user(&format!("Agen {number}"))).collect();
        let (some, others) = agents.split_at(3);
        let one = stage.telegram.supergroup("Konter Satu", &some.iter().collect::<Vec<_>>());
        let other = stage.telegram.group("Konter Dua", &others.iter().collect::<Vec<_>>());
        let mut talks: Vec<Talk> = agents.iter().map(User::in_private).collect();
        talks.extend(some.iter().map(|agent| agent.in_group(&one)));
        talks.extend(others.iter().map(|agent| agent.in_group(&other)));
        let chats: Vec<String> = talks.iter().map(|talk| talk.chat_id().to_string()).collect();
        stage.place.set("CEKNOMOR_CHATS", chats.join(","));
        Self { talks, questions: HashMap::new(), wrong: Vec::new() }
    }

    /// Lets every agent ask until each has as many questions open as there may be.
    pub(super) async fn ask(&mut self) {
        let mut open = vec![0; self.talks.len()];
        for question in self.open() {
            open[question.agent] += 1;
        }
        for (agent, open) in open.into_iter().enumerate() {
            for _ in open..OPEN {
                let (question, line) = Question::new(agent, self.questions.len());
                let sent = self.talks[agent].says(&line).await;
                self.questions.insert((sent.chat_id(), sent.message_id()), question);
            }
        }
    }

    /// Puts what the bot said to the questions that it answers.
    pub(super) fn hear(&mut self, replies: Vec<Reply>) {
        for reply in replies {
            let key = reply.replies_to().map(|original| (reply.chat_id(), original));
            match key.and_then(|key| self.questions.get_mut(&key)) {
                Some(question) if question.is_answered_by(reply.text()) => question.answers.push(reply),
                _ => self.wrong.push(reply),
            }
        }
    }

    /// Every question that was asked.
    pub(super) fn questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.values()
    }

    /// The questions that have no answer yet.
    pub(super) fn open(&self) -> impl Iterator<Item = &Question> {
        self.questions().filter(|question| question.answers.is_empty())
    }
}
