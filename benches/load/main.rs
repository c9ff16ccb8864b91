//! The load generator: runs the release binary against a fake Bot API and the sandbox, both on loopback, and prints
//! what it costs against what it may cost. `cargo bench --bench load`; exit code 1 when a target is missed.
//!
//! `cargo bench --bench load -- memory` asks 300,000 checks instead, and prints what they leave in memory and on disk.
//!
//! `cargo bench --bench load -- strangers` has a million strangers write once each while an agent checks; a number
//! behind it has so many of them write, in a debug build too (`cargo bench --profile dev`), whose figures are told and
//! not judged.
//!
//! Everything shares one machine, the stand-ins included, so the rate flat out is a lower bound of what the bot can
//! do alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot be taken ends by panicking, and the figures go to standard output"
)]
#![allow(unreachable_pub, reason = "`pub` marks what the generator may use of the stand-in")]

mod figures;
mod process;
mod stand_ins;
#[path = "../../tests/telegram/mod.rs"]
#[allow(dead_code, reason = "the generator needs the load mode alone, and no conversations")]
mod telegram;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use self::{
    figures::{Figure, Target, print_table},
    process::BotProcess,
    stand_ins::StandIns,
};

/// The steady load: what a busy group of agents makes.
const STEADY_CHATS: i64 = 50;
const STEADY_CHECKS_A_SECOND: u32 = 30;
const STEADY_SECONDS: u32 = 20;
/// Flat out: as many as it takes for the rate to settle.
const FLAT_OUT_CHATS: i64 = 500;
const FLAT_OUT_CHECKS: usize = 20_000;
/// The most questions without an answer while flat out.
const FLAT_OUT_IN_FLIGHT: usize = 256;
/// The long run: after how many checks memory is read.
const LONG_RUN: [(usize, &str); 4] = [
    (20_000, "RSS after 20,000"),
    (60_000, "RSS after 60,000"),
    (100_000, "RSS after 100,000"),
    (300_000, "RSS after 300,000"),
];
/// How much it may grow from 60,000 to 100,000 and from there to 300,000: sled keeps some 33 bytes of each record in
/// memory, and what the allocator holds of pages in part goes up and down by a MiB or so.
const LONG_RUN_GROWTH_MIB: [f64; 2] = [3.0, 9.0];
/// The flood: how many strangers write, and how many at a time.
const STRANGERS: u64 = 1_000_000;
const STRANGERS_AT_ONCE: u64 = 100;
/// The ids of strangers begin here, above those of the agents.
const FIRST_STRANGER: u64 = 1_000_000_000;
/// Checks before the flood, so that what a bot needs for its work is there when its memory is read; and how many
/// strangers come between two checks of the agent's.
const CHECKS_BEFORE: usize = 2_000;
const STRANGERS_A_CHECK: u64 = 1_000;
/// How much memory may grow by them.
const STRANGERS_GROWTH_MIB: f64 = 4.0;
/// How long the bot is left alone before its idle memory is read.
const IDLE: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip_while(|argument| argument != "strangers");
    let strangers = arguments.next().map(|_| arguments.find_map(|number| number.parse().ok()));
    if cfg!(debug_assertions) && !matches!(strangers, Some(Some(_))) {
        println!("figures of a debug build say nothing; run `cargo bench --bench load`");
        return ExitCode::SUCCESS;
    }
    let stand_ins = StandIns::start(FLAT_OUT_CHATS).await;
    let bot = stand_ins.start_bot();
    let mut figures = at_rest(&stand_ins, &bot).await;
    if std::env::args().any(|argument| argument == "memory") {
        figures.extend(long_run(&stand_ins, &bot).await);
    } else if let Some(count) = strangers {
        figures.extend(flood(count.unwrap_or(STRANGERS), &stand_ins, &bot).await);
    } else {
        figures.extend(steady(&stand_ins, &bot).await);
        figures.extend(flat_out(&stand_ins, &bot).await);
    }
    let faults = stand_ins.telegram.load_faults();
    drop(bot);

    let all_met = print_table(&figures);
    faults.iter().for_each(|fault| println!("FAULT {fault}"));
    let is_right = all_met || cfg!(debug_assertions);
    if is_right && faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Size, start and idle memory.
async fn at_rest(stand_ins: &StandIns, bot: &BotProcess) -> Vec<Figure> {
    let first_poll = stand_ins.first_poll(bot).await;
    let start = first_poll.duration_since(bot.started());
    tokio::time::sleep(IDLE).await;
    vec![
        Figure::new("binary", bot.binary_mib(), "MiB", Target::AtMost(15.0)),
        Figure::new("start to first getUpdates", millis(start), "ms", Target::AtMost(100.0)),
        Figure::new("idle RSS", bot.rss_mib(), "MiB", Target::AtMost(14.0)),
    ]
}

/// Some checks a second from some chats, evenly spread.
async fn steady(stand_ins: &StandIns, bot: &BotProcess) -> Vec<Figure> {
    let cpu_before = bot.cpu();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / STEADY_CHECKS_A_SECOND);
    let checks = STEADY_CHECKS_A_SECOND * STEADY_SECONDS;
    for number in 0..checks {
        tick.tick().await;
        stand_ins.ask(i64::from(number) % STEADY_CHATS);
    }
    stand_ins.wait_for_answers(0, bot).await;
    let cpu = millis(bot.cpu() - cpu_before) / f64::from(checks);
    let mut latencies = stand_ins.telegram.take_latencies();
    latencies.sort_unstable();
    vec![
        Figure::new("30/s: CPU a check", cpu, "ms", Target::AtMost(3.4)),
        Figure::new("30/s: update to reply, p50", millis(quantile(&latencies, 0.5)), "ms", Target::None),
        Figure::new("30/s: update to reply, p99", millis(quantile(&latencies, 0.99)), "ms", Target::AtMost(6.0)),
        Figure::new("30/s: update to reply, slowest", millis(quantile(&latencies, 1.0)), "ms", Target::None),
        Figure::new("30/s: RSS", bot.rss_mib(), "MiB", Target::AtMost(24.0)),
    ]
}

