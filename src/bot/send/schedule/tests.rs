//! What the schedule promises, on a clock that moves only when all wait.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use tokio::task::JoinHandle;

use super::*;

/// Private chats of agents, and groups.
const BUDI: ChatId = ChatId(1);
const SITI: ChatId = ChatId(2);
const TONO: ChatId = ChatId(3);
const WATI: ChatId = ChatId(4);
const GROUP: ChatId = ChatId(-5);

/// A call that sends no message.
const NO_MESSAGE: Option<Priority> = None;

/// The priority of a call, and when its turn came.
type Turn = (Option<Priority>, Duration);

/// A schedule, and what came out of it.
struct Scene {
    schedule: Arc<Schedule>,
    start: Instant,
    came: Arc<Mutex<Vec<Turn>>>,
}

impl Scene {
    fn new() -> Self {
        Self::within(Limits::default())
    }

    fn within(limits: Limits) -> Self {
        Self { schedule: Arc::new(Schedule::new(limits)), start: Instant::now(), came: Arc::default() }
    }

    /// Lets a call wait for its turn, as soon as the test waits for something.
    fn ask(&self, chat: ChatId, priority: Option<Priority>) -> JoinHandle<()> {
        let (schedule, came, start) = (self.schedule.clone(), self.came.clone(), self.start);
        tokio::spawn(async move {
            let _call = schedule.turn(Some(chat), priority).await;
            lock(&came).push((priority, start.elapsed()));
        })
    }

    /// How long a call waits from now on for its turn.
    async fn wait(&self, chat: ChatId, priority: Option<Priority>) -> Duration {
        let asked = Instant::now();
        let _call = self.schedule.turn(Some(chat), priority).await;
        asked.elapsed()
    }

    /// When each call of these had its turn, in whole seconds.
    async fn seconds(&self, calls: Vec<JoinHandle<()>>) -> Vec<u64> {
        for call in calls {
            call.await.unwrap();
        }
        lock(&self.came).drain(..).map(|(_, at)| at.as_secs()).collect()
    }

