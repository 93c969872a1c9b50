//! The log: JSON lines on standard output, which Lambda collects.

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::environment::Environment;

/// Starts the log at the level in `LOG_LEVEL`: one level, or levels by target, such
/// as `info,callsheet_app=debug`. If it is missing or malformed, at `info`. A second
/// start in one process has no effect.
pub fn log_to_stdout(environment: &Environment) {
    let chosen = environment
        .optional("LOG_LEVEL")
        .and_then(|text| text.parse::<Targets>().ok());
    let filter = chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_filter(filter);
    // An error means that the log was started before.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
