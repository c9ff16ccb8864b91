//! Random lives of a few jobs, held against a plain list.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::samples::{claim, moment, new_job_of, record, waiting};
use super::super::{Accepted, Claim, Job, Kept, Load, NewJob, Record, Retries, Seq, Waiting, WorkerId};
use super::{Backend, runtime};
use crate::value::{ChatId, Provider, UpdateId, UserId};

const CHAT: ChatId = ChatId(-1_001_234_567_890);

/// As many ready jobs an agent may have.
const MOST: usize = 3;

/// Something that happens to jobs.
#[derive(Clone, Debug)]
enum Step {
    Accept(Vec<(u64, u64, bool)>),
    Claim { now: usize, limit: usize, pln: Option<Retries>, ovo: Option<Retries> },
    Keep(u64, u32),
    Reschedule(u64, u32, usize, usize),
    Cancel(u64),
    Finish(u64),
    Hasten(usize),
    Release,
    Reopen,
}

/// `hastens`: then it is not opened anew, because what is hastened need not be durable.
fn steps(hastens: bool) -> impl Strategy<Value = Vec<Step>> {
    let update = || 0_u64..12;
    let retries = || prop::option::of(prop_oneof![Just(Retries::Probe), (0_usize..3).prop_map(Retries::UpTo)]);
    let step = prop_oneof![
        4 => prop::collection::vec((update(), 0_u64..3, any::<bool>()), 0..5).prop_map(Step::Accept),
        5 => (0_usize..12, 0_usize..5, retries(), retries())
            .prop_map(|(now, limit, pln, ovo)| Step::Claim { now, limit, pln, ovo }),
        2 => (update(), 0_u32..2).prop_map(|(update, item)| Step::Keep(update, item)),
        4 => (update(), 0_u32..3, 0_usize..9, 0_usize..12)
            .prop_map(|(update, asked, due, until)| Step::Reschedule(update, asked, due, until)),
        1 => update().prop_map(Step::Cancel),
        2 => update().prop_map(Step::Finish),
        1 => (0_usize..9).prop_map(move |now| if hastens { Step::Hasten(now) } else { Step::Reopen }),
        1 => Just(Step::Release),
    ];
    prop::collection::vec(step, 1..60)
}

pub(super) fn agrees_with_the_model<B: Backend>() {
    let runtime = runtime();
    let lives = prop_oneof![steps(false), steps(true)];
    proptest!(ProptestConfig::with_cases(64), |(steps in lives)| {
        runtime.block_on(async {
            let (mut store, mut model) = (B::fresh().await, Model::default());
            for (number, step) in steps.into_iter().enumerate() {
                model.take(step, number, &mut store).await;
                model.is(&store).await;
            }
            let streamed = store.store().stream(Some(CHAT), None, 999).await.unwrap();
            let records = streamed.into_iter().map(|(_, seq, record)| (seq, record));
            assert_eq!(records.collect::<Vec<_>>(), model.records);
        });
    });
}

/// Jobs and history as plain lists. All is claimed by one worker, for longer than any life lasts.
struct Model {
    worker: WorkerId,
    open: Vec<Job>,
    running: BTreeSet<UpdateId>,
    finished: Vec<UpdateId>,
    records: Vec<(Seq, Record)>,
}

impl Default for Model {
    fn default() -> Self {
        let (open, running, finished, records) = Default::default();
        Self { worker: WorkerId::fresh(), open, running, finished, records }
    }
}

impl Model {
    /// Sees that the store holds what this does.
    async fn is(&self, store: &impl Backend) {
        let (open, mut finished) = store.store().open_jobs().await.unwrap();
        finished.sort_unstable();
        let open: Vec<Job> = open.into_iter().map(|job| Job { resumed: false, ..job }).collect();
        let mut expected = self.finished.clone();
        expected.sort_unstable();
        assert_eq!((open, finished), (self.open.clone(), expected));
        let counted = self.open.iter().filter(|job| job.cancelled_by.is_none());
        let mut load = Load::default();
        for job in counted {
            if self.running.contains(&job.update) {
                load.running += 1;
            } else if job.waiting.is_some() {
                load.waiting += 1;
            } else {
                load.ready += 1;
            }
        }
        assert_eq!(store.store().load().await, Ok(load));
    }

