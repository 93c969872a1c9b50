//! The state that a decision was made from.

use jiff::Timestamp;

use crate::revision::{CalendarRevision, MeetingRevision, OverrideRevision, PolicyRevision};

/// The versions of everything that a decision was made from.
///
/// Of two decisions on an event, the one with the newer event wins. Its other inputs must
/// not be older than those stored, or the decision is made again from newer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecisionInputs {
    /// The event's `updated_at`.
    pub event: Timestamp,
    /// The calendar's revision.
    pub calendar: CalendarRevision,
    /// The policy's revision.
    pub policy: PolicyRevision,
    /// The latest revision of the overrides and pauses that apply to the event; 0 if there
    /// are none.
    pub overrides: OverrideRevision,
    /// The revision of what people chose for the whole meeting; 0 if nobody chose anything. It is
    /// read after the row, so it is not older unless it has expired.
    pub meeting: MeetingRevision,
}
