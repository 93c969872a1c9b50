//! Calendars that were never seen before, connected within half a minute, with webhooks for each
//! calendar and for its events.

use tokio::time::{MissedTickBehavior, interval};

use crate::dataset::{Dataset, meeting};
use crate::moves::{DURATION, Moves, SMALLEST_DURATION};
use crate::result::BenchResult;
use crate::testbed::{Testbed, progress};

/// Number of meetings that are created at once, and so share a webhook: a calendar of ten has four
/// webhooks of events, and one of its own.
const BATCH_SIZE: usize = 3;

/// Connects `calendars` with `meetings` meetings each, at equal intervals.
pub(crate) async fn connect_newcomers(
    testbed: &Testbed,
    calendars: usize,
    meetings: usize,
) -> BenchResult<(Dataset, Moves)> {
    let duration = testbed.sized(DURATION, SMALLEST_DURATION);
    let mut ticks = interval(duration / u32::try_from(calendars)?);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let first_at = testbed.stack.now();
    let mut dataset = Dataset::empty();
    for number in 0..calendars {
        ticks.tick().await;
        let first = number * meetings;
        let drafts = (first..first + meetings).map(|index| meeting(&testbed.stack, index));
        let drafts: Vec<_> = drafts.collect();
        let batches = drafts.chunks(BATCH_SIZE);
        dataset.connect_calendar(testbed, number, batches).await?;
    }
    let last_at = testbed.stack.now();
    let seconds = last_at.duration_since(first_at).as_secs_f64();
    progress(format!("{calendars} calendars connected in {seconds:.1} s"));
    let count = dataset.meetings.len();
    Ok((
        dataset,
        Moves {
            count,
            first_at,
            last_at,
        },
    ))
}
