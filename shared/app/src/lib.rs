//! Use cases, and the ports they need.
//!
//! [`accept`] takes a webhook, [`SyncHandler`] looks and decides, [`Scheduler`] makes the
//! bots at Recall equal to what is wanted. Collaborators are traits that speak
//! the domain's types; adapters are crates of their own.

pub mod accept;
mod error;
mod evaluate;
mod paging;
mod policy_cache;
pub mod ports;
mod preview;
mod push;
mod rate_limiter;
mod scheduler;
mod sync;

pub use error::PortError;
pub use evaluate::CalendarContext;
pub use paging::{EndlessList, Paging};
pub use policy_cache::{ActivePolicy, PolicyCache, document};
pub use preview::{Change, Effect, preview};
pub use push::{PushError, PushOutcome, PushedBy, push};
pub use rate_limiter::{AcquireError, CallTerms, Priority, RateLimiter};
pub use scheduler::{CallPlan, PlannedCall, RunReport, Scheduler, SchedulerSettings, StopReason};
pub use sync::{Delivery, Handled, Ports, SyncHandler, SyncPorts, SyncSettings, SyncState};
