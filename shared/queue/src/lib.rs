//! Errands on SQS.

mod envelope;
mod sqs;

pub use envelope::{UnreadableMessage, read};
pub use sqs::SqsQueue;
