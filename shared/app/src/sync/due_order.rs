//! The order in which calendars get their full syncs, where each gets one of its own.
//!
//! The most urgent reason comes first. Of the calendars with the same reason, that whose next
//! meeting starts first comes first: it is the one that may be missed.

use callsheet_domain::{CalendarId, Timestamp};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::PortError;
use crate::ports::Decisions;
use crate::sync::resync_plan::{DueCalendars, DueSync};

/// No more calendars are put into order: their next starts are read in some six seconds.
const MOST: usize = 20_000;
/// Calendars whose next start is read at once.
const AT_ONCE: usize = 16;
/// So many neighbours begin with another one each time: two resyncs side by side mostly do not
/// sync the same calendar.
const NEIGHBOURS: usize = 8;

/// The calendars in the order of their reasons, and of their next starts. Those without a
/// coming meeting come last, and so do routine full syncs, in any order.
///
/// # Errors
/// If the decisions cannot be read.
pub(super) async fn nearest_first<D: Decisions>(
    decisions: &D,
    due: DueCalendars,
    now: Timestamp,
) -> Result<DueCalendars, PortError> {
    let (mut due, more) = (due.due, due.more);
    let in_order = due.partition_point(|(due, _)| *due <= DueSync::NewPolicy);
    let others = due.split_off(in_order.min(MOST));
    let starts = stream::iter(due)
        .map(async |(due, calendar)| {
            let next = match due {
                // Nothing is known of its meetings.
                DueSync::First => None,
                _ => decisions.next_start(&calendar, now).await?,
            };
            Ok::<_, PortError>((due, next.unwrap_or(Timestamp::MAX), calendar))
        })
        .buffered(AT_ONCE);
    let mut ranked: Vec<(DueSync, Timestamp, CalendarId)> = starts.try_collect().await?;
    ranked.sort_by_key(|(due, start, _)| (*due, *start));
    let micros = now.as_microsecond().unsigned_abs();
    for of_one_reason in ranked.chunk_by_mut(|one, other| one.0 == other.0) {
        for neighbours in of_one_reason.chunks_mut(NEIGHBOURS) {
            let first = micros % neighbours.len() as u64;
            neighbours.rotate_left(usize::try_from(first).unwrap_or(0));
        }
    }
    let ranked = ranked.into_iter().map(|(due, _, calendar)| (due, calendar));
    let due = ranked.chain(others).collect();
    Ok(DueCalendars { due, more })
}