    fn refuse(&self, chat: ChatId, seconds: u32) {
        self.schedule.refused(Some(chat), Seconds::from_seconds(seconds));
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn answers_go_at_once_however_many_there_are() {
    let scene = Scene::new();
    for chat in 1..=300 {
        assert_eq!(scene.wait(ChatId(chat), Some(Priority::Answer)).await, Duration::ZERO);
        assert_eq!(scene.wait(BUDI, Some(Priority::Answer)).await, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn all_else_waits_for_the_room_that_answers_leave_the_most_urgent_first() {
    let scene = Scene::new();
    for _ in 0..300 {
        scene.wait(BUDI, Some(Priority::Answer)).await;
    }
    let calls = [
        scene.ask(SITI, Some(Priority::Stranger)),
        scene.ask(SITI, Some(Priority::Progress)),
        scene.ask(SITI, Some(Priority::Alert)),
        scene.ask(SITI, Some(Priority::LateAnswer)),
    ];
    for call in calls {
        call.await.unwrap();
    }
    let came = lock(&scene.came).clone();
    let order: Vec<Option<Priority>> = came.iter().map(|(priority, _)| *priority).collect();
    assert_eq!(
        order,
        [Some(Priority::LateAnswer), Some(Priority::Alert), Some(Priority::Progress), Some(Priority::Stranger)]
    );
    // The answers of a second are counted, not those of all time.
    assert!((Duration::from_millis(900)..Duration::from_millis(1100)).contains(&came[0].1), "{came:?}");
}

#[tokio::test(start_paused = true)]
async fn not_more_than_25_go_out_in_a_second() {
    let scene = Scene::new();
    let calls = (1..=75).map(|chat| scene.ask(ChatId(chat), Some(Priority::Alert))).collect();
    let at = scene.seconds(calls).await;
    for second in 0..3 {
        let count = at.iter().filter(|at| **at == second).count();
        assert!((24..=26).contains(&count), "{count} in second {second}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_gave_up_waiting_takes_no_room() {
    let scene = Scene::within(Limits { per_second: 1, ..Limits::default() });
    scene.wait(BUDI, Some(Priority::Alert)).await;
    for _ in 0..5 {
        let call = scene.ask(BUDI, Some(Priority::Alert));
        tokio::task::yield_now().await;
        call.abort();
    }
    assert!(scene.wait(SITI, Some(Priority::Progress)).await <= seconds(1));
}

#[tokio::test(start_paused = true)]
async fn a_backlog_of_late_answers_goes_out_one_by_one_in_its_chat() {
    let scene = Scene::new();
    let private = (0..1000).map(|_| scene.ask(BUDI, Some(Priority::LateAnswer))).collect();
    tokio::task::yield_now().await;
    assert_eq!(
        scene.wait(BUDI, Some(Priority::Answer)).await,
        Duration::ZERO,
        "an answer does not wait behind late ones"
    );
    assert!(scene.wait(SITI, Some(Priority::LateAnswer)).await < seconds(1), "nor does another chat");
    assert_eq!(scene.seconds(private).await, (0..1000).collect::<Vec<u64>>());
    let scene = Scene::new();
    let group = (0..4).map(|_| scene.ask(GROUP, Some(Priority::LateAnswer))).collect();
    assert_eq!(scene.seconds(group).await, [0, 3, 6, 9], "20 a minute");
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_its_chat_alone_and_for_as_long_as_it_says() {
    let scene = Scene::new();
    scene.refuse(BUDI, 7);
    assert_eq!(scene.wait(SITI, Some(Priority::Answer)).await, Duration::ZERO);
    assert_eq!(scene.wait(BUDI, NO_MESSAGE).await, seconds(7), "also what is no message");
    scene.refuse(BUDI, 7);
    assert_eq!(scene.wait(BUDI, Some(Priority::Answer)).await, seconds(7));
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_a_second_at_least_and_five_minutes_at_most() {
    let scene = Scene::new();
    for (asked, pause) in [(0, 1), (1, 1), (299, 299), (301, 300), (1_000_000_000, 300)] {
        scene.refuse(BUDI, asked);
        assert_eq!(scene.wait(BUDI, Some(Priority::Answer)).await, seconds(pause), "asked for {asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_that_is_no_chats_fault_pauses_all_once() {
    let scene = Scene::new();
    let paused_for = async |asked: u64| {
        let waited = scene.wait(WATI, Some(Priority::Answer)).await;
        assert!((seconds(asked)..=seconds(asked).mul_f64(1.0 + JITTER)).contains(&waited), "{waited:?}");
    };
    // A call that names no chat.
    scene.schedule.refused(None, Seconds::from_seconds(3));
    scene.schedule.refused(None, Seconds::from_seconds(200));
    paused_for(3).await;
    // Three chats in a row; those under way as the pause begins do not make it longer.
    for (chat, asked) in [(BUDI, 20), (SITI, 10), (TONO, 30), (WATI, 1), (GROUP, 200), (ChatId(6), 200)] {
        scene.refuse(chat, asked);
    }
    paused_for(10).await;
}

#[tokio::test(start_paused = true)]
async fn what_may_be_the_chats_own_fault_pauses_no_other() {
    let scene = Scene::new();
    // One chat, again and again.
    for _ in 0..5 {
        scene.refuse(BUDI, 100);
    }
    // A message is taken in between.
    scene.refuse(SITI, 100);
    scene.schedule.taken(Some(Priority::Answer));
    scene.refuse(TONO, 100);
    scene.refuse(BUDI, 100);
    assert_eq!(scene.wait(WATI, Some(Priority::Answer)).await, Duration::ZERO);
    // A press that is taken says nothing of messages, a second that goes by does.
    tokio::time::advance(IN_A_ROW + Duration::from_millis(1)).await;
    scene.refuse(SITI, 100);
    assert_eq!(scene.wait(WATI, Some(Priority::Answer)).await, Duration::ZERO);
    scene.refuse(TONO, 100);
    scene.schedule.taken(NO_MESSAGE);
    scene.refuse(BUDI, 100);
    assert!(scene.wait(WATI, Some(Priority::Answer)).await >= seconds(100));
}

#[tokio::test(start_paused = true)]
async fn answers_that_a_pause_held_back_come_in_turn_ahead_of_late_ones() {
    let scene = Scene::new();
    scene.refuse(BUDI, 10);
    let priorityes = [
        Some(Priority::LateAnswer),
        Some(Priority::LateAnswer),
        Some(Priority::LateAnswer),
        Some(Priority::Answer),
        Some(Priority::Answer),
    ];
    let mut calls = Vec::new();
    for priority in priorityes {
        calls.push(scene.ask(BUDI, priority));
        tokio::task::yield_now().await;
    }
    for call in calls {
        call.await.unwrap();
    }
    let came: Vec<(Option<Priority>, u64)> =
        lock(&scene.came).iter().map(|(priority, at)| (*priority, at.as_secs())).collect();
    let (late, answer) = (Some(Priority::LateAnswer), Some(Priority::Answer));
    assert_eq!(came, [(late, 10), (answer, 11), (answer, 12), (late, 13), (late, 14)]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_begins_while_something_waits_holds_it_back_too() {
    let scene = Scene::within(Limits { per_second: 1, ..Limits::default() });
    scene.wait(SITI, Some(Priority::Alert)).await;
    scene.wait(SITI, Some(Priority::Alert)).await;
    let alert = scene.ask(BUDI, Some(Priority::Alert));
    tokio::task::yield_now().await;
    scene.refuse(BUDI, 60);
    assert_eq!(scene.seconds(vec![alert]).await, [61]);
}

#[tokio::test(start_paused = true)]
async fn calls_at_once_are_bounded_and_what_waits_is_none() {
    let scene = Scene::within(Limits { calls: 2, ..Limits::default() });
    scene.refuse(BUDI, 60);
    let mut paused = pin!(scene.schedule.turn(Some(BUDI), Some(Priority::Answer)));
    let mut is_waiting = async || poll_fn(|context| Poll::Ready(paused.as_mut().poll(context).is_pending())).await;
    assert!(is_waiting().await);
    let first = scene.schedule.turn(Some(SITI), Some(Priority::Answer)).await;
    let _second = scene.schedule.turn(Some(SITI), NO_MESSAGE).await;
    let mut third = pin!(scene.schedule.turn(Some(TONO), Some(Priority::Answer)));
    assert!(poll_fn(|context| Poll::Ready(third.as_mut().poll(context).is_pending())).await);
    drop(first);
    third.await;
}
