//! A list of checks: its items side by side, each asked once and kept when it is answered; one live message, which
//! becomes the summary; what a list that a kill ended has still to do.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    outbox::{Placed, Priority},
    task::Task,
    turns::{Running, Turn},
    worker::{IN_PROGRESS, Progress, Worker, notice_of},
};
use crate::{
    access::{self, Decision, Reason},
    catalog::Catalog,
    chat::{self, Alert, Intent, ListAnswer, ListStage, Listing, Notice, Place},
    inquiry::{Asked, CircuitState, Wait, parse::List, parse::Request},
    locale::Html,
    store::{Job, Kept, Waiting},
    value::Outcome,
};

/// Lists of one chat that run or wait for their turn; of more the chat is told that the bot is busy.
const MAX_IN_CHAT: usize = 4;

/// Items of one list that are asked at once.
const AT_ONCE: usize = 8;

/// Between two edits of a live message there is at least this.
const PAUSE: Duration = Duration::from_secs(3);

/// The same in a group.
const GROUP_PAUSE: Duration = Duration::from_secs(5);

/// Each pause is a quarter longer than the one before, up to this: a list that takes long is not edited for ever.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long a summary waits for the edit before it to end, so that Telegram does not see them in the wrong order.
const LAST_EDIT: Duration = Duration::from_secs(2);

/// What a list asks for.
#[derive(Clone, Copy)]
pub(super) struct Ordered<'a> {
    pub(super) list: &'a List,
    /// Whether it is one number at every wallet.
    pub(super) wallets: bool,
    /// The catalog of the moment at which it began, or goes on after a restart.
    pub(super) catalog: &'a Catalog,
}

impl<'a> Ordered<'a> {
    /// The list that an intent asks for, if it is one.
    pub(super) fn of(intent: &'a Intent, catalog: &'a Catalog) -> Option<Self> {
        match intent {
            Intent::List { list, wallets, .. } => Some(Self { list, wallets: *wallets, catalog }),
            _ => None,
        }
    }
}

/// A list while it is carried out.
struct Run<'a> {
    job: &'a Job,
    task: &'a Task,
    ordered: Ordered<'a>,
    /// By item; `None` where the catalog has no such product any more.
    requests: Vec<Option<Request>>,
    /// Items that are still to be asked.
    left: Mutex<VecDeque<usize>>,
    /// By item.
    answers: Mutex<Vec<Option<ListAnswer>>>,
    /// Whether there are answers that the live message does not show.
    has_news: AtomicBool,
    /// Why no more may be asked, once that is so: what is under way is still answered.
    stopped: Mutex<Option<Notice<'static>>>,
    cancelled: &'a CancellationToken,
    running: &'a Running<'a>,
}

impl Run<'_> {
    fn answers(&self) -> MutexGuard<'_, Vec<Option<ListAnswer>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> MutexGuard<'_, Option<Notice<'static>>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<usize> {
        if self.stopped().is_some() {
            return None;
        }
        self.left.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn put(&self, item: usize, answer: ListAnswer) {
        let mut answers = self.answers();
        if let Some(slot) = answers.get_mut(item) {
            *slot = Some(answer);
        }
        self.running.has_answers(answers.iter().flatten().count());
        self.has_news.store(true, Relaxed);
    }

    fn listing<'a>(&'a self, answers: &'a [Option<ListAnswer>]) -> Listing<'a> {
        listing(self.job, self.ordered, answers)
    }
}

fn listing<'a>(job: &Job, ordered: Ordered<'a>, answers: &'a [Option<ListAnswer>]) -> Listing<'a> {
    let Ordered { list, wallets, catalog } = ordered;
    Listing { update: job.update, owner: job.user, begun: job.accepted, list, wallets, catalog, answers }
}

