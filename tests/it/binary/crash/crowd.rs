//! Agents who keep asking, in private and in groups, and what became of each of their questions.

use std::collections::{HashMap, HashSet};

use rand::{Rng, rngs::StdRng};

use super::{
    super::stage::Stage,
    question::{Heard, Question},
};
use crate::telegram::{Conversation, FakeTelegram, InChat, Quotable, Reply, User};

/// Questions that one agent has open in one chat, at most: an agent types the next before the last is answered.
const OPEN: usize = 2;

/// A message, by its chat and its id there.
type Place = (i64, i64);

/// All agents in all their chats.
pub(super) struct Crowd {
    agents: Vec<(User, Conversation)>,
    /// By the message that asked.
    questions: HashMap<Place, Question>,
    /// Those that have no answer yet.
    open: HashSet<Place>,
    /// Those of them of which nothing was said at all.
    unheard: HashSet<Place>,
    /// The messages that said of a question that there is no answer yet.
    notices: HashMap<Place, Place>,
    /// Those of them that say by now that the answer is another message.
    closed: HashSet<Place>,
    /// The messages that show a history.
    pages: HashSet<Place>,
    /// By chat: the product and number of every check that was asked for there.
    asked: HashMap<i64, HashSet<String>>,
    /// What was said that is not the right answer to a question in its chat.
    pub(super) wrong: Vec<Reply>,
}

impl Crowd {
    /// Six agents who ask in private, half of them in a supergroup as well and the other half in a group.
    pub(super) fn gather(stage: &mut Stage) -> Self {
        let people: Vec<User> = (1..=6).map(|number| stage.telegram.user(&format!("Agen {number}"))).collect();
        let (some, others) = people.split_at(3);
        let one = stage.telegram.supergroup("Konter Satu", &some.iter().collect::<Vec<_>>());
        let other = stage.telegram.group("Konter Dua", &others.iter().collect::<Vec<_>>());
        let mut agents: Vec<(User, Conversation)> =
            people.iter().map(|agent| (agent.clone(), agent.in_private())).collect();
        agents.extend(some.iter().map(|agent| (agent.clone(), agent.in_group(&one))));
        agents.extend(others.iter().map(|agent| (agent.clone(), agent.in_group(&other))));
        let chats: Vec<String> = agents.iter().map(|(_, chat)| chat.chat_id().to_string()).collect();
        stage.place.set("CEKNOMOR_CHATS", chats.join(","));
        Self {
            agents,
            questions: HashMap::new(),
            open: HashSet::new(),
            unheard: HashSet::new(),
            notices: HashMap::new(),
            closed: HashSet::new(),
            pages: HashSet::new(),
            asked: HashMap::new(),
            wrong: Vec::new(),
        }
    }

    /// Lets every agent ask until each has as many questions open as there may be. Nobody waits for one of which the
    /// bot has said that its answer takes longer.
    pub(super) async fn ask(&mut self, random: &mut StdRng) {
        let mut open = vec![0; self.agents.len()];
        for place in &self.unheard {
            open[self.questions[place].agent] += 1;
        }
        for (agent, open) in open.into_iter().enumerate() {
            for _ in open..OPEN {
                let question = Question::any(agent, self.questions.len(), random);
                let place = place_of(&self.agents[agent].1.says(&question.line).await);
                self.asked.entry(place.0).or_default().extend(question.entry().map(str::to_owned));
                self.open.insert(place);
                self.unheard.insert(place);
                self.questions.insert(place, question);
            }
        }
    }

    /// Puts what the bot said to the questions that it answers, and turns some pages that it showed.
    pub(super) async fn hear(&mut self, telegram: &FakeTelegram, random: &mut StdRng) {
        for reply in telegram.take_replies() {
            match reply.replies_to().map(|original| (reply.chat_id(), original)) {
                // After a long wait; the message that asked showed a PIN, and is gone.
                Some(notice) if self.notices.contains_key(&notice) => {
                    self.put(self.notices[&notice], reply, random).await
                }
                Some(asked) => self.put(asked, reply, random).await,
                None => self.wrong.push(reply),
            }
        }
        for edit in telegram.take_edits() {
            match self.notices.get(&place_of(&edit)).copied() {
                // After a long wait the answer is a message of its own.
                Some(_) if edit.text() == "✅ Dijawab di bawah" => drop(self.closed.insert(place_of(&edit))),
                Some(asked) => self.put(asked, edit, random).await,
                None if self.pages.contains(&place_of(&edit)) && self.is_history_of_its_chat(&edit) => {}
                None => self.wrong.push(edit),
            }
        }
    }

    async fn put(&mut self, asked: Place, reply: Reply, random: &mut StdRng) {
        match self.questions.get(&asked).map(|question| question.hear(reply.text())) {
            Some(Heard::Notice) => {
                self.notices.insert(place_of(&reply), asked);
                self.unheard.remove(&asked);
            }
            Some(Heard::History) if self.is_history_of_its_chat(&reply) => {
                if random.gen_ratio(1, 2) {
                    self.turn(asked, &reply).await;
                }
                self.answered(asked, reply);
            }
            Some(Heard::Answer) => self.answered(asked, reply),
            _ => self.wrong.push(reply),
        }
    }

    /// Presses the button under a page, if there is one; who asked for it may.
    async fn turn(&mut self, asked: Place, page: &Reply) {
        self.pages.insert(place_of(page));
        let agent = self.questions[&asked].agent;
        if let Some(button) = page.buttons().first() {
            page.press(button, &self.agents[agent].0).await;
        }
    }

    fn answered(&mut self, asked: Place, reply: Reply) {
        self.open.remove(&asked);
        self.unheard.remove(&asked);
        let answers = &mut self.questions.get_mut(&asked).unwrap().answers;
        // A message may become the same answer twice: it is one all the same.
        if !answers.iter().any(|answer| answer.message_id() == reply.message_id()) {
            answers.push(reply);
        }
    }

    /// Whether every check on a page was asked for in the page's chat.
    fn is_history_of_its_chat(&self, page: &Reply) -> bool {
        let asked = self.asked.get(&page.chat_id());
        let was_asked = |entry: String| asked.is_some_and(|asked| asked.contains(&entry));
        page.text().lines().filter_map(entry_of).all(was_asked)
    }

    /// Every question that was asked.
    pub(super) fn questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.values()
    }

    /// Whether every question has an answer.
    pub(super) fn is_content(&self) -> bool {
        self.open.is_empty()
    }

    /// How many messages still promise an answer that came in another message.
    pub(super) fn orphans(&self) -> usize {
        let became_the_answer = |(notice, asked): (&Place, &Place)| {
            self.questions[asked].answers.iter().any(|answer| place_of(answer) == *notice)
        };
        self.notices.iter().filter(|pair| !self.closed.contains(pair.0) && !became_the_answer(*pair)).count()
    }
}

/// Product and number of a history's line, where it tells of a check; a history without any shows how to type one.
fn entry_of(line: &str) -> Option<String> {
    let mut words = line.split(' ').rev();
    let (number, code) = (words.next()?, words.next()?);
    let is_number = !line.contains('/') && number.len() >= 11 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{code} {number}"))
}

fn place_of(message: &impl Quotable) -> Place {
    (message.chat_id(), message.message_id())
}
