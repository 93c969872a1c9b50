//! The verdict on one event, as a look gives it and a preview shows it.

use callsheet_domain::{
    CalendarEvent, CalendarRecord, Judged, Overrides, Policy, PolicyRevision, Timestamp, View,
    decide, plan,
};

/// A calendar, with what people said about its meetings: what a verdict is given from
/// besides the event and the policy.
#[derive(Debug, Clone)]
pub struct KnownCalendar {
    /// The calendar.
    pub record: CalendarRecord,
    /// What people said about its meetings.
    pub overrides: Overrides,
}

/// The verdict on one event, by a policy.
pub(crate) fn judge<'a>(
    calendar: &KnownCalendar,
    event: &'a CalendarEvent,
    (policy, revision): (&Policy, PolicyRevision),
    now: Timestamp,
) -> Judged<'a> {
    let KnownCalendar { record, overrides } = calendar;
    let verdict = decide(event, &record.calendar, policy, overrides, now);
    Judged {
        plan: plan(&verdict, event, &record.calendar, policy),
        verdict,
        seen: View {
            event: event.updated_at,
            calendar: record.revision,
            policy: revision,
            overrides: overrides.for_event(event).revision(),
        },
        overrides_read: overrides.revision,
        event,
    }
}
