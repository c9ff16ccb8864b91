//! Files that are sent: `/ekspor` and a list as tables, and the picture of the busiest hours.

use std::{collections::HashMap, env::temp_dir, io::Write as _, path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

use super::{
    answer,
    conversation::{Conversation, store_trouble},
    dates::{self, Month},
    message::{Asker, Reply},
};
use crate::{
    clock::WIB,
    locale::{Html, Locale, Words, month_and_year, power},
    report::{self, CheckWords, Format, Headings, Table},
    say,
    store::{self, MAX_PAGE_LEN, Record},
    value::{Language, Verdict},
};

/// A file to send. It is removed when this is dropped.
#[derive(Debug)]
pub struct Attachment {
    /// The name under which the agent gets it.
    pub name: String,
    /// How it is shown.
    pub kind: FileKind,
    file: NamedTempFile,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// As a file, kept to the byte.
    Document,
    /// As a picture.
    Picture,
}

impl Attachment {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}

/// What a report came to.
#[derive(Debug)]
pub enum Report {
    /// Files, each with its caption.
    Files(Vec<(Attachment, Html)>),
    /// There is nothing to send.
    Said(Reply),
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Report(#[from] report::Error),
    #[error("cannot write a file of a report: {0}")]
    Write(#[from] std::io::Error),
    #[error("a report was given up: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

impl Conversation {
    /// The chat's checks of a month as two files, XLSX and CSV. One page of them is in memory at a time.
    pub async fn export(&self, asker: &Asker, month: Option<Month>, asked: DateTime<Utc>) -> Report {
        let words = self.words(asker.chat).await;
        let Some((first, next)) = month.and_then(|month| month.on(asked)) else {
            return Report::Said(say!(words, "export-usage").into());
        };
        let (from, until) = (dates::start(first), dates::start(next));
        let month = month_and_year(from, words);
        match self.write_checks(words, asker, from, until).await {
            Ok(None) => Report::Said(say!(words, "export-none", month = &month).into()),
            Ok(Some(tables)) => {
                let caption = say!(words, "export-caption", month = &month, count = tables.checks);
                tables.report(words, &format!("riwayat-{}", first.format("%Y-%m")), caption)
            }
            Err(error) => Report::Said(trouble(words, &error)),
        }
    }

    /// Checks of a list that began at a time, as two files.
    pub(super) async fn files_of(&self, words: Words<'_>, begun: DateTime<Utc>, records: Vec<Record>) -> Report {
        let mut rows = Vec::new();
        for record in records {
            let name: Arc<str> = self.names.of(words, record.agent).await.plain().into();
            rows.push((record, name));
        }
        let (locale, shown) = (self.locale.clone(), Shown::of(words));
        let written = spawn_blocking(move || {
            let mut tables = Tables::create(locale, shown)?;
            tables.push(&rows)?;
            tables.finish()
        });
        match written.await.map_err(Error::from).flatten() {
            Ok(tables) => {
                let begun = begun.with_timezone(&WIB).format("%Y-%m-%d-%H%M");
                let caption = say!(words, "list-caption", count = tables.checks);
                tables.report(words, &format!("daftar-{begun}"), caption)
            }
            Err(error) => Report::Said(trouble(words, &error)),
        }
    }

    async fn write_checks(
        &self,
        words: Words<'_>,
        asker: &Asker,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Finished>, Error> {
        let view = self.view(asker).await;
        let (mut after, mut names, mut tables) = (None, HashMap::new(), None);
        loop {
            let page = self.history.stream(Some(asker.chat), after, MAX_PAGE_LEN).await?;
            let Some((chat, seq, _)) = page.last() else { break };
            after = Some((*chat, *seq));
            let mut rows = Vec::new();
            for (_, _, record) in page {
                if !(from..until).contains(&record.at) || !view.shows_record(&record) {
                    continue;
                }
                let name = match names.get(&record.agent) {
                    Some(name) => Arc::clone(name),
                    None => {
                        let name: Arc<str> = self.names.of(words, record.agent).await.plain().into();
                        names.insert(record.agent, Arc::clone(&name));
                        name
                    }
                };
                rows.push((record, name));
            }
            if rows.is_empty() {
                continue;
            }
            let (begun, locale, shown) = (tables.take(), self.locale.clone(), Shown::of(words));
            let written = spawn_blocking(move || {
                let mut tables = begun.map_or_else(|| Tables::create(locale, shown), Ok)?;
                tables.push(&rows)?;
                Ok::<_, Error>(tables)
            });
            tables = Some(written.await??);
        }
        let Some(tables) = tables else { return Ok(None) };
        Ok(Some(spawn_blocking(move || tables.finish()).await??))
    }
}

/// A picture of the busiest hours.
pub(super) async fn picture(title: String, hours: [u64; 24], name: String) -> Result<Attachment, Error> {
    let file = spawn_blocking(move || {
        let mut file = NamedTempFile::new()?;
        file.write_all(&report::busiest_hours(&title, &hours)?)?;
        Ok::<_, Error>(file)
    });
    Ok(Attachment { name, kind: FileKind::Picture, file: file.await?? })
}

/// How the words are shown, for another thread.
#[derive(Clone, Copy)]
struct Shown {
    language: Language,
    masks_names: bool,
}

impl Shown {
    fn of(words: Words<'_>) -> Self {
        Self { language: words.language(), masks_names: words.masks_names() }
    }

    fn words(self, locale: &Locale) -> Words<'_> {
        locale.words(self.language).masking_names(self.masks_names)
    }
}

/// The two files that are being written.
struct Tables {
    locale: Arc<Locale>,
    shown: Shown,
    xlsx: Table,
    csv: Table,
    checks: usize,
}

impl Tables {
    fn create(locale: Arc<Locale>, shown: Shown) -> Result<Self, Error> {
        let words = shown.words(&locale);
        let columns = report::columns(&Headings {
            time: &say!(words, "column-time").plain(),
            agent: &say!(words, "column-agent").plain(),
            product: &say!(words, "column-product").plain(),
            provider: &say!(words, "column-provider").plain(),
            number: &say!(words, "column-number").plain(),
            nominal: &say!(words, "column-nominal").plain(),
            name: &say!(words, "column-name").plain(),
            power: &say!(words, "column-power").plain(),
            total: &say!(words, "column-total").plain(),
            status: &say!(words, "column-status").plain(),
            code: &say!(words, "column-code").plain(),
            reference: &say!(words, "column-reference").plain(),
        });
        let table = |format| Table::create(format, &temp_dir(), &columns);
        let (xlsx, csv) = (table(Format::Xlsx)?, table(Format::Csv)?);
        Ok(Self { locale, shown, xlsx, csv, checks: 0 })
    }

    fn push(&mut self, rows: &[(Record, Arc<str>)]) -> Result<(), report::Error> {
        let words = self.shown.words(&self.locale);
        for (record, agent) in rows {
            let (status, power, name) = match &record.outcome.verdict {
                Verdict::Found(customer) => {
                    let name = customer.name.as_ref().map(|name| words.name(name).plain());
                    (say!(words, "status-found"), customer.power.as_deref().map(power), name)
                }
                verdict => (answer::summary(words, verdict), None, None),
            };
            let (status, power, name) = (status.plain(), power.unwrap_or_default(), name.unwrap_or_default());
            let row = report::row(record, CheckWords { agent, name: &name, power: &power, status: &status });
            self.xlsx.push(&row)?;
            self.csv.push(&row)?;
            self.checks += 1;
        }
        Ok(())
    }
    fn finish(self) -> Result<Finished, Error> {
        Ok(Finished { xlsx: self.xlsx.finish()?, csv: self.csv.finish()?, checks: self.checks })
    }
}

/// The two files of the same checks.
struct Finished {
    xlsx: NamedTempFile,
    csv: NamedTempFile,
    checks: usize,
}

impl Finished {
    /// The two files by a name, with a caption under the first.
    fn report(self, words: Words<'_>, name: &str, caption: Html) -> Report {
        let file = |ending, file| Attachment { name: format!("{name}.{ending}"), kind: FileKind::Document, file };
        let (xlsx, csv) = (file("xlsx", self.xlsx), file("csv", self.csv));
        Report::Files(vec![(xlsx, caption), (csv, say!(words, "export-caption-csv"))])
    }
}

pub(super) fn trouble(words: Words<'_>, error: &Error) -> Reply {
    match error {
        Error::Store(error) => store_trouble(words, error).into(),
        error => {
            tracing::error!(%error, "a report could not be made");
            say!(words, "report-trouble").into()
        }
    }
}
