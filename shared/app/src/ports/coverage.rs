//! Reads of all meetings of a day, and storage of the totals of past days.

use std::collections::BTreeMap;
use std::future::Future;

use callsheet_domain::{DecisionKey, MeetingCopy, MeetingTotals, Timestamp};
use jiff::civil::Date;

use super::decisions::UnreadableRow;
use crate::PortError;

/// A place in the order in which the decisions of a day are read: that of the last one of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayPosition {
    /// When its meeting starts.
    pub starts_at: Timestamp,
    /// The key of the row.
    pub key: DecisionKey,
}

/// A page of the decisions of a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayPage {
    /// Those that can be read, in order of start.
    pub copies: Vec<MeetingCopy>,
    /// Rows whose entries cannot be read, such as those of a later version.
    pub unreadable: Vec<UnreadableRow>,
    /// Where the next page begins; none after the last one.
    pub next: Option<DayPosition>,
}

/// Reads of the decisions of all calendars, day by day. They come from an index, which may lag
/// behind the writes by a moment.
pub trait MeetingDays: Send + Sync {
    /// A page of at most `most` decisions about meetings that start on a date, in UTC, after the
    /// position of the page before. It may have fewer and yet have a next one.
    fn page_of_day(
        &self,
        day: Date,
        after: Option<&DayPosition>,
        most: usize,
    ) -> impl Future<Output = Result<DayPage, PortError>> + Send;
}

/// Totals of the meetings that started on a date, by platform; none for meetings without a link.
pub type DayTotals = BTreeMap<Option<String>, MeetingTotals>;

/// Storage of the totals of past days, which name no calendar, meeting or person.
pub trait KeptCoverage: Send + Sync {
    /// Stores the totals of a date, in UTC, in place of those that are stored. They expire 400
    /// days after it.
    fn keep_day(
        &self,
        day: Date,
        totals: &DayTotals,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The totals of the dates from one to another, both included, as far as they are stored.
    /// Those that cannot be read are left out, and logged.
    fn kept_days(
        &self,
        from: Date,
        until: Date,
    ) -> impl Future<Output = Result<BTreeMap<Date, DayTotals>, PortError>> + Send;
}
