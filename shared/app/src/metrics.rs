//! Metrics, as events of `tracing`, so that no use case needs a port for them.
//!
//! `tracing::info!(target: METRICS, late = 1)` counts a late bot. The functions
//! turn each numeric field of such an event into a metric of that name, whatever
//! the level of the log is. A count of zero is not sent.

/// Target of the events whose numeric fields are metrics.
pub const METRICS: &str = "callsheet::metrics";
