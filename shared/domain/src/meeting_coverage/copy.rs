//! One copy of a meeting, as coverage counts it.

use jiff::Timestamp;

use super::result::MeetingResult;
use crate::decision::Decision;
use crate::id::{CalendarId, DecisionKey};
use crate::revision::PolicyRevision;
use crate::verdict::RuleName;

/// One copy of a meeting: an event of a calendar, with its decision and what became of its bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingCopy {
    /// The key of the decision. Copies of one meeting have the same `ical_uid` and start.
    pub key: DecisionKey,
    /// The calendar.
    pub calendar_id: CalendarId,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The rule that decided.
    pub rule: RuleName,
    /// The policy that it decided by.
    pub policy: PolicyRevision,
    /// The meeting's platform by Recall's name, of an open set; none without a link.
    pub platform: Option<String>,
    /// What came of it.
    pub result: MeetingResult,
    /// When the bot was first in the call; none if it was not, or if no bot was wanted.
    pub joined_at: Option<Timestamp>,
}

impl MeetingCopy {
    /// The copy that a decision is about; none if another row of the event decides.
    #[must_use]
    pub fn of(row: &Decision) -> Option<Self> {
        let result = MeetingResult::of(row);
        let outcomes = row.meeting_outcomes().filter(|_| result.is_wanted());
        let joined_at = outcomes.filter_map(|outcome| outcome.joined_at).min();
        (!row.is_superseded()).then(|| Self {
            key: row.key.clone(),
            calendar_id: row.calendar_id.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            rule: row.verdict.reason().rule.clone(),
            policy: row.inputs.policy,
            platform: row.platform.clone(),
            result,
            joined_at,
        })
    }

    /// Whether the event tells of a meeting that takes place: deleted and cancelled ones do not.
    pub(super) fn takes_place(&self) -> bool {
        self.rule != RuleName::DELETED && self.rule != RuleName::CANCELLED
    }

    /// Whether this copy counts, and not another one of the same meeting: the one that came
    /// further, then the one whose bot was in the call earlier, then the first by the event's id.
    pub(super) fn goes_before(&self, other: &Self) -> bool {
        let place = |copy: &Self| (copy.result, copy.joined_at.map(std::cmp::Reverse));
        match place(self).cmp(&place(other)) {
            std::cmp::Ordering::Equal => self.key < other.key,
            order => order.is_gt(),
        }
    }
}