impl Worker {
    /// Carries a list out. Its job waits in the store meanwhile, so that it holds up nothing and `/batal` ends it.
    pub(super) async fn list(&self, job: &Job, task: &Task, ordered: Ordered<'_>) -> Progress {
        if job.waiting.is_none() && self.lists.in_chat(job.chat) >= MAX_IN_CHAT {
            self.decline_list(job, task, Notice::Busy).await;
            return Progress::Done;
        }
        let running = self.lists.begin(job.update);
        let turn = self.lists.try_turn(job.chat);
        let requests = ordered.list.items.iter().map(|item| Request::of(&item.check, ordered.catalog));
        let requests: Vec<_> = requests.collect();
        let answers = self.answers_before(job, task, &requests).await;
        running.has_answers(answers.iter().flatten().count());
        let stage = if turn.is_some() { ListStage::Running } else { ListStage::Queued };
        let waiting = match self.show_list(job, task, ordered, &answers, stage).await {
            Some(waiting) => waiting,
            None => return Progress::Done,
        };
        let (waits, is_open) = self.wait_in_store(job, waiting).await;
        if !is_open && !running.cancelled.is_cancelled() {
            self.withdraw_notice(job, task, notice_of(&waits)).await;
        }
        let job = waits;
        let is_left = |item: &usize| {
            answers.get(*item).is_some_and(Option::is_none) && requests.get(*item).is_some_and(Option::is_some)
        };
        let run = Run {
            job: &job,
            task,
            ordered,
            left: Mutex::new((0..requests.len()).filter(is_left).collect()),
            requests,
            answers: Mutex::new(answers),
            has_news: AtomicBool::new(turn.is_none()),
            stopped: Mutex::new(None),
            cancelled: &running.cancelled,
            running: &running,
        };
        if !is_open {
            // What cancelled it leaves it to this list to say so, where it saw that it runs here.
            if running.cancelled.is_cancelled() {
                self.say_list_cancelled(&run).await;
            }
            return Progress::Cancelled;
        }
        if !self.in_turn(&run, turn).await {
            if self.may_hear(&job, task, access::Action::Check).await {
                self.say_list_cancelled(&run).await;
                return Progress::Cancelled;
            }
            self.say_revoked(&job, task).await;
            return Progress::Done;
        }
        let (answers, stopped) = (run.answers().clone(), *run.stopped());
        let stage = if stopped.is_some() { ListStage::Stopped } else { ListStage::Ended };
        let mut reply = self.conversation.list_ended(job.chat, &run.listing(&answers), stage).await;
        if let Some(why) = stopped {
            let why = self.conversation.notice(job.chat, why).await.text;
            reply.text = Html::lines([why, reply.text]);
        }
        self.say_late(&job, task, reply).await;
        Progress::Done
    }

    /// Says what is about to be asked; gives how the job waits from now on, `None` where its agent cannot be told.
    async fn show_list(
        &self,
        job: &Job,
        task: &Task,
        ordered: Ordered<'_>,
        answers: &[Option<ListAnswer>],
        stage: ListStage,
    ) -> Option<Waiting> {
        let notice = match &job.waiting {
            Some(waiting) => waiting.notice,
            None => {
                if let Some(own) = self.own_waiting_if_full(job.user).await {
                    self.decline_list(job, task, Notice::OwnBusy(own, None)).await;
                    return None;
                }
                if self.store.load().await.is_ok_and(|load| load.waiting >= self.bounds.waiting) {
                    self.decline_list(job, task, Notice::Busy).await;
                    return None;
                }
                let reply = self.conversation.list_progress(job.chat, &listing(job, ordered, answers), stage).await;
                Some(self.say(job, task, reply, task.in_place).await?.message)
            }
        };
        let (due, until) = (self.now() + IN_PROGRESS, self.end_of_list());
        Some(Waiting { notice, asked: 0, due, not_before: None, until, last: None })
    }

    /// Says why a list is not begun.
    async fn decline_list(&self, job: &Job, task: &Task, why: Notice<'_>) {
        let reply = self.conversation.notice(job.chat, why).await;
        self.answer(job, task, reply, task.in_place).await;
    }

