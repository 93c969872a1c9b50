//! A person's no to one event or one meeting, folded into a row without the event.
//!
//! A no needs no fact of the event: it goes before the denied domains, the other overrides,
//! a pause and the rules, and wants no bot. Only the conditions under which no bot can record
//! and what the policy locks go before it, and they keep a bot out as well. So the row that
//! the next sync would write is known at once.

use jiff::Timestamp;

use crate::decision::decide::{by_override, no_to_meeting};
use crate::decision::revise::{RowChange, changed};
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::meeting_override::MeetingOverride;
use crate::override_choice::OverrideChoice;
use crate::overrides::Overrides;
use crate::verdict::{RuleName, Verdict};

/// The rules by which no bot can record, whatever a person wants.
const CONSTRAINTS: [RuleName; 7] = [
    RuleName::DELETED,
    RuleName::DISCONNECTED,
    RuleName::CANCELLED,
    RuleName::OVER,
    RuleName::NO_MEETING,
    RuleName::UNKNOWN_OWNER,
    RuleName::SUPERSEDED,
];

/// The change of a row whose event has an override that says not to record it, as the next
/// sync would write it. A row that a constraint, a lock or a no to the whole meeting skips stays
/// as it is, and so does one whose event has no such override, or that was decided with later ones.
#[must_use]
pub fn skip_at_once(stored: &Decision, overrides: &Overrides, now: Timestamp) -> RowChange {
    let applicable = overrides.for_decision(stored);
    let choice = applicable
        .event
        .filter(|choice| choice.choice == OverrideChoice::Skip);
    let verdict = choice.and_then(|choice| by_override(choice, RuleName::EVENT_OVERRIDE, "event"));
    let is_no_to_meeting = stored.verdict.reason().rule == RuleName::MEETING_OVERRIDE
        && matches!(stored.verdict, Verdict::Skip(_));
    let Some(verdict) = verdict.filter(|_| stored.can_be_recorded(now) && !is_no_to_meeting) else {
        return RowChange::Unchanged;
    };
    if overrides.revision < stored.inputs.overrides {
        return RowChange::Behind;
    }
    let mut skipped = skipped(stored, verdict);
    skipped.inputs.overrides = applicable.revision();
    changed(Some(stored), skipped, now)
}

/// The change of a copy of a meeting to which a person said no, as the next sync would write it.
/// A row that a constraint or a lock skips stays as it is, and so does one that was decided with
/// a later choice.
#[must_use]
pub fn skip_meeting_at_once(
    stored: &Decision,
    meeting: &MeetingOverride,
    now: Timestamp,
) -> RowChange {
    let is_later = stored.inputs.meeting > meeting.revision;
    let verdict = no_to_meeting(meeting).filter(|_| stored.can_be_recorded(now) && !is_later);
    let Some(verdict) = verdict else {
        return RowChange::Unchanged;
    };
    let mut skipped = skipped(stored, verdict);
    skipped.inputs.meeting = meeting.revision;
    changed(Some(stored), skipped, now)
}

impl Decision {
    /// Whether the meeting is not over at `now`, and neither a condition nor a lock of the policy
    /// keeps every bot out whatever a person wants.
    #[must_use]
    pub fn can_be_recorded(&self, now: Timestamp) -> bool {
        let reason = self.verdict.reason();
        !CONSTRAINTS.contains(&reason.rule) && !reason.is_locked && self.ends_at > now
    }

    /// The rule by which the policy locks the verdict, so that no override goes before it; none
    /// if it does not.
    #[must_use]
    pub fn lock(&self) -> Option<&RuleName> {
        let reason = self.verdict.reason();
        reason.is_locked.then_some(&reason.rule)
    }
}

fn skipped(stored: &Decision, verdict: Verdict) -> Decision {
    let mut skipped = stored.clone().wanting(Wanted::Nothing);
    skipped.offer = None;
    skipped.verdict = verdict;
    skipped
}
