//! The state that a decision was made from.

use crate::revision::{CalendarRevision, OverrideRevision, PolicyRevision};
use jiff::Timestamp;

/// What a decision was made from.
///
/// Of two views the one of the newer event is later; its other parts must not
/// be older than what is stored, or it is made again from what is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecisionInputs {
    /// The event's `updated_at`.
    pub event: Timestamp,
    /// The calendar's revision.
    pub calendar: CalendarRevision,
    /// The policy's revision.
    pub policy: PolicyRevision,
    /// The revision of a person's word, nought if nobody spoke.
    pub overrides: OverrideRevision,
}
