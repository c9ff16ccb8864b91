//! What the log may say.
//!
//! Only this program's own events reach it: other crates' records may hold whole messages and are not taken in. A panic is
//! logged by its place alone, because its message may quote what an agent typed.

use std::{io::IsTerminal, panic};

use anyhow::Context;
use tracing::Subscriber;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, registry::LookupSpan};

/// Starts logging to standard error.
///
/// # Errors
/// `levels` is no level and no list of `target=level`.
pub(super) fn start(levels: &str) -> anyhow::Result<()> {
    let wanted: Targets =
        levels.parse().with_context(|| format!("`{levels}` says no log level: try `info` or `debug`"))?;
    let colours = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::registry().with(own_events(wanted));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    // A second start, as in tests, keeps the first.
    let _ = tracing::subscriber::set_global_default(subscriber.with(lines));
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a panic");
    }));
    Ok(())
}

/// A filter that lets no other crate's events through, whatever the operator asks for.
fn own_events<S: Subscriber + for<'a> LookupSpan<'a>>(wanted: Targets) -> impl tracing_subscriber::Layer<S> {
    use tracing_subscriber::{Layer, filter::filter_fn, layer::Identity};
    Identity::new()
        .with_filter(wanted)
        .and_then(Identity::new().with_filter(filter_fn(|event| event.target().starts_with("ceknomor"))))
}
