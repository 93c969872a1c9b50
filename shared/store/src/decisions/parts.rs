//! Parts of a decision's row: its verdict, what it was decided from, and why it was abandoned.

use callsheet_domain::{
    Abandonment, CalendarRevision, DecisionInputs, Generation, MeetingRevision, OverrideRevision,
    PolicyRevision, Reason, Timestamp, Verdict,
};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum VerdictRow {
    Record,
    Skip,
}

#[derive(Serialize, Deserialize)]
pub(super) struct InputsRow {
    #[serde(with = "microsecond::required")]
    event: Timestamp,
    calendar: u64,
    policy: u64,
    overrides: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    meeting: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[derive(Serialize, Deserialize)]
pub(super) struct AbandonedRow {
    generation: u64,
    reason: String,
}

impl VerdictRow {
    pub(super) fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Record(_) => Self::Record,
            Verdict::Skip(_) => Self::Skip,
        }
    }

    pub(super) fn verdict(self, reason: Reason) -> Verdict {
        match self {
            Self::Record => Verdict::Record(reason),
            Self::Skip => Verdict::Skip(reason),
        }
    }
}

impl InputsRow {
    pub(super) fn of(inputs: DecisionInputs) -> Self {
        Self {
            event: inputs.event,
            calendar: inputs.calendar.0,
            policy: inputs.policy.0,
            overrides: inputs.overrides.0,
            meeting: inputs.meeting.0,
        }
    }

    pub(super) fn inputs(self) -> DecisionInputs {
        DecisionInputs {
            event: self.event,
            calendar: CalendarRevision(self.calendar),
            policy: PolicyRevision(self.policy),
            overrides: OverrideRevision(self.overrides),
            meeting: MeetingRevision(self.meeting),
        }
    }
}

impl AbandonedRow {
    pub(super) fn of(abandoned: &Abandonment) -> Self {
        Self {
            generation: abandoned.generation.0,
            reason: abandoned.reason.clone(),
        }
    }

    pub(super) fn abandonment(self) -> Abandonment {
        Abandonment {
            generation: Generation(self.generation),
            reason: self.reason,
        }
    }
}