    async fn take(&mut self, step: Step, number: usize, backend: &mut impl Backend) {
        let store = backend.store().clone();
        match step {
            Step::Accept(jobs) => {
                let jobs = jobs.into_iter().map(|(update, user, is_pln)| {
                    let provider = Some(if is_pln { Provider::Pln } else { Provider::Ovo });
                    NewJob { provider, ..new_job_of(update, user) }
                });
                let jobs: Vec<NewJob> = jobs.collect();
                let expected: Vec<Accepted> = jobs.iter().map(|job| self.accept(job)).collect();
                assert_eq!(store.accept(jobs, MOST).await, Ok(expected));
            }
            Step::Claim { now, limit, pln, ovo } => {
                let retries = [(Provider::Pln, pln), (Provider::Ovo, ovo)];
                let retries =
                    retries.into_iter().filter_map(|(provider, retries)| Some((provider, retries?))).collect();
                let claim = Claim {
                    lease: chrono::TimeDelta::days(1),
                    limit,
                    retries,
                    longest_pause: chrono::TimeDelta::minutes(5),
                    longest_wait: chrono::TimeDelta::minutes(8),
                    ..claim(self.worker, now)
                };
                let expected = self.claim(&claim);
                let (jobs, _) = store.claim(&claim).await.unwrap();
                assert_eq!(jobs.iter().map(|job| job.update).collect::<Vec<_>>(), expected);
                for job in jobs {
                    assert_eq!(Some(&Job { resumed: false, ..job.clone() }), self.find(job.update).map(|job| &*job));
                }
                self.running.extend(expected);
            }
            Step::Keep(update, item) => {
                let record = record(CHAT, number);
                let kept = store.keep(UpdateId(update), item, record.clone()).await.unwrap();
                self.keep(UpdateId(update), item, record, kept);
            }
            Step::Reschedule(update, asked, due, until) => {
                let (update, waiting) =
                    (UpdateId(update), Waiting { due: moment(due), until: moment(until), ..waiting(asked) });
                let job = self.find(update).filter(|job| job.cancelled_by.is_none());
                assert_eq!(store.reschedule(update, waiting.clone()).await, Ok(job.is_some()));
                if let Some(job) = job {
                    job.waiting = Some(waiting);
                    self.running.remove(&update);
                }
            }
            Step::Cancel(by) => {
                let by = UpdateId(by);
                if self.find(by).is_some_and(|job| job.waiting.is_some()) {
                    // What cancels is a command, and those never wait.
                    return;
                }
                let expected = self.cancel(by);
                let cancelled = store.cancel(by, None).await.unwrap();
                let cancelled: Vec<Job> = cancelled.into_iter().map(|job| Job { resumed: false, ..job }).collect();
                assert_eq!(cancelled, expected);
            }
            Step::Finish(update) => {
                store.finish(UpdateId(update)).await.unwrap();
                self.finish(UpdateId(update));
            }
            Step::Hasten(now) => {
                store.hasten(Provider::Pln, moment(now)).await.unwrap();
                let running = &self.running;
                let late = self.open.iter_mut().filter(|job| {
                    job.provider == Some(Provider::Pln) && job.cancelled_by.is_none() && !running.contains(&job.update)
                });
                for waiting in late.filter_map(|job| job.waiting.as_mut()) {
                    waiting.due = waiting.due.min(moment(now));
                }
            }
            Step::Release => {
                store.release(self.worker).await.unwrap();
                self.running.clear();
            }
            Step::Reopen => {
                store.release(self.worker).await.unwrap();
                self.running.clear();
                drop(store);
                backend.reopen().await;
            }
        }
    }

    fn find(&mut self, update: UpdateId) -> Option<&mut Job> {
        self.open.iter_mut().find(|job| job.update == update)
    }

    fn accept(&mut self, job: &NewJob) -> Accepted {
        if self.find(job.update).is_some() || self.finished.contains(&job.update) {
            return Accepted::Repeated;
        }
        let ready = self
            .open
            .iter()
            .filter(|other| other.user == job.user && other.waiting.is_none() && !self.running.contains(&other.update));
        if ready.count() >= MOST {
            return Accepted::TooMany;
        }
        self.open.push(job.clone().into());
        Accepted::New
    }

