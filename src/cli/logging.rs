//! What the log may say.
//!
//! Only this program's own events reach it: other crates' records may hold whole messages and are not taken in. A panic
//! is logged by its place alone, because its message may quote what an agent typed.

use std::{io::IsTerminal, panic, str::FromStr};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
};

/// What the targets of this program's events begin with.
const OWN: &str = env!("CARGO_CRATE_NAME");

/// What the operator wants to be logged: a level or a list of `target=level`. An empty text wants nothing in
/// particular.
#[derive(Clone, Debug)]
pub(super) struct Levels(Option<Targets>);

impl FromStr for Levels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self(None));
        }
        let wanted = text.parse().map_err(|_| format!("`{text}` says no log level: try `info` or `debug`"))?;
        Ok(Self(Some(wanted)))
    }
}

/// Starts logging to standard error: what is wanted, else everything of the default level.
pub(super) fn start(levels: Option<Levels>, default_level: LevelFilter) {
    let wanted = levels.and_then(|levels| levels.0).unwrap_or_else(|| Targets::new().with_default(default_level));
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(own_events(&wanted)));
    // A second start, as in tests, keeps the first.
    let _ = tracing::subscriber::set_global_default(subscriber);
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a panic");
    }));
}

/// Of what the operator wants, what is this program's: no other crate's events get through, whatever is asked for.
fn own_events(wanted: &Targets) -> Targets {
    let everywhere = wanted.default_level().unwrap_or(LevelFilter::OFF);
    let own = wanted.iter().filter(|(target, _)| *target == OWN || target.starts_with(&format!("{OWN}::")));
    Targets::new().with_target(OWN, everywhere).with_targets(own)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    fn enables(levels: &str, target: &str, level: Level) -> bool {
        own_events(&levels.parse().unwrap()).would_enable(target, &level)
    }

    #[test]
    fn the_operator_chooses_among_own_events() {
        assert!(enables("info", "ceknomor::inquiry", Level::INFO));
        assert!(!enables("info", "ceknomor::inquiry", Level::DEBUG));
        assert!(enables("info,ceknomor::klikoo=debug", "ceknomor::klikoo::client", Level::DEBUG));
        assert!(!enables("info,ceknomor::klikoo=debug", "ceknomor::inquiry", Level::DEBUG));
        assert!(enables("ceknomor=trace", "ceknomor::inquiry", Level::TRACE));
        assert!(!enables("off", "ceknomor::inquiry", Level::ERROR));
    }

    #[test]
    fn no_other_crates_events_are_let_through() {
        for levels in ["trace", "hyper_util=trace", "trace,teloxide=trace", "ceknomor=trace,sled=trace"] {
            for target in ["hyper_util::client", "teloxide::dispatching", "sled", "log"] {
                assert!(!enables(levels, target, Level::ERROR), "{levels}: {target}");
            }
        }
    }
}
