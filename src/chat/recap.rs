//! Checks in figures: what `/rekap` says of a chat, and what owners read of all chats (`owner/statistics`).

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, Timelike, Utc};

use super::{
    conversation::Conversation,
    dates::{self, Period},
    files::{Report, picture, trouble},
    message::Asker,
    view::View,
};
use crate::{
    clock::WIB,
    locale::{Html, Words, date, month_and_year},
    say,
    store::{self, MAX_PAGE_LEN},
    value::{ChatId, Provider, UserId, Verdict},
};

/// The most agents that a recap names.
const MAX_AGENTS: usize = 10;

/// Checks, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) checks: usize,
    pub(super) found: usize,
    /// Those without any answer about their number.
    pub(super) unanswered: usize,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.checks += other.checks;
        self.found += other.found;
        self.unanswered += other.unanswered;
    }

    /// How many of a hundred checks found the customer.
    fn percent(self) -> usize {
        self.found.saturating_mul(100).checked_div(self.checks).unwrap_or_default()
    }

    /// A line with them.
    pub(super) fn line(self, words: Words<'_>, name: Html) -> Html {
        say!(words, "recap-line", name = name, checks = self.checks, percent = self.percent())
    }
}

/// A check that is counted.
pub(super) struct Counted {
    pub(super) agent: UserId,
    pub(super) provider: Provider,
    pub(super) group: Option<ChatId>,
    pub(super) at: DateTime<Utc>,
    pub(super) is_found: bool,
    pub(super) is_unanswered: bool,
}

/// The checks of a time in figures.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) all: Sum,
    pub(super) by_provider: BTreeMap<Provider, Sum>,
    pub(super) by_agent: BTreeMap<UserId, Sum>,
    pub(super) by_group: BTreeMap<ChatId, Sum>,
    /// How many there were in each hour of the day, in WIB.
    pub(super) hours: [u64; 24],
}

impl Figures {
    /// Counts one more.
    pub(super) fn add(&mut self, check: &Counted) {
        let (found, unanswered) = (usize::from(check.is_found), usize::from(check.is_unanswered));
        let one = Sum { checks: 1, found, unanswered };
        self.all.add(one);
        self.by_provider.entry(check.provider).or_default().add(one);
        self.by_agent.entry(check.agent).or_default().add(one);
        if let Some(group) = check.group {
            self.by_group.entry(group).or_default().add(one);
        }
        if let Some(count) = self.hours.get_mut(check.at.with_timezone(&WIB).hour() as usize) {
            *count += 1;
        }
    }

    /// The heading, and all of them in a line or two.
    pub(super) fn summary(&self, words: Words<'_>, heading: Html) -> Vec<Html> {
        let Sum { checks, found, unanswered } = self.all;
        let percent = self.all.percent();
        let mut lines = vec![heading, say!(words, "recap-all", checks = checks, found = found, percent = percent)];
        if unanswered > 0 {
            lines.push(say!(words, "recap-unanswered", count = unanswered));
        }
        lines
    }

    /// A line for each provider.
    pub(super) fn providers(&self, words: Words<'_>) -> impl Iterator<Item = Html> {
        self.by_provider.iter().map(move |(provider, sum)| sum.line(words, Html::escape(provider.name())))
    }
}

/// The first of a ranking, most checks first, and how many are left off.
pub(super) fn top<K: Copy>(sums: &BTreeMap<K, Sum>, most: usize) -> (Vec<(K, Sum)>, usize) {
    let mut ranked: Vec<(K, Sum)> = sums.iter().map(|(key, sum)| (*key, *sum)).collect();
    ranked.sort_by_key(|(_, sum)| Reverse(sum.checks));
    let left_off = ranked.len().saturating_sub(most);
    ranked.truncate(most);
    (ranked, left_off)
}

impl Conversation {
    /// The chat's checks of a period in figures, under a picture of its busiest hours.
    pub async fn recap(&self, asker: &Asker, period: Option<Period>, asked: DateTime<Utc>) -> Report {
        let words = self.words(asker.chat).await;
        let Some((first, next)) = period.and_then(|period| period.days(asked)) else {
            return Report::Said(say!(words, "recap-usage").into());
        };
        let (from, until) = (dates::start(first), dates::start(next));
        let shown = match period {
            Some(Period::Month) => month_and_year(from, words),
            Some(Period::Week) => format!("{} – {}", date(from, words), date(asked, words)),
            _ => date(from, words),
        };
        let drawn = async {
            let view = self.view(asker).await;
            let figures = self.figures_of(asker.chat, &view, from, until).await?;
            if figures.all.checks == 0 {
                return Ok(None);
            }
            let title = say!(words, "recap-title", period = &shown).plain();
            let caption = self.caption(words, asker.chat, &shown, &figures).await;
            Ok(Some((picture(title, figures.hours, format!("rekap-{first}.png")).await?, caption)))
        };
        match drawn.await {
            Ok(None) => Report::Said(say!(words, "recap-none", period = &shown).into()),
            Ok(Some(picture)) => Report::Files(vec![picture]),
            Err(error) => Report::Said(trouble(words, &error)),
        }
    }

    /// What of a chat's checks the asker may see, in figures; the first moment belongs to them, the last does not.
    async fn figures_of(
        &self,
        chat: ChatId,
        view: &View,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Figures, store::Error> {
        let (mut figures, mut after) = (Figures::default(), None);
        loop {
            let page = self.history.stream(Some(chat), after, MAX_PAGE_LEN).await?;
            let Some((chat, seq, _)) = page.last() else { return Ok(figures) };
            after = Some((*chat, *seq));
            let records = page.iter().map(|(_, _, record)| record);
            for record in records.filter(|record| (from..until).contains(&record.at) && view.shows_record(record)) {
                let verdict = &record.outcome.verdict;
                figures.add(&Counted {
                    agent: record.agent,
                    provider: record.provider,
                    group: None,
                    at: record.at,
                    is_found: matches!(verdict, Verdict::Found(_)),
                    is_unanswered: matches!(
                        verdict,
                        Verdict::ProviderDown | Verdict::ServiceDown | Verdict::NoAnswer | Verdict::Operator(_)
                    ),
                });
            }
        }
    }

    async fn caption(&self, words: Words<'_>, chat: ChatId, period: &str, figures: &Figures) -> Html {
        let mut lines = figures.summary(words, say!(words, "recap-heading", period = period));
        lines.push(Html::default());
        lines.extend(figures.providers(words));
        if chat.is_group() {
            let (ranked, left_off) = top(&figures.by_agent, MAX_AGENTS);
            lines.push(Html::default());
            for (agent, sum) in ranked {
                lines.push(sum.line(words, self.names.of(words, agent).await));
            }
            lines.extend((left_off > 0).then(|| say!(words, "recap-more", count = left_off)));
        }
        let most = figures.hours.iter().copied().max().unwrap_or_default();
        if let Some(hour) = figures.hours.iter().position(|count| *count == most) {
            let (from, until) = (format!("{hour:02}.00"), format!("{:02}.00", hour + 1));
            lines.push(Html::default());
            lines.push(say!(words, "recap-busiest", from = from, until = until, count = most));
        }
        Html::lines(lines)
    }
}
