//! Takes jobs in, claims what is due, and carries out as many at once as its bounds allow.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    sync::{Notify, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    answers::Answers,
    bounds::Bounds,
    files::MAX_REPORTS,
    incidents::Incidents,
    outbox::Outbox,
    slots::Retrying,
    task::Task,
    turns::Lists,
    worker::{Progress, Worker},
};
use crate::{
    chat::{Alert, Conversation, Notice, Then},
    clock::Clock,
    inquiry::parse::Check,
    klikoo::MAX_RETRY_AFTER,
    store::{self, Accepted, Claim, Job, Jobs, NewJob, Retries, WorkerId},
    value::{ChatId, Provider, UpdateId, UserId},
};

/// How often due jobs are looked for while some wait for their provider. The clock may jump, so that no timer is set to
/// a time of day.
const TICK: Duration = Duration::from_millis(100);

/// How long claiming pauses after the store failed.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Jobs of one agent in one chat that may be ready and not begun; beyond that the agent is told to slow down. An agent
/// types a few a minute, and may forward dozens at once.
const READY_PER_AGENT: usize = 100;

/// Agents who are told to slow down at a time; beyond that the notices are left out.
const MAX_SLOWED_DOWN: usize = 256;

/// Checks that were not taken of which an agent is told in one message.
const MAX_NAMED: usize = 50;

/// How long a claim lasts where several processes share a store: longer than any job runs.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Longer than any pause of [`Pauses::LATE_ANSWER`], its jitter included, and than any that the vendor may ask for
/// ([`MAX_RETRY_AFTER`]): a job that is due later than this was given its time before the clock was put back.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(75 + MAX_RETRY_AFTER.as_secs().cast_signed());

/// What is to be accepted as a job.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The update that brought it; accepted once.
    pub update: UpdateId,
    /// The chat under whose id its history is kept.
    pub chat: ChatId,
    /// Who asked.
    pub user: UserId,
    /// What to do, and where the answer goes.
    pub task: Task,
}

/// Takes jobs in and carries them out.
pub struct Runner {
    pub(super) worker: Arc<Worker>,
    /// Under which it claims.
    id: WorkerId,
    /// Rung when a job has ended.
    ended: Notify,
    running: TaskTracker,
    /// Agents who were told to slow down, until one of their jobs ends; and what was not taken since they were told.
    slowed_down: Mutex<HashMap<(ChatId, UserId), Vec<Incoming>>>,
}

/// What a claim left.
enum Left {
    /// There may be more that is due: as much was taken as may run.
    Due,
    /// What becomes due by itself.
    Waiting,
    /// Nothing, until something comes in or ends.
    Nothing,
}

impl Runner {
    /// A runner of the jobs in `store`, which nothing has begun yet.
    pub fn new(
        store: Arc<dyn Jobs>,
        conversation: Arc<Conversation>,
        outbox: Arc<dyn Outbox>,
        clock: Arc<dyn Clock>,
        bounds: Bounds,
    ) -> Arc<Self> {
        let incidents = Arc::new(Incidents::new(conversation.rows.clone(), clock.clone()));
        let worker = Worker {
            store,
            conversation,
            outbox,
            clock,
            bounds,
            retrying: Retrying::default(),
            incidents,
            answers: Answers::default(),
            reports: Semaphore::new(MAX_REPORTS),
            notices: TaskTracker::new(),
            in_progress: Mutex::default(),
            lists: Lists::default(),
            deleting: Mutex::default(),
            wake: Notify::new(),
        };
        Arc::new(Self {
            worker: Arc::new(worker),
            id: WorkerId::fresh(),
            ended: Notify::new(),
            running: TaskTracker::new(),
            slowed_down: Mutex::default(),
        })
    }

    /// Accepts what came in. When this returns, each is in the store, on the disk, and will be answered; or the one who
    /// asked is being told that it will not.
    pub async fn accept(&self, incoming: Vec<Incoming>) {
        if incoming.is_empty() {
            return;
        }
        let now = self.worker.now();
        let jobs = incoming.iter().map(|one| self.new_job(one, now)).collect();
        match self.worker.store.accept(jobs, READY_PER_AGENT).await {
            Ok(accepted) => {
                self.worker.wake.notify_one();
                let refused = incoming.into_iter().zip(accepted).filter(|(_, accepted)| *accepted == Accepted::TooMany);
                let mut by_agent: HashMap<(ChatId, UserId), Vec<Incoming>> = HashMap::new();
                for (one, _) in refused {
                    tracing::warn!(chat = %one.chat, "more is asked than is answered; a message was not taken");
                    by_agent.entry((one.chat, one.user)).or_default().push(one);
                }
                for (agent, refused) in by_agent {
                    self.slow_down(agent, refused);
                }
            }
            Err(error) => self.decline(incoming, &error),
        }
    }

    /// Waits until there is room for so many more jobs.
    pub async fn room(&self, jobs: usize) {
        loop {
            let ended = self.ended.notified();
            match self.worker.store.load().await {
                Ok(load) if load.ready + load.running + jobs > self.worker.bounds.open => ended.await,
                _ => return,
            }
        }
    }

