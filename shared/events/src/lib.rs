//! Bus events on EventBridge, and their published form.
//!
//! [`EventBridgeBus`] implements the port `EventBus` of `callsheet_app`; the SDK's types stay
//! inside. The form of an event is a private struct of `wire`, in [`VERSION`] 1; its JSON
//! schemas are published by [`schemas()`], so that a change of it is seen in review. A version
//! changes only by addition: a reader ignores members that it does not know.

mod eventbridge;
mod parts;
mod requests;
mod schemas;
mod texts;
mod wire;

pub use eventbridge::EventBridgeBus;
pub use schemas::schemas;
pub use texts::Texts;
pub use wire::{SOURCE, VERSION, detail};
