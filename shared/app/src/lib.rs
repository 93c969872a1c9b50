//! Use cases, and the ports they need.
//!
//! [`accept`] takes a webhook, [`Sync`] looks and decides, [`Drain`] makes the
//! bots at Recall equal to what is wanted. Collaborators are traits that speak
//! the domain's types; adapters are crates of their own.

pub mod accept;
mod drain;
mod error;
pub mod ports;
mod sync;

pub use drain::{Drain, DrainReport, DrainSettings, Stopped};
pub use error::PortError;
pub use sync::{Delivery, Handled, Sync, SyncSettings};
