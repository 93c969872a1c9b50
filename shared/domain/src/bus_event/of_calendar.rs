//! The events of a write of a calendar's record.

use jiff::Timestamp;

use crate::bus_event::content::{BusContent, BusEvent};
use crate::sync_plan::CalendarRecord;

/// The events of the write that left `after` in place of `before`, `at` that instant.
///
/// A calendar that is lost when it is first seen was not lost by this workspace, and one whose
/// status changes between those of a lost calendar is lost for another reason.
#[must_use]
pub fn calendar_events(
    before: Option<&CalendarRecord>,
    after: &CalendarRecord,
    at: Timestamp,
) -> Vec<BusEvent> {
    let Some(before) = before.map(|record| record.calendar.status) else {
        return Vec::new();
    };
    let calendar = Box::new(after.calendar.clone());
    let now = calendar.status;
    let content = match (before.holds_bots(), now.holds_bots()) {
        (true | false, false) if before != now => BusContent::CalendarLost { calendar, before },
        (false, true) => BusContent::CalendarBack { calendar, before },
        _ => return Vec::new(),
    };
    vec![content.told(&[after.calendar.id.as_str()], after.version, at)]
}
