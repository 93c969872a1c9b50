//! What the end-to-end tests and the demonstration share: the deployed stack,
//! and the comparison of what is wanted with what Recall holds.

mod comparison;
mod decision_summary;
mod environment;
mod stack;
mod webhook;

pub use comparison::{Claim, Comparison};
pub use decision_summary::DecisionSummary;
pub use environment::variable;
pub use stack::Stack;
pub use webhook::Webhook;
