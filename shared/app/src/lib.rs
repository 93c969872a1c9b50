//! Use cases, and the ports they need.
//!
//! [`accept`] takes a webhook, [`Sync`] looks and decides, [`Drain`] makes the
//! bots at Recall equal to what is wanted. Collaborators are traits that speak
//! the domain's types; adapters are crates of their own.

pub mod accept;
mod drain;
mod enforced;
mod error;
mod evaluate;
pub mod ports;
mod preview;
mod push;
mod sync;

pub use drain::{CallPlan, Drain, DrainReport, DrainSettings, PlannedCall, Stopped};
pub use enforced::{Enforced, InForce, document};
pub use error::PortError;
pub use evaluate::KnownCalendar;
pub use preview::{Change, Effect, preview};
pub use push::{NotPut, Pusher, Put, push};
pub use sync::{Delivery, Handled, Sync, SyncSettings, SyncState};
