//! Counts the meetings of one day, page by page.

use callsheet_domain::{CountedBy, GroupedTotals, MeetingCopy, MeetingCounter, Timestamp};
use jiff::civil::Date;

use crate::PortError;
use crate::ports::{MeetingDays, UnreadableRow};

/// Number of days for which the rows of meetings are surely there. They are kept for 30 days
/// after the end.
pub(crate) const ROWS_KEPT: i64 = 28;

/// The most entries of a page, of a third of a KB each: a page is in memory at once.
const PAGE: usize = 1_000;

/// The meetings of a day.
#[derive(Debug)]
pub(crate) struct CountedDay {
    pub(crate) totals: GroupedTotals,
    /// Decisions that cannot be read, and are not counted.
    pub(crate) unreadable: Vec<UnreadableRow>,
}

/// Counts the meetings that started on a date, in UTC, and are over at `now`. One page of them
/// is in memory at a time.
pub(crate) async fn count_day(
    decisions: &impl MeetingDays,
    day: Date,
    by: CountedBy,
    now: Timestamp,
) -> Result<CountedDay, PortError> {
    let mut counter = MeetingCounter::new(by, now);
    let unreadable = each_copy(decisions, day, |copy| counter.add(copy)).await?;
    Ok(CountedDay {
        totals: counter.finish(),
        unreadable,
    })
}

/// Calls `take` with the copies of the meetings that start on a date, in UTC, in order of start.
/// Returns the decisions that cannot be read.
pub(crate) async fn each_copy(
    decisions: &impl MeetingDays,
    day: Date,
    mut take: impl FnMut(MeetingCopy) + Send,
) -> Result<Vec<UnreadableRow>, PortError> {
    let (mut unreadable, mut after) = (Vec::new(), None);
    loop {
        let page = decisions.page_of_day(day, after.as_ref(), PAGE).await?;
        page.copies.into_iter().for_each(&mut take);
        unreadable.extend(page.unreadable);
        after = page.next;
        if after.is_none() {
            return Ok(unreadable);
        }
    }
}
