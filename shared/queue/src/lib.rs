//! Sync jobs as messages of SQS queues.

mod dead_letters;
mod depth;
mod envelope;
#[cfg(test)]
mod released;
mod sqs;

pub use dead_letters::SqsDeadLetters;
pub use envelope::{UnreadableMessage, parse_job};
pub use sqs::SqsQueue;