    /// In words: of each agent the first ready job, if none that never waited runs; and of those whose waiting jobs do
    /// not run, first what is answered or over, then what each provider may be asked.
    fn claim(&self, claim: &Claim) -> Vec<UpdateId> {
        let runs = |job: &&Job, has_waited: bool| {
            self.running.contains(&job.update) && job.waiting.is_some() == has_waited && job.cancelled_by.is_none()
        };
        let claimable =
            || self.open.iter().filter(|job| job.cancelled_by.is_none() && !self.running.contains(&job.update));
        let is_busy = |user: UserId, has_waited| self.open.iter().any(|job| job.user == user && runs(&job, has_waited));
        let mut takes: BTreeMap<(UserId, bool), &Job> = BTreeMap::new();
        for job in claimable().filter(|job| job.waiting.is_none() && !is_busy(job.user, false)) {
            takes.entry((job.user, false)).or_insert(job);
        }
        let reached = |time, longest| time <= claim.now || time > claim.now + longest;
        let late = || claimable().filter(|job| !is_busy(job.user, true));
        let is_over = |job: &Job| {
            job.waiting
                .as_ref()
                .is_some_and(|waiting| !job.kept.is_empty() || reached(waiting.until, claim.longest_wait))
        };
        for job in late().filter(|job| is_over(job)) {
            takes.entry((job.user, true)).or_insert(job);
        }
        for (provider, retries) in &claim.retries {
            let is_due = |job: &Job| {
                let waiting = job.waiting.as_ref();
                job.provider == Some(*provider)
                    && waiting.is_some_and(|waiting| reached(waiting.due, claim.longest_pause))
            };
            let mut due: Vec<&Job> = late().filter(|job| is_due(job) && !is_over(job)).collect();
            let mut left = match retries {
                Retries::Probe => {
                    due.sort_by_key(|job| job.waiting.as_ref().map(|waiting| waiting.asked));
                    1
                }
                Retries::UpTo(most) => *most,
            };
            for job in due {
                if left > 0 && !takes.contains_key(&(job.user, true)) {
                    takes.insert((job.user, true), job);
                    left -= 1;
                }
            }
        }
        let taken: BTreeSet<UpdateId> = takes.into_values().map(|job| job.update).collect();
        let in_order = self.open.iter().map(|job| job.update).filter(|update| taken.contains(update));
        in_order.take(claim.limit).collect()
    }

    fn keep(&mut self, update: UpdateId, item: u32, record: Record, kept: Kept) {
        if let Some(job) = self.find(update) {
            let before = job.kept.iter().find(|(other, _)| *other == item);
            if job.cancelled_by.is_some() {
                return assert_eq!(kept, Kept::Cancelled);
            }
            if let Some((_, seq)) = before {
                return assert_eq!(kept, Kept::Before(*seq));
            }
        }
        if self.find(update).is_none() && self.finished.contains(&update) {
            return assert_eq!(kept, Kept::Cancelled);
        }
        let Kept::New(seq) = kept else { panic!("{kept:?}") };
        assert!(self.records.iter().all(|(before, _)| *before < seq), "no place is given twice");
        self.records.push((seq, record));
        if let Some(job) = self.find(update) {
            job.kept.push((item, seq));
        }
    }

    fn cancel(&mut self, by: UpdateId) -> Vec<Job> {
        let Some(user) = self.find(by).map(|job| job.user) else { return Vec::new() };
        for job in &mut self.open {
            if job.user == user && job.waiting.is_some() && job.kept.is_empty() && job.cancelled_by.is_none() {
                job.cancelled_by = Some(by);
                self.running.remove(&job.update);
            }
        }
        self.open.iter().filter(|job| job.cancelled_by == Some(by)).cloned().collect()
    }

    fn finish(&mut self, update: UpdateId) {
        if self.find(update).is_none_or(|job| job.cancelled_by.is_some()) {
            return;
        }
        self.open.retain(|job| {
            let ends = job.update == update || job.cancelled_by == Some(update);
            if ends && job.update != update {
                self.finished.push(job.update);
            }
            !ends
        });
        self.finished.push(update);
        self.running.remove(&update);
    }
}
