//! A log of JSON lines on standard output, where Lambda collects it.

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::Environment;

/// Starts the log at what `LOG_LEVEL` says: a level, or levels by target, such
/// as `info,callsheet_app=debug`. Without it, or if it is nonsense, at `info`.
/// A second start in one process does nothing.
pub fn log_to_stdout(environment: &Environment) {
    let asked = environment
        .optional("LOG_LEVEL")
        .and_then(|text| text.parse::<Targets>().ok());
    let filter = asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_filter(filter);
    // An error means that the log was started before, which is the aim.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
