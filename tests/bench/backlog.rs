//! Backlog: due decisions that the deployed sync wrote while no scheduler run made calls.

use crate::dataset::Dataset;
use crate::lease_hold::LeaseHold;
use crate::result::BenchResult;
use crate::testbed::{Rates, Testbed, USUAL_LATENCY};

/// Meetings per calendar: few pages, so that the first sync of a calendar is short.
const MEETINGS_PER_CALENDAR: usize = 500;

/// Creates about `rows` due decisions, then lets the scheduler drain them at `rate` calls a minute.
pub(crate) async fn create(testbed: &Testbed, rows: usize, rate: u32) -> BenchResult<Dataset> {
    let rates = Rates {
        bots: rate,
        ..Rates::RAISED
    };
    testbed.redeploy(rates, &[]).await?;
    let hold = LeaseHold::acquire(testbed).await?;
    let calendars = (rows / MEETINGS_PER_CALENDAR).max(1);
    let dataset = Dataset::connect(testbed, calendars, rows / calendars).await?;
    dataset.wait_for_decisions(testbed).await?;
    testbed.stack.recall.set_latency(USUAL_LATENCY).await?;
    testbed.stack.recall.clear_calls().await?;
    hold.release(testbed).await?;
    dataset.wake_scheduler(testbed).await?;
    Ok(dataset)
}
