//! The verdict on one event, as a look gives it and a preview shows it.

use callsheet_domain::{
    CalendarEvent, CalendarRecord, DecisionInputs, Evaluation, Overrides, Policy, PolicyRevision,
    Timestamp, decide, plan,
};

/// A calendar, with what people said about its meetings: what a verdict is given from
/// besides the event and the policy.
#[derive(Debug, Clone)]
pub struct CalendarContext {
    /// The calendar.
    pub record: CalendarRecord,
    /// What people said about its meetings.
    pub overrides: Overrides,
}

/// The verdict on one event, by a policy.
pub(crate) fn evaluate<'a>(
    calendar: &CalendarContext,
    event: &'a CalendarEvent,
    (policy, revision): (&Policy, PolicyRevision),
    now: Timestamp,
) -> Evaluation<'a> {
    let CalendarContext { record, overrides } = calendar;
    let verdict = decide(event, &record.calendar, policy, overrides, now);
    Evaluation {
        plan: plan(&verdict, event, &record.calendar, policy),
        verdict,
        inputs: DecisionInputs {
            event: event.updated_at,
            calendar: record.revision,
            policy: revision,
            overrides: overrides.for_event(event).revision(),
        },
        overrides_read: overrides.revision,
        event,
    }
}
