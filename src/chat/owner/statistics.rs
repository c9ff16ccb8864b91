//! `/statistik` and the daily report: checks in figures, over all chats. They are counted from the record of who did
//! what, which stands by time: a day costs a day, however long the history is.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Timelike, Utc};

use super::super::{
    conversation::Conversation,
    dates::{self, Period},
    files::{Report, picture, trouble},
    message::{Asker, Reply},
    recap::{Counted, Figures, top},
};
use crate::{
    access::Group,
    clock::WIB,
    locale::{Html, Words, date},
    say,
    store::{self, AuditAct, AuditEntry, AuditLog, MAX_PAGE_LEN},
};

/// The most agents, and the most groups, that figures name.
const MAX_NAMED: usize = 10;

/// The same in the daily report.
const MAX_IN_REPORT: usize = 5;

/// How checks ended without any answer about their number, in the words of the record.
const UNANSWERED: [&str; 4] = ["down", "service-down", "no-answer", "operator"];

/// The checks of a time over all chats.
#[derive(Default)]
pub(super) struct Statistics {
    pub(super) figures: Figures,
    /// Those without an answer, by the word in which the record has it.
    unanswered: BTreeMap<String, usize>,
}

impl Statistics {
    /// Those of today.
    pub(super) async fn of_today(audit: &Arc<dyn AuditLog>, now: DateTime<Utc>) -> Result<Self, store::Error> {
        let today = dates::today(now);
        Self::between(audit, dates::start(today), DateTime::<Utc>::MAX_UTC).await
    }

    /// Those between two moments; the first belongs to it, the last does not.
    async fn between(
        audit: &Arc<dyn AuditLog>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Self, store::Error> {
        let (mut statistics, mut after) = (Self::default(), None);
        loop {
            let entries = audit.audit_since(from, after, MAX_PAGE_LEN).await?;
            let Some((place, last)) = entries.last() else { return Ok(statistics) };
            let is_last = last.at >= until;
            after = Some(*place);
            entries.iter().filter(|(_, entry)| entry.at < until).for_each(|(_, entry)| statistics.add(entry));
            if is_last {
                return Ok(statistics);
            }
        }
    }

    fn add(&mut self, entry: &AuditEntry) {
        let (AuditAct::Check, Some(agent), Some(provider)) = (entry.act, entry.by, entry.provider) else { return };
        let (is_found, is_unanswered) = (entry.outcome == "found", UNANSWERED.contains(&&*entry.outcome));
        let group = entry.chat.filter(|chat| chat.is_group());
        self.figures.add(&Counted { agent, provider, group, at: entry.at, is_found, is_unanswered });
        if is_unanswered {
            *self.unanswered.entry(entry.outcome.to_string()).or_default() += 1;
        }
    }

    /// How many there were in the present hour.
    pub(super) fn this_hour(&self, now: DateTime<Utc>) -> u64 {
        self.figures.hours.get(now.with_timezone(&WIB).hour() as usize).copied().unwrap_or_default()
    }
}

impl Conversation {
    /// `/statistik`: the checks of all chats by agent and group, under a picture of the busiest hours.
    pub async fn statistics(&self, asker: &Asker, period: Option<Period>, asked: DateTime<Utc>) -> Report {
        let words = self.words(asker.chat).await;
        let days = period.filter(|period| *period != Period::Month).and_then(|period| period.days(asked));
        let Some((first, next)) = days else {
            return Report::Said(say!(words, "statistics-usage").into());
        };
        let (from, until) = (dates::start(first), dates::start(next));
        let shown = match period {
            Some(Period::Day) => date(from, words),
            _ => format!("{} – {}", date(from, words), date(asked, words)),
        };
        let drawn = async {
            let Statistics { figures, .. } = Statistics::between(&self.audit, from, until).await?;
            if figures.all.checks == 0 {
                return Ok(None);
            }
            let mut lines = figures.summary(words, say!(words, "statistics-heading", period = &shown));
            lines.extend(self.busiest_agents(words, &figures, MAX_NAMED).await);
            lines.extend(self.busiest_groups(words, &figures).await);
            let title = say!(words, "recap-title", period = &shown).plain();
            let picture = picture(title, figures.hours, format!("statistik-{first}.png")).await?;
            Ok(Some((picture, Html::lines(lines))))
        };
        match drawn.await {
            Ok(Some(picture)) => Report::Files(vec![picture]),
            Ok(None) => Report::Said(say!(words, "statistics-none", period = &shown).into()),
            Err(error) => Report::Said(trouble(words, &error)),
        }
    }

    /// The checks of yesterday, for an owner who did not ask: without a sound.
    pub(super) async fn daily_report(&self, words: Words<'_>, now: DateTime<Utc>) -> Reply {
        let until = dates::start(dates::today(now));
        let from = dates::today(now).pred_opt().map_or(until, dates::start);
        let heading = say!(words, "report-heading", day = date(from, words));
        let mut lines = match Statistics::between(&self.audit, from, until).await {
            Ok(Statistics { figures, .. }) if figures.all.checks == 0 => vec![heading, say!(words, "report-none")],
            Ok(Statistics { figures, unanswered }) => {
                let mut lines = figures.summary(words, heading);
                lines.push(Html::default());
                lines.extend(figures.providers(words));
                lines.extend(self.busiest_agents(words, &figures, MAX_IN_REPORT).await);
                if !unanswered.is_empty() {
                    let problems = unanswered.iter();
                    let problems = problems
                        .map(|(word, count)| say!(words, "report-problem", outcome = word.as_str(), count = *count));
                    lines.extend([Html::default(), say!(words, "report-problems")].into_iter().chain(problems));
                }
                lines
            }
            Err(error) => {
                tracing::error!(%error, "the checks of yesterday cannot be counted");
                vec![heading, say!(words, "store-trouble")]
            }
        };
        lines.push(Html::default());
        lines.push(self.say_balance(words).await);
        Reply { is_quiet: true, ..Html::lines(lines).into() }
    }

    async fn busiest_agents(&self, words: Words<'_>, figures: &Figures, most: usize) -> Vec<Html> {
        let (ranked, left_off) = top(&figures.by_agent, most);
        let mut lines = vec![Html::default(), say!(words, "statistics-agents")];
        for (agent, sum) in ranked {
            lines.push(sum.line(words, self.names.of(words, agent).await));
        }
        lines.extend((left_off > 0).then(|| say!(words, "statistics-more", count = left_off)));
        lines
    }

    async fn busiest_groups(&self, words: Words<'_>, figures: &Figures) -> Vec<Html> {
        if figures.by_group.is_empty() {
            return Vec::new();
        }
        let (ranked, left_off) = top(&figures.by_group, MAX_NAMED);
        let mut lines = vec![Html::default(), say!(words, "statistics-groups")];
        for (group, sum) in ranked {
            let known = self.access.people.group(group).await.ok().flatten();
            let title = known.map(|Group { title, .. }| title).filter(|title| !title.is_empty());
            lines.push(sum.line(words, Html::escape(&title.unwrap_or_else(|| group.to_string()))));
        }
        lines.extend((left_off > 0).then(|| say!(words, "statistics-more", count = left_off)));
        lines
    }
}
