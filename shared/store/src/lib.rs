//! Decisions and state in DynamoDB.
//!
//! [`DecisionTable`] holds one row for each decision. [`StateTable`] holds the
//! rest: calendars, overrides, the policy's revisions, rate limits, the
//! scheduler's lease. Both implement ports of `callsheet_app`; the SDK's types
//! stay inside. [`read_stream_record`] reads what the tables' streams tell of a write.
//!
//! The SDK repeats a request whose response was lost. A repeated conditional
//! write fails because of its own first attempt, and so is reported as a
//! conflict. The caller treats it like any other conflict: it loads the row
//! again, and finds the work done. Every unconditional write has the same
//! effect when it is made twice.

mod attributes;
mod batch_get;
mod decisions;
#[cfg(test)]
mod documented;
mod error;
mod expressions;
#[cfg(test)]
mod released;
mod state;
mod stored_text;
mod stream;

pub use decisions::DecisionTable;
pub use state::StateTable;
pub use stream::read_stream_record;
