//! Stored rows, and events at Recall, that cannot be read: each costs only itself, and is named.

use callsheet_app::ports::{UnreadableRecord, UnreadableRow};
use callsheet_domain::{CalendarId, Timestamp, UnreadableEvent};
use schemars::JsonSchema;
use serde::Serialize;

/// A decision that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct UnreadableDecision {
    /// Recall's id of the event.
    pub event_id: String,
    /// The `ical_uid` of the event.
    pub ical_uid: String,
    /// The calendar of the event, if it is known.
    pub calendar: Option<String>,
    /// Why it cannot be read.
    pub problem: String,
}

impl UnreadableDecision {
    /// Represents a row.
    #[must_use]
    pub fn of(row: UnreadableRow) -> Self {
        Self {
            event_id: row.key.event_id.to_string(),
            ical_uid: row.key.ical_uid.to_string(),
            calendar: row.calendar_id.map(|id| id.to_string()),
            problem: row.problem,
        }
    }

    /// Represents rows.
    #[must_use]
    pub fn all_of(rows: Vec<UnreadableRow>) -> Vec<Self> {
        rows.into_iter().map(Self::of).collect()
    }
}

/// A calendar with a stored row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct UnreadableCalendar {
    /// Recall's id of the calendar.
    pub id: String,
    /// Why the row cannot be read.
    pub problem: String,
}

impl UnreadableCalendar {
    /// Represents a calendar's row.
    #[must_use]
    pub fn of(record: UnreadableRecord) -> Self {
        Self {
            id: record.calendar_id.to_string(),
            problem: record.problem,
        }
    }

    /// Represents calendars' rows.
    #[must_use]
    pub fn all_of(records: Vec<UnreadableRecord>) -> Vec<Self> {
        records.into_iter().map(Self::of).collect()
    }
}

/// An event that Recall lists in a shape that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct UnreadableEventSummary {
    /// Recall's id of the calendar.
    pub calendar: String,
    /// Recall's id of the event.
    pub event_id: String,
    /// Why it cannot be read.
    pub problem: String,
    /// When it was first found.
    pub since: Timestamp,
}

impl UnreadableEventSummary {
    /// Represents an event that the record of a calendar names.
    #[must_use]
    pub fn of(calendar: &CalendarId, event: &UnreadableEvent) -> Self {
        Self {
            calendar: calendar.to_string(),
            event_id: event.id.to_string(),
            problem: event.problem.clone(),
            since: event.since,
        }
    }
}