    /// Carries jobs out until `stop`, then those that were accepted before it, within [`Bounds::grace`]. What has not
    /// ended then, and what waits for a provider, is taken up by the next start.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let retries = self.worker.retrying.allowed(&self.worker.conversation.inquiry);
            let pause = match self.claim(retries).await {
                Ok(Left::Due) => continue,
                Ok(Left::Waiting) => TICK,
                Ok(Left::Nothing) => Duration::MAX,
                Err(error) => {
                    tracing::error!(%error, "cannot claim jobs; trying again");
                    AFTER_ERROR
                }
            };
            let _ = stop.run_until_cancelled(timeout(pause, self.worker.wake.notified())).await;
        }
        if timeout(self.worker.bounds.grace, self.finish_accepted()).await.is_err() {
            tracing::warn!(
                jobs = self.running.len(),
                "not all that runs has ended in time; the next start takes it up"
            );
        }
        if let Err(error) = self.worker.store.release(self.id).await {
            tracing::error!(%error, "cannot give back what was not carried out");
        }
    }

    /// Carries out what is ready, and waits for what runs.
    async fn finish_accepted(self: &Arc<Self>) {
        self.running.close();
        loop {
            match self.claim(Vec::new()).await {
                Ok(Left::Due) => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "cannot claim jobs"),
            }
            tokio::select! {
                biased;
                () = self.worker.wake.notified() => {}
                () = self.running.wait() => break,
            }
        }
        self.worker.notices.close();
        self.worker.notices.wait().await;
    }

    /// Tells the owners what only they can put right; each incident once. Does not wait until they are told.
    pub(crate) fn tell_owners(&self, alert: &Alert) {
        self.worker.tell_owners(alert);
    }

    /// Does what is to be done outside of the chat that asked for it. Does not wait until it is done.
    pub(crate) fn follow_up(&self, then: Vec<Then>) {
        if !then.is_empty() {
            let worker = self.worker.clone();
            self.worker.notices.spawn(async move { worker.follow_up(then).await });
        }
    }

    /// How many jobs are not done: for a log line at the end.
    pub async fn left(&self) -> Result<usize, store::Error> {
        let load = self.worker.store.load().await?;
        Ok(load.ready + load.running + load.waiting)
    }

    /// Claims what is due and begins it; gives what was left.
    async fn claim(self: &Arc<Self>, retries: Vec<(Provider, Retries)>) -> Result<Left, store::Error> {
        let limit = self.worker.bounds.running.saturating_sub(self.running.len());
        let claim = Claim {
            now: self.worker.now(),
            owner: self.id,
            lease: LEASE,
            limit,
            retries,
            longest_pause: LONGEST_PAUSE,
            longest_wait: self.worker.conversation.retry_window.unwrap_or(TimeDelta::MAX),
        };
        let (jobs, others_wait) = self.worker.store.claim(&claim).await?;
        let left = match others_wait {
            _ if !jobs.is_empty() && jobs.len() == limit => Left::Due,
            true => Left::Waiting,
            false => Left::Nothing,
        };
        for job in jobs {
            let slot = job.waiting.as_ref().and(job.provider).map(|provider| self.worker.retrying.begin(provider));
            let runner = self.clone();
            self.running.spawn(async move {
                if runner.worker.carry_out(&job, slot).await == Progress::Done {
                    runner.worker.finish(job.update).await;
                }
                // What came since, and was not taken either.
                let refused = runner.slowed_down().remove(&(job.chat, job.user));
                runner.say_slow_down(refused.unwrap_or_default());
                runner.ended.notify_waiters();
                runner.worker.wake.notify_one();
            });
        }
        Ok(left)
    }

    fn new_job(&self, incoming: &Incoming, now: DateTime<Utc>) -> NewJob {
        let provider = self.worker.conversation.provider_of(&incoming.task.intent);
        NewJob {
            update: incoming.update,
            chat: incoming.chat,
            user: incoming.user,
            accepted: now,
            provider,
            items: incoming.task.intent.items(),
            body: incoming.task.write(),
        }
    }

    /// The store takes nothing. What has to be kept, a check or a chat's language, is not begun, and the one who asked
    /// is told so; all else is answered as ever.
    fn decline(&self, incoming: Vec<Incoming>, error: &store::Error) {
        tracing::error!(%error, jobs = incoming.len(), "jobs were not accepted");
        self.worker.tell_owners(&Alert::Store(error.to_string()));
        let now = self.worker.now();
        for one in incoming {
            let (worker, job) = (self.worker.clone(), self.new_job(&one, now));
            self.worker.notices.spawn(async move {
                if one.task.intent.writes() {
                    if let Some(button) = &one.task.press {
                        worker.outbox.answer_press(&button.id, None).await;
                    }
                    worker.say_notice(one.chat, &one.task, Notice::NotAccepted).await;
                } else {
                    worker.carry_out(&Job::from(job), None).await;
                }
            });
        }
    }

    /// Tells an agent to slow down, and what was not taken; what is not taken after that, once a job of theirs has
    /// ended.
    fn slow_down(&self, agent: (ChatId, UserId), refused: Vec<Incoming>) {
        let mut slowed_down = self.slowed_down();
        if let Some(later) = slowed_down.get_mut(&agent) {
            let room = MAX_NAMED.saturating_sub(later.len());
            later.extend(refused.into_iter().take(room));
            return;
        }
        if slowed_down.len() < MAX_SLOWED_DOWN {
            slowed_down.insert(agent, Vec::new());
            drop(slowed_down);
            self.say_slow_down(refused);
        }
    }

    /// Tells an agent which checks were not taken.
    fn say_slow_down(&self, refused: Vec<Incoming>) {
        let Some(last) = refused.last() else { return };
        let (chat, task) = (last.chat, last.task.clone());
        let checks = refused.iter().filter_map(|one| one.task.intent.check().cloned()).take(MAX_NAMED).collect();
        let (worker, checks): (_, Vec<Check>) = (self.worker.clone(), checks);
        self.worker.notices.spawn(async move { worker.say_notice(chat, &task, Notice::SlowDown(&checks)).await });
    }

    fn slowed_down(&self) -> MutexGuard<'_, HashMap<(ChatId, UserId), Vec<Incoming>>> {
        self.slowed_down.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
