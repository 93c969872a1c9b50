//! From an event to a stored decision, and from there to the bot at Recall.
//!
//! 1. [`decide()`] gives a verdict on an event; [`plan()`] says which bot follows from it.
//! 2. [`revise_copies`] folds the verdicts on a meeting's copies into their stored [`Decision`]s.
//! 3. [`CallAttempt::of`] is the call that a decision needs; [`apply_result()`] folds in its result.
//! 4. [`repair`] finds bots at Recall that differ from those that the decisions know.

mod alerts;
mod applied;
mod apply_result;
mod begun;
mod bot_life;
mod bot_owners;
mod call;
mod check_owner;
mod claim;
mod copies;
mod decide;
mod dispatched;
mod drift;
mod ended_bot;
mod evaluation;
mod forget;
mod history;
mod inputs;
mod over;
mod owner_check;
mod plan;
mod platform;
mod retry;
mod revise;
mod row;
mod shared_bot;
mod silence;
mod skip_at_once;
mod spending;
mod step;
mod superseded;
mod suspect;
mod turned_away;
mod unwanted_bot;
mod verdicts;
mod wanted;

pub use applied::Applied;
pub use apply_result::apply_result;
pub use call::{Call, CallAttempt, CallResult};
pub use check_owner::check_owner;
pub use copies::{
    RefusedBot, RevisedCopies, owned_config, owner_to_confirm, owner_to_move_back, owners_configs,
    revise_copies,
};
pub use decide::decide;
pub use drift::{DriftKind, Unchecked, drift, repair, repaired, unchecked};
pub use ended_bot::share_ended;
pub use evaluation::Evaluation;
pub use history::{CallRecord, Cause, History, RecordedResult};
pub use inputs::DecisionInputs;
pub use owner_check::{LeftBot, OwnerCheck, SentConfig};
pub use plan::{Plan, plan};
pub use retry::{Sending, retry_copies, send_bot};
pub use revise::{RowChange, retire, revise};
pub use row::{Abandonment, Attempts, Decision};
pub use skip_at_once::{skip_at_once, skip_meeting_at_once};
pub use spending::{over_cap, spending_claim};
pub use step::Step;
pub use verdicts::{PastVerdict, PastVerdicts};
pub use wanted::{Offer, Wanted};
