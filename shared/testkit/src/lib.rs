//! Builders, fakes, interceptors and contract suites for the tests of every crate.
//!
//! - Builders with defaults: [`an_event`], [`a_calendar`], [`a_decision`], …,
//!   changed by [`With::with`], so that a test names only what matters.
//!   [`id()`] parses an id of any type, [`at`] an instant.
//! - Fakes of the ports: [`MemoryDecisions`], [`MemoryState`], [`MemoryQueue`],
//!   [`TimedQueue`], [`MemoryDeadLetters`], [`MemoryBus`], [`MemoryRecall`], [`ManualClock`], [`PausedClock`],
//!   [`EvenJitter`].
//! - [`Intercepted`], a decorator of any port: [`Faults`] make its calls fail
//!   before or after their effect, [`Delay`] makes them take time, [`Counts`]
//!   counts them.
//! - [`CountedMetrics`]: the metrics that a test causes.
//! - [`schema_violations`], which holds a JSON document to its schema.
//! - [`contracts`]: what every implementation of a port must do. The fakes pass
//!   them here, the adapters in the workspace's `tests`, so a test that uses a
//!   fake shows what the adapter does too.

mod build;
mod chance;
mod clock;
pub mod contracts;
mod id;
mod intercept;
mod json_schema;
mod memory;
mod metrics;
mod paused_clock;
mod recall;

pub use build::{
    With, a_bot_config, a_calendar, a_calendar_record, a_decision, a_policy, a_policy_document,
    an_actor, an_applied_bot, an_email, an_event, an_offer, at, policy_of,
};
pub use chance::EvenJitter;
pub use clock::ManualClock;
pub use id::{TextId, id};
pub use intercept::{CallName, Counts, Delay, Faults, Intercepted, Interceptor, When};
pub use json_schema::{schema_violations, schema_violations_within};
pub use memory::{
    MemoryBus, MemoryDeadLetters, MemoryDecisions, MemoryLease, MemoryQueue, MemoryState,
    QueueTotals, TimedQueue, a_full_sync_of,
};
pub use metrics::CountedMetrics;
pub use paused_clock::PausedClock;
pub use recall::{Bot, Call, Fault, MemoryRecall, is_blocked_by_firewall};
