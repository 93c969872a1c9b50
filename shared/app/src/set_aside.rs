//! Decisions that a sync sets aside, since their rows cannot be read or written.

use std::collections::BTreeMap;

use callsheet_domain::{CalendarEvent, CalendarId, DecisionKey};

use crate::ports::UnreadableRow;
use crate::sync_counts::{SyncCounts, count};

/// Decisions whose rows cannot be read or written, each with its calendar and the
/// problem.
#[derive(Debug, Default)]
pub(crate) struct SetAside(BTreeMap<DecisionKey, (CalendarId, String)>);

impl SetAside {
    pub(crate) fn contains(&self, key: &DecisionKey) -> bool {
        self.0.contains_key(key)
    }

    pub(crate) fn add(&mut self, key: DecisionKey, calendar: CalendarId, problem: String) {
        self.0.insert(key, (calendar, problem));
    }

    /// Adds the unreadable rows of `events`. Rows of other copies are left to the
    /// syncs of their calendars.
    pub(crate) fn add_unreadable(&mut self, rows: Vec<UnreadableRow>, events: &[CalendarEvent]) {
        for row in rows {
            let mut events = events.iter();
            if let Some(event) = events.find(|event| event.key() == row.key) {
                self.add(row.key, event.calendar_id.clone(), row.problem);
            }
        }
    }

    /// Counts and logs what is set aside.
    pub(crate) fn report(self, counts: &mut SyncCounts) {
        counts.set_aside += count(self.0.len());
        for (key, (calendar, problem)) in self.0 {
            let event = key.event_id;
            tracing::error!(
                %event,
                %calendar,
                problem,
                "set aside event {event} of calendar {calendar}, whose decision cannot be read or \
                 written: {problem}"
            );
        }
    }
}
