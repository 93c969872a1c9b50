//! Remembers decisions and state in DynamoDB.
//!
//! [`DecisionTable`] keeps one row a decision, [`StateTable`] the little
//! things: calendars, people's words, the policy's revisions, budgets, the
//! drain's lease. Both speak the ports of `callsheet_app`; the SDK stays inside.
//!
//! The SDK repeats a request whose answer was lost. Of a conditional write the
//! repetition finds its own first try in the way, and so reports a lost race.
//! That is taken for what it says: whoever loses loads again, and finds done
//! what was to be done. Everything unconditional is written so that doing it
//! twice does no harm.

mod attributes;
mod decisions;
mod error;
mod state;

pub use decisions::DecisionTable;
pub use state::StateTable;
