//! Evaluation of one event, for a sync and for a preview alike.

use std::borrow::Cow;

use callsheet_domain::{
    CalendarEvent, CalendarRecord, DecisionInputs, Evaluation, MeetingOverride, Overrides, Policy,
    PolicyRevision, Timestamp, decide, plan,
};

/// A calendar with its overrides: the inputs of a verdict besides the event and
/// the policy.
#[derive(Debug, Clone)]
pub struct CalendarContext {
    /// Record of the calendar.
    pub record: CalendarRecord,
    /// Overrides and pause of its owner.
    pub overrides: Overrides,
}

/// Evaluates one event with a policy. `meeting` is what people chose for its whole meeting, if
/// that was not read with the calendar's overrides.
pub(crate) fn evaluate<'a>(
    calendar: &CalendarContext,
    event: &'a CalendarEvent,
    (policy, revision): (&Policy, PolicyRevision),
    meeting: Option<&MeetingOverride>,
    now: Timestamp,
) -> Evaluation<'a> {
    let CalendarContext { record, overrides } = calendar;
    let mut overrides = Cow::Borrowed(overrides);
    if let Some(meeting) = meeting {
        let meetings = &mut overrides.to_mut().meetings;
        meetings.insert(event.meeting_name(), meeting.clone());
    }
    let overrides = &*overrides;
    let verdict = decide(event, &record.calendar, policy, overrides, now);
    let applicable = overrides.for_event(event);
    Evaluation {
        plan: plan(&verdict, event, &record.calendar, policy),
        overridden_at: applicable.set_at(&verdict.reason().rule),
        verdict,
        inputs: DecisionInputs {
            event: event.updated_at,
            calendar: record.revision,
            policy: revision,
            overrides: applicable.revision(),
            meeting: applicable.meeting_revision(),
        },
        overrides_read: overrides.revision,
        event,
    }
}
