//! What coverage counts of a decision, as a map of the row, for the index by day.

use callsheet_domain::{Decision, MeetingCopy, MeetingResult, PolicyRevision, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use crate::stored_text;

/// What coverage counts, besides other attributes of the row.
#[derive(Serialize, Deserialize)]
pub(super) struct CountedRow {
    #[serde(with = "stored_text")]
    pub(super) result: MeetingResult,
    policy: u64,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) joined_at: Option<Timestamp>,
}

impl CountedRow {
    /// None for a superseded row.
    pub(super) fn of(decision: &Decision) -> Option<Self> {
        MeetingCopy::of(decision).map(|copy| Self {
            result: copy.result,
            policy: copy.policy.0,
            joined_at: copy.joined_at,
        })
    }

    pub(super) fn policy(&self) -> PolicyRevision {
        PolicyRevision(self.policy)
    }
}
