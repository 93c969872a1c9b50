//! Moves of all meetings of a dataset, spread over half a minute.

use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use recall_simulator::{Change, EventChange, EventId};
use tokio::time::{MissedTickBehavior, interval};

use crate::dataset::Dataset;
use crate::result::BenchResult;
use crate::testbed::{Testbed, progress};

/// Time over which the moves are spread.
pub(crate) const DURATION: Duration = Duration::from_secs(30);
/// Time over which they are spread at the smallest size.
pub(crate) const SMALLEST_DURATION: Duration = Duration::from_secs(1);
/// Number of meetings of a calendar that move at once, and so share a webhook.
const BATCH_SIZE: usize = 2;

/// Moves that were made.
#[derive(Debug)]
pub(crate) struct Moves {
    pub(crate) count: usize,
    pub(crate) first_at: Timestamp,
    pub(crate) last_at: Timestamp,
}

impl Moves {
    /// Number of webhooks that report the moves.
    pub(crate) async fn webhooks(&self, testbed: &Testbed) -> BenchResult<usize> {
        let webhooks = testbed.stack.recall.webhooks().await?;
        let of_moves = webhooks
            .iter()
            .filter(|webhook| webhook.created_at >= self.first_at);
        Ok(of_moves.count())
    }
}

/// Moves every meeting once, by a quarter of an hour: two of a calendar at once, the calendars in
/// turn, at equal intervals.
pub(crate) async fn move_all(testbed: &Testbed, dataset: &mut Dataset) -> BenchResult<Moves> {
    let batches = batches(dataset);
    let duration = testbed.sized(DURATION, SMALLEST_DURATION);
    let mut ticks = interval(duration / u32::try_from(batches.len())?);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let first_at = testbed.stack.now();
    let mut count = 0;
    for batch in batches {
        ticks.tick().await;
        let changes: Vec<_> = batch
            .iter()
            .map(|event| later(*event, dataset.meetings[event]))
            .collect();
        count += changes.len();
        dataset.update(&testbed.stack.recall.update_events(changes).await?);
    }
    let last_at = testbed.stack.now();
    let seconds = last_at.duration_since(first_at).as_secs_f64();
    progress(format!("{count} meetings moved in {seconds:.1} s"));
    Ok(Moves {
        count,
        first_at,
        last_at,
    })
}

/// Meetings of a calendar in pairs, the calendars in turn.
fn batches(dataset: &Dataset) -> Vec<Vec<EventId>> {
    let calendars = dataset.events_by_calendar();
    let batch_count = |events: &Vec<EventId>| events.len().div_ceil(BATCH_SIZE);
    let rounds = calendars.iter().map(batch_count).max().unwrap_or(0);
    let round = |round: usize| {
        calendars
            .iter()
            .filter_map(move |events| events.chunks(BATCH_SIZE).nth(round))
            .map(<[EventId]>::to_vec)
    };
    (0..rounds).flat_map(round).collect()
}

fn later(event: EventId, start: Timestamp) -> EventChange {
    let start = plus(start, SignedDuration::from_mins(15));
    let end = plus(start, SignedDuration::from_mins(30));
    EventChange {
        event,
        change: Change::SetTimes { start, end },
    }
}
