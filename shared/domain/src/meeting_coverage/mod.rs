//! Coverage of meetings: how many were to be recorded, how many were, and why the others were not.
//!
//! A meeting is counted once, however many calendars have a copy of it, so a copy is no number
//! by itself: the copies of one start are gathered, and of each meeting the copy that came
//! furthest counts. Every meeting then has one [`MeetingResult`], and all totals are sums over
//! results. So the totals of any groups add up to those of the whole.

mod copy;
mod count;
mod delays;
#[cfg(test)]
mod properties;
mod result;
mod totals;

pub use copy::MeetingCopy;
pub use count::{CountedBy, Group, GroupedTotals, MeetingCounter, MeetingPicker};
pub use delays::JoinDelays;
pub use result::{Loss, MeetingResult};
pub use totals::{MeetingTotals, ResultTotals};
