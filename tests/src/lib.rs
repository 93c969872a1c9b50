//! What the end-to-end tests and the demonstration share: the deployed stack,
//! and the comparison of what is wanted with what Recall holds.

mod comparison;
mod environment;
mod glimpse;
mod stack;
mod webhook;

pub use comparison::{Claim, Comparison};
pub use environment::variable;
pub use glimpse::Glimpse;
pub use stack::Stack;
pub use webhook::Webhook;