    /// When a list is over whose turn comes now: with the retry window, in each process anew.
    pub(super) fn end_of_list(&self) -> DateTime<Utc> {
        let window = self.conversation.retry_window.unwrap_or(TimeDelta::days(1));
        self.now().checked_add_signed(window).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// What is known already: answers that were kept before the bot last ended, and recent ones of the chat.
    async fn answers_before(&self, job: &Job, task: &Task, requests: &[Option<Request>]) -> Vec<Option<ListAnswer>> {
        let mut answers = self.conversation.recent_answers(&self.asker(job, task), requests).await;
        for (item, seq) in &job.kept {
            let slot = usize::try_from(*item).ok().and_then(|item| answers.get_mut(item));
            if let Some(slot) = slot {
                *slot = self.conversation.kept_answer(job.chat, *seq).await.or(slot.take());
            }
        }
        answers
    }

    /// Waits for the list's turn in its chat, and asks what is left, until its retry window ends; `false` where the
    /// list was cancelled.
    async fn in_turn(&self, run: &Run<'_>, turn: Option<Turn<'_>>) -> bool {
        let _turn = match turn {
            Some(turn) => turn,
            None => match run.cancelled.run_until_cancelled(self.lists.turn(run.job.chat)).await {
                Some(turn) => turn,
                None => return false,
            },
        };
        run.running.has_turn(self.end_of_list());
        let ended = CancellationToken::new();
        let ask = async {
            let asking = join_all((0..AT_ONCE).map(|_| self.ask_items(run)));
            let asking = run.running.over.run_until_cancelled(asking);
            if let Some(None) = run.cancelled.run_until_cancelled(asking).await {
                self.give_up_items(run).await;
            }
            ended.cancel();
        };
        let mut live = Box::pin(self.keep_live(run, &ended));
        tokio::select! {
            () = ask => {}
            () = &mut live => {}
        }
        let _ = timeout(LAST_EDIT, live).await;
        !run.cancelled.is_cancelled()
    }

    /// Asks one item after the other until none is left.
    async fn ask_items(&self, run: &Run<'_>) {
        while let Some(item) = run.next() {
            let Some(request) = run.requests.get(item).and_then(Option::as_ref) else { continue };
            let refusal = match self.authorise(run.job, run.task, access::Action::Check).await {
                Decision::Allow => self.refusal(run.job, request).await,
                Decision::Deny(reason @ Reason::Paused(_)) => Some(Notice::Denied(reason, self.now())),
                Decision::Deny(_) => {
                    run.cancelled.cancel();
                    return;
                }
            };
            if let Some(refusal) = refusal {
                // The first says why; of a pause, the one that led to it.
                let mut stopped = run.stopped();
                if stopped.is_none() || matches!(refusal, Notice::Suspected(_)) {
                    *stopped = Some(refusal);
                }
                return;
            }
            let answer = self.ask_item(run.job, item, request).await;
            let Some(answer) = answer else {
                run.cancelled.cancel();
                return;
            };
            run.put(item, answer);
        }
    }

    /// Keeps what was not answered as what has no answer.
    async fn give_up_items(&self, run: &Run<'_>) {
        let answers = run.answers().clone();
        let open = answers.iter().zip(&run.requests).enumerate().filter(|(_, (answer, _))| answer.is_none());
        let given_up = open.filter_map(|(item, (_, request))| Some((item, request.as_ref()?)));
        let given_up = given_up.map(|(item, request)| async move {
            match self.keep_item(run.job, item, request, Outcome::unasked()).await {
                Some(answer) => run.put(item, answer),
                None => run.cancelled.cancel(),
            }
        });
        join_all(given_up).await;
    }

    /// Asks about one item and keeps how it ended; `None` where the list was cancelled.
    async fn ask_item(&self, job: &Job, item: usize, request: &Request) -> Option<ListAnswer> {
        let (inquiry, provider) = (&self.conversation.inquiry, request.product.provider);
        let was_down = inquiry.circuit(provider) != CircuitState::Closed;
        let asked = self.ask_in_turn((job.chat, job.user), request, Wait::InBackground).await;
        let outcome = match asked {
            Asked::Ended { outcome, .. } => outcome,
            unasked => Outcome { verdict: inquiry.verdict_without_answer(provider, &unasked), ..Outcome::unasked() },
        };
        if was_down && outcome.verdict.is_final() {
            self.hasten(provider).await;
        }
        if let Some(alert) = chat::alert_of(&request.product, &outcome) {
            self.tell_owners(&alert);
        }
        self.note_answer(job, &outcome.verdict).await;
        self.note_works(request, &outcome).await;
        self.keep_item(job, item, request, outcome).await
    }

    /// Keeps how an item ended; `None` where the list was cancelled.
    async fn keep_item(&self, job: &Job, item: usize, request: &Request, outcome: Outcome) -> Option<ListAnswer> {
        let (at, verdict) = (self.now(), outcome.verdict.clone());
        let item = u32::try_from(item).unwrap_or(u32::MAX);
        let kept = self.store.keep(job.update, item, Self::record(job, request, outcome, at)).await;
        let seq = match kept {
            Ok(Kept::Cancelled) => return None,
            Ok(Kept::Deleted) => {
                self.finish(job.update).await;
                self.lists.forget(job.update);
                return None;
            }
            Ok(Kept::New(seq)) => Some(seq),
            // What it came to is known already, as where it was given up at that very moment.
            Ok(Kept::Before(seq)) => match self.conversation.kept_answer(job.chat, seq).await {
                Some(answer) => return Some(answer),
                None => Some(seq),
            },
            Err(error) => {
                tracing::error!(%error, "a check of a list could not be kept");
                self.tell_owners(&Alert::Store(error.to_string()));
                None
            }
        };
        Some(ListAnswer { verdict, at, seq })
    }

    /// Keeps the live message up to date until the list has `ended`.
    async fn keep_live(&self, run: &Run<'_>, ended: &CancellationToken) {
        let chat = run.task.to.chat;
        let Some(message) = run.job.waiting.as_ref().and_then(|waiting| waiting.notice) else {
            return ended.cancelled().await;
        };
        let mut pause = match Place::of(chat) {
            Place::Private => PAUSE,
            Place::Group => GROUP_PAUSE,
        };
        loop {
            if run.has_news.swap(false, Relaxed) && self.may(run.job, run.task, access::Action::Check).await {
                let answers = run.answers().clone();
                let listing = run.listing(&answers);
                let reply = self.conversation.list_progress(run.job.chat, &listing, ListStage::Running).await;
                let _ = self.outbox.edit(Placed { chat, message }, &reply, Priority::Progress).await;
            }
            if ended.run_until_cancelled(sleep(pause)).await.is_none() {
                return;
            }
            pause = (pause + pause / 4).min(LONGEST_PAUSE);
        }
    }

    async fn say_list_cancelled(&self, run: &Run<'_>) {
        let answers = run.answers().clone();
        self.replace_with_cancelled(run.job, run.task, run.ordered, &answers).await;
    }

    /// Says that a list was cancelled which is not carried out here, as where the bot was just started.
    pub(super) async fn say_cancelled_list(&self, job: &Job, task: &Task, ordered: Ordered<'_>) {
        let answers = self.answers_before(job, task, &vec![None; ordered.list.items.len()]).await;
        self.replace_with_cancelled(job, task, ordered, &answers).await;
    }

    async fn replace_with_cancelled(
        &self,
        job: &Job,
        task: &Task,
        ordered: Ordered<'_>,
        answers: &[Option<ListAnswer>],
    ) {
        if self.lists.is_forgotten(job.update) {
            let reply = self.conversation.notice(job.chat, Notice::ListDeleted).await;
            self.replace(task, notice_of(job), &reply, Priority::Answer).await;
            return;
        }
        let listing = listing(job, ordered, answers);
        let reply = self.conversation.list_ended(job.chat, &listing, ListStage::Cancelled).await;
        self.replace(task, notice_of(job), &reply, Priority::Answer).await;
    }
}
