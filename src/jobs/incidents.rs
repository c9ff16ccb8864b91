//! The incidents that last: owners are told once of each, and once when it is over.
//!
//! What is wrong is noted by whoever meets it ([`Incidents::begin`]); that it works again, by the opposite observation
//! ([`Incidents::well`]). The watch (`watch`) ends those that have been well for long enough ([`Incidents::settled`]).
//! Each is a row of the store, so that a restart tells nothing again; what a full disk does not take is known here
//! alone.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use chrono::{DateTime, Utc, serde::ts_milliseconds};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    chat::Incident,
    clock::Clock,
    store::{self, KeyValue, MAX_PAGE_LEN, Row, RowKind},
};

/// The incidents that last. The truth is in the store; here is a copy, and since when each is well again.
pub(super) struct Incidents {
    rows: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
    /// `None`: not read yet.
    open: Mutex<Option<HashMap<Incident, Open>>>,
    /// Whether there may be any: so that a check that works costs nothing where there is none.
    may_be_open: AtomicBool,
}

/// One that lasts.
#[derive(Clone, Copy, Debug)]
struct Open {
    since: DateTime<Utc>,
    is_told: bool,
    /// Since when it works again.
    well_since: Option<DateTime<Utc>>,
}

/// One as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(with = "ts_milliseconds")]
    since: DateTime<Utc>,
    told: bool,
}

impl Incidents {
    pub(super) fn new(rows: Arc<dyn KeyValue>, clock: Arc<dyn Clock>) -> Self {
        Self { rows, clock, open: Mutex::new(None), may_be_open: AtomicBool::new(true) }
    }

    /// Something is wrong. Gives whether that is news, which the caller tells the owners and then says so ([`told`]).
    ///
    /// [`told`]: Incidents::told
    pub(super) async fn begin(&self, incident: &Incident) -> bool {
        let mut open = self.open().await;
        let Some(open) = open.as_mut() else { return true };
        self.may_be_open.store(true, Relaxed);
        if let Some(known) = open.get_mut(incident) {
            known.well_since = None;
            return false;
        }
        let begun = Open { since: self.clock.now(), is_told: false, well_since: None };
        open.insert(incident.clone(), begun);
        self.keep(incident, begun).await;
        true
    }

    /// The owners were told.
    pub(super) async fn told(&self, incident: &Incident) {
        let mut open = self.open().await;
        if let Some(open) = open.as_mut().and_then(|open| open.get_mut(incident)) {
            open.is_told = true;
            self.keep(incident, *open).await;
        }
    }

    /// What fits works again, as far as was seen at this moment.
    pub(super) async fn well(&self, fits: impl Fn(&Incident) -> bool) {
        if !self.may_be_open.load(Relaxed) {
            return;
        }
        let now = self.clock.now();
        for (incident, known) in self.open().await.iter_mut().flatten() {
            if fits(incident) {
                known.well_since.get_or_insert(now);
            }
        }
    }

    /// Takes those that are over, with the moment since when each lasted.
    pub(super) async fn settled(&self) -> Vec<(Incident, DateTime<Utc>)> {
        let now = self.clock.now();
        let mut open = self.open().await;
        let Some(open) = open.as_mut() else { return Vec::new() };
        let is_over = |incident: &Incident, known: &Open| {
            known.is_told && known.well_since.is_some_and(|since| now - since >= incident.settles_in())
        };
        let mut over = Vec::new();
        let well: Vec<Incident> =
            open.iter().filter(|(incident, known)| is_over(incident, known)).map(|(one, _)| one.clone()).collect();
        for incident in well {
            // What cannot be removed would be there again after a restart: it is over once it can.
            if self.rows.remove(RowKind::Incident, &key(&incident)).await.is_ok()
                && let Some(Open { since, .. }) = open.remove(&incident)
            {
                over.push((incident, since));
            }
        }
        self.may_be_open.store(!open.is_empty(), Relaxed);
        over
    }

    /// Whether the store takes writes again, where it is known not to.
    pub(super) async fn look_at_store(&self) {
        let lasts = self.open().await.as_ref().and_then(|open| open.get(&Incident::Store).copied());
        if let Some(lasts) = lasts
            && self.keep(&Incident::Store, lasts).await
        {
            self.well(|incident| *incident == Incident::Store).await;
        }
    }

    async fn open(&self) -> MutexGuard<'_, Option<HashMap<Incident, Open>>> {
        let mut open = self.open.lock().await;
        if open.is_none() {
            *open = Some(self.read().await.unwrap_or_else(|error| {
                tracing::error!(%error, "the incidents that lasted when the bot last ended cannot be read");
                HashMap::new()
            }));
        }
        open
    }

    /// Those that the owners know of. What they were about to be told when the bot ended they are told when it is met
    /// again.
    async fn read(&self) -> Result<HashMap<Incident, Open>, store::Error> {
        let rows = self.rows.list(RowKind::Incident, None, MAX_PAGE_LEN).await?;
        let read = |row: Row| {
            let incident: Incident = serde_json::from_str(&row.key).ok()?;
            let Kept { since, told } = row.read()?;
            told.then_some((incident, Open { since, is_told: true, well_since: None }))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Gives whether it is kept.
    async fn keep(&self, incident: &Incident, Open { since, is_told, .. }: Open) -> bool {
        let kept = Kept { since, told: is_told };
        let kept = self.rows.put(Row::json(RowKind::Incident, key(incident), &kept, None)).await;
        kept.inspect_err(|error| tracing::warn!(%error, "an incident is known in memory alone")).is_ok()
    }
}

/// The key of an incident's row: its JSON.
fn key(incident: &Incident) -> String {
    serde_json::to_string(incident).unwrap_or_default()
}
