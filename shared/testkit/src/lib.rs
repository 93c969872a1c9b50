//! What tests are made of.
//!
//! - Builders with sensible defaults: [`an_event`], [`a_calendar`],
//!   [`a_decision`], …, changed by [`With::with`], so that a test names only what matters.
//! - Fakes of the ports: [`MemoryDecisions`], [`MemoryState`], [`MemoryQueue`],
//!   [`MemoryDeadLetters`], [`ManualClock`], [`EvenJitter`].
//! - [`Flaky`], a port that fails on purpose: before or after the effect, on a
//!   given call, from then on, or by chance.
//! - [`contracts`]: what every implementation of a port must do. The fakes pass
//!   them here, the adapters in the workspace's `tests`, so what is tested on a
//!   fake holds on the real thing.

mod build;
mod chance;
mod clock;
pub mod contracts;
mod flaky;
mod memory;
mod recall;

pub use build::{
    With, a_bot_config, a_calendar, a_calendar_record, a_decision, a_policy, a_policy_document,
    an_actor, an_applied_bot, an_email, an_event, an_offer, at, policy_of,
};
pub use chance::EvenJitter;
pub use clock::ManualClock;
pub use flaky::{Faults, Flaky, When};
pub use memory::{
    Counts, MemoryDeadLetters, MemoryDecisions, MemoryLease, MemoryQueue, MemoryState,
};
pub use recall::{Bot, Call, Fault, MemoryRecall, is_blocked_by_firewall};
