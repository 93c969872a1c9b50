//! The settings of the scheduler, the same for each run.

use std::time::Duration;

use callsheet_domain::RateLimit;

/// The settings of the scheduler, the same for each run.
#[derive(Debug, Clone, Copy)]
pub struct SchedulerSettings {
    /// Rate limit of the calls that schedule a bot.
    pub schedule: RateLimit,
    /// Rate limit of the calls that unschedule a bot.
    pub unschedule: RateLimit,
    /// Rate limit of the calls that get an event, to find its bot.
    pub find: RateLimit,
    /// Rate limit of the calls that send a bot out of a call.
    pub leave: RateLimit,
    /// Most calls of one operation in flight. The actual number follows from
    /// the rate limit and the latency.
    pub most_in_flight: usize,
    /// How long the lease lasts after it was taken or extended. Two fifths of
    /// it must be longer than any call takes.
    pub lease: Duration,
    /// A run waits for a row that may be called within this time.
    pub patience: Duration,
}
