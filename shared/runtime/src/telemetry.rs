//! A log of JSON lines on standard output, where Lambda collects it.

use tracing_subscriber::EnvFilter;

use crate::Environment;

/// Starts the log at the level `LOG_LEVEL` names (`info` if none or nonsense).
/// A second start in one process does nothing.
pub fn log_to_stdout(environment: &Environment) {
    let level = environment.optional("LOG_LEVEL").unwrap_or("info");
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    // An error means that the log was started before, which is the aim.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
}
