//! Errands on SQS.

mod dead_letters;
mod envelope;
mod sqs;

pub use dead_letters::SqsDeadLetters;
pub use envelope::{UnreadableMessage, read};
pub use sqs::SqsQueue;