/// As fast as the bot answers, with a bounded number of questions without an answer.
async fn flat_out(stand_ins: &StandIns, bot: &BotProcess) -> Vec<Figure> {
    let (begun, cpu_before) = (Instant::now(), bot.cpu());
    check_flat_out(FLAT_OUT_CHECKS, stand_ins, bot).await;
    let took = begun.elapsed();
    let cpu = millis(bot.cpu() - cpu_before) / FLAT_OUT_CHECKS as f64;
    let rate = FLAT_OUT_CHECKS as f64 / took.as_secs_f64();
    vec![
        Figure::new("flat out: checks a second", rate, "", Target::AtLeast(2000.0)),
        Figure::new("flat out: CPU a check", cpu, "ms", Target::None),
        Figure::new("flat out: RSS afterwards", bot.rss_mib(), "MiB", Target::None),
        Figure::new("flat out: RSS peak", bot.peak_rss_mib(), "MiB", Target::None),
    ]
}

/// Hundreds of thousands of checks, and the memory on the way: it must not grow with what was answered.
async fn long_run(stand_ins: &StandIns, bot: &BotProcess) -> Vec<Figure> {
    let mut figures = Vec::new();
    let (mut done, mut rss) = (0, Vec::new());
    for (checks, name) in LONG_RUN {
        check_flat_out(checks - done, stand_ins, bot).await;
        done = checks;
        // The load generator keeps none of them either.
        drop(stand_ins.telegram.take_latencies());
        tokio::time::sleep(IDLE).await;
        rss.push(bot.rss_mib());
        figures.push(Figure::new(name, bot.rss_mib(), "MiB", Target::None));
    }
    let [to_100_000, to_300_000] = LONG_RUN_GROWTH_MIB.map(Target::AtMost);
    figures.push(Figure::new("growth, 20,000 to 60,000", rss[1] - rss[0], "MiB", Target::None));
    figures.push(Figure::new("growth, 60,000 to 100,000", rss[2] - rss[1], "MiB", to_100_000));
    figures.push(Figure::new("growth, 100,000 to 300,000", rss[3] - rss[2], "MiB", to_300_000));
    figures.push(Figure::new("RSS peak", bot.peak_rss_mib(), "MiB", Target::None));
    figures.push(Figure::new(
        "disk a check",
        stand_ins.disk_bytes() as f64 / done as f64,
        "bytes",
        Target::AtMost(300.0),
    ));
    figures
}

/// Strangers write once each, as fast as the bot takes it, and an agent checks meanwhile.
async fn flood(count: u64, stand_ins: &StandIns, bot: &BotProcess) -> Vec<Figure> {
    check_flat_out(CHECKS_BEFORE, stand_ins, bot).await;
    drop(stand_ins.telegram.take_latencies());
    tokio::time::sleep(IDLE).await;
    let (before, begun) = (bot.rss_mib(), Instant::now());
    for first in (0..count).step_by(STRANGERS_AT_ONCE as usize) {
        // As many wait for the next poll.
        stand_ins.wait_until_taken(STRANGERS_AT_ONCE as usize, bot).await;
        stand_ins.telegram.strangers_write(FIRST_STRANGER + first, STRANGERS_AT_ONCE.min(count - first));
        if first.is_multiple_of(STRANGERS_A_CHECK) {
            stand_ins.ask(0);
        }
    }
    stand_ins.wait_until_taken(0, bot).await;
    stand_ins.wait_for_answers(0, bot).await;
    let took = begun.elapsed();
    tokio::time::sleep(IDLE).await;
    let after = bot.rss_mib();
    let mut latencies = stand_ins.telegram.take_latencies();
    latencies.sort_unstable();
    vec![
        Figure::new("strangers", count as f64, "", Target::None),
        Figure::new("strangers a second", count as f64 / took.as_secs_f64(), "", Target::None),
        Figure::new("strangers who were told", stand_ins.telegram.strangers_told() as f64, "", Target::None),
        Figure::new("RSS before", before, "MiB", Target::None),
        Figure::new("RSS after", after, "MiB", Target::None),
        Figure::new("growth by the strangers", after - before, "MiB", Target::AtMost(STRANGERS_GROWTH_MIB)),
        Figure::new("RSS peak", bot.peak_rss_mib(), "MiB", Target::None),
        Figure::new("agent meanwhile, p50", millis(quantile(&latencies, 0.5)), "ms", Target::None),
        Figure::new("agent meanwhile, p99", millis(quantile(&latencies, 0.99)), "ms", Target::None),
        Figure::new("agent meanwhile, slowest", millis(quantile(&latencies, 1.0)), "ms", Target::None),
    ]
}

/// Asks as fast as the bot answers, until all are answered.
async fn check_flat_out(checks: usize, stand_ins: &StandIns, bot: &BotProcess) {
    let mut asked = 0;
    while asked < checks {
        // Half of them at a time: waking for every single answer would take the bot's time on a small machine.
        stand_ins.wait_for_answers(FLAT_OUT_IN_FLIGHT / 2, bot).await;
        let batch = (FLAT_OUT_IN_FLIGHT / 2).min(checks - asked);
        (asked..asked + batch).for_each(|number| stand_ins.ask(number as i64 % FLAT_OUT_CHATS));
        asked += batch;
    }
    stand_ins.wait_for_answers(0, bot).await;
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The value below which this share of the sorted values lies.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted[rank.saturating_sub(1)]
}
