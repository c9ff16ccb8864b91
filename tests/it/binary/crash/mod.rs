//! The crash test: agents ask without a pause while the real process is killed with SIGKILL at random moments and
//! started again on the same data. In the end every question has its answer, and nobody has another's.
//!
//! Nothing goes smoothly meanwhile: Telegram refuses and loses calls and answers, delivers updates twice and out of
//! order; Klikoo is out of order in some lives, so that checks wait over a kill, and the road to it is bad
//! ([`random_faults`](super::random_faults)). Agents ask for histories too, and turn their pages.
//!
//! `CRASH_KILLS` sets how often it is killed, `CRASH_SEED` repeats the moments of an earlier run, `TEST_BINARY` names
//! another binary than the debug build: with the one that is shipped the rule about doubled answers is strict. The
//! moment of a kill is a count of calls at Telegram and up to a tenth of a second more; what runs at that time differs
//! from run to run.

mod crowd;
mod question;
mod tally;

use std::{
    env, thread,
    time::{Duration, Instant},
};

use ceknomor::clock::{Clock, SystemClock};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::task::spawn_blocking;

use super::{rough::RoughRoad, stage::Stage};
use crowd::Crowd;
use tally::{Kill, Tally};

/// Kills in an ordinary run.
const KILLS: usize = 50;

/// How long Klikoo takes for a check, and how much longer the answer may be under way: not less than billers do. With
/// it, this crowd has some 80 answers a second, more than a busy group of agents.
const LATENCY: Duration = Duration::from_millis(100);
const DELAY: Duration = Duration::from_millis(400);

/// How long the bot may take to come so far that it is killed, and after the last kill to answer what is left: a check
/// that waits may have to wait for a minute more.
const PATIENCE: Duration = Duration::from_secs(120);

/// In one of so many lives Klikoo says that every provider is down.
const OUTAGES: u32 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::print_stdout, reason = "the tally is what this test is read for")]
async fn every_question_is_answered_whenever_the_process_is_killed() {
    let kills = from_env("CRASH_KILLS").unwrap_or(KILLS);
    let seed = from_env("CRASH_SEED").unwrap_or_else(rand::random);
    println!("crash test: CRASH_SEED={seed}");
    let (mut random, begun) = (StdRng::seed_from_u64(seed), Instant::now());
    let mut stage = Stage::with_klikoo_that_takes(LATENCY).await;
    let road = RoughRoad::to(stage.klikoo.base_url(), random.r#gen(), DELAY).await;
    stage.place.set("KLIKOO_BASE_URL", road.url());
    // This crowd asks more in a quick minute than agents may.
    for quota in ["CEKNOMOR_QUOTA_AGENT", "CEKNOMOR_QUOTA_GROUP"] {
        stage.place.set(quota, "0/0");
    }
    stage.telegram.fail_at_random(random.r#gen());
    let mut crowd = Crowd::gather(&mut stage);
    let mut deaths = Vec::with_capacity(kills);
    for _ in 0..kills {
        stage.klikoo.set_down(random.gen_ratio(1, OUTAGES));
        deaths.push(live_until(Moment::any(&mut random), &stage, &mut crowd, &mut random).await);
    }
    stage.klikoo.set_down(false);
    let mishaps = stage.telegram.stop_failing_at_random() + road.mend();
    settle(&stage, &mut crowd, &mut random).await;

    let tally = Tally::of(&crowd, &stage.telegram, &deaths);
    println!("crash test: {tally}, mishaps={mishaps}, seconds={}", begun.elapsed().as_secs());
    tally.check();
    stage.telegram.forget_presses();
    // An edit or the answer to a press that was taken and is sent again, because nobody could know.
    stage.telegram.forgive("message is not modified");
    stage.telegram.forgive("query is too old");
    stage.telegram.read_deletions();
    // A PIN in a group of which the bot is no administrator, and one whose deletion the bot did not hear of.
    stage.telegram.forgive("message can't be deleted");
    stage.telegram.forgive("message to delete not found");
    stage.telegram.finish().await;
}

fn from_env<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// When a process is killed.
struct Moment {
    /// After so many calls since it was started; 0 is while it starts.
    calls: usize,
    /// And so long after the last of them.
    pause: Duration,
}

impl Moment {
    /// One in five while it starts and reads its journal, the others anywhere in its work.
    fn any(random: &mut StdRng) -> Self {
        if random.gen_ratio(1, 5) {
            return Self { calls: 0, pause: Duration::from_micros(random.gen_range(0..300_000)) };
        }
        Self { calls: random.gen_range(1..=60), pause: Duration::from_micros(random.gen_range(0..100_000)) }
    }
}

/// Starts the bot, lets the crowd ask, and kills it.
async fn live_until(moment: Moment, stage: &Stage, crowd: &mut Crowd, random: &mut StdRng) -> Kill {
    keep_time(stage);
    let (before, deadline) = (stage.telegram.calls_so_far(), Instant::now() + PATIENCE);
    let bot = stage.place.start(&["run"]);
    let mut seen = before;
    while seen < before + moment.calls {
        crowd.hear(&stage.telegram, random).await;
        crowd.ask(random).await;
        assert!(stage.telegram.more_calls_than(seen, deadline).await, "the bot does nothing:\n{}", bot.log());
        seen = stage.telegram.calls_so_far();
    }
    // The moment is the point: nothing is waited for. A thread's own sleep, because tokio's ends on whole milliseconds,
    // as the stand-ins' delays do: the kills would come at the same distance from the answers.
    spawn_blocking(move || thread::sleep(moment.pause)).await.unwrap();
    let sent = Instant::now();
    let ended = bot.killed().await;
    let kill = Kill { sent, dead: Instant::now() };
    assert_eq!(ended.code, None, "it ended by itself:\n{}", ended.err);
    assert!(!ended.err.contains("ERROR"), "{}", ended.err);
    kill
}

/// Lets the bot answer all that is left, and sees that nothing is taken up again after that.
async fn settle(stage: &Stage, crowd: &mut Crowd, random: &mut StdRng) {
    keep_time(stage);
    let deadline = Instant::now() + PATIENCE;
    let bot = stage.run().await;
    let mut seen = 0;
    while stage.telegram.more_calls_than(seen, deadline).await {
        seen = stage.telegram.calls_so_far();
        crowd.hear(&stage.telegram, random).await;
        if crowd.is_content() {
            break;
        }
    }
    end(stage, bot).await;

    let polls = stage.telegram.calls("getUpdates").len();
    let bot = stage.run().await;
    stage.telegram.called("getUpdates", polls + 1).await;
    let log = end(stage, bot).await;
    assert!(!log.contains("taking up what was not answered"), "{log}");
    crowd.hear(&stage.telegram, random).await;
}

async fn end(stage: &Stage, bot: super::child::Process) -> String {
    stage.telegram.all_confirmed().await;
    bot.signal("TERM");
    let ended = bot.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.err
}

/// Klikoo's clock stands still by itself, and this test takes longer than a clock may be off.
fn keep_time(stage: &Stage) {
    stage.klikoo_clock.advance(SystemClock.now() - stage.klikoo_clock.now());
}
