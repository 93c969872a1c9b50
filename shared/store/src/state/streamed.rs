//! The rows of state that a stream tells of: a calendar's record, and the head of the policies.

use callsheet_domain::{CalendarRecord, PolicyRevision};

use super::calendar_row::CalendarRow;
use super::place::{ACTIVE_POLICY, RECORD, SORT};
use super::policies::ActivePolicyRow;
use crate::attributes::{Attributes, Unreadable, read_row};

/// The kind of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateRow {
    /// The record of a calendar.
    Calendar,
    /// The head of the policies.
    ActivePolicy,
    /// Another row, of which nothing is told.
    Other,
}

impl StateRow {
    /// The kind of a row, by its key.
    pub(crate) fn of(row: &Attributes) -> Self {
        let sort = row.get(SORT).and_then(|sort| sort.as_s().ok());
        match sort.map(String::as_str) {
            Some(RECORD) => Self::Calendar,
            Some(ACTIVE_POLICY) => Self::ActivePolicy,
            _ => Self::Other,
        }
    }
}

/// The record of a calendar that a row holds.
pub(crate) fn read_calendar(row: Attributes) -> Result<CalendarRecord, Unreadable> {
    Ok(read_row::<CalendarRow>(row)?.record())
}

/// The active revision that the head of the policies names.
pub(crate) fn read_active_policy(row: Attributes) -> Result<PolicyRevision, Unreadable> {
    Ok(PolicyRevision(read_row::<ActivePolicyRow>(row)?.revision))
}
