//! Requests to DynamoDB for each decision, from the first sync of its event until it is applied.
//! A proxy between the functions and AWS counts them.

use std::time::Duration;

use serde_json::json;

use crate::counting_proxy::{CountingProxy, Counts};
use crate::dataset::Dataset;
use crate::lease_hold::LeaseHold;
use crate::numbers::{as_f64, hundredths};
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{Rates, Testbed, USUAL_LATENCY};
use crate::{snapshot, wait};

const TIMEOUT: Duration = Duration::from_mins(10);

const COLUMNS: [&str; 7] = [
    "operation",
    "table",
    "requests",
    "condition failed",
    "requests per decision",
    "KB written",
    "KB read",
];

/// Counts for `events` events of one calendar, then for one event of another.
pub(crate) async fn measure(testbed: &Testbed, events: usize) -> BenchResult<Report> {
    let proxy = CountingProxy::start().await?;
    let mut report = Report::new("cost");
    testbed.redeploy(Rates::RAISED, &[]).await?;
    testbed.stack.recall.set_latency(USUAL_LATENCY).await?;
    for events in [events, 1] {
        let hold = LeaseHold::acquire(testbed).await?;
        proxy.take_counts();
        let dataset = Dataset::connect(testbed, 1, events).await?;
        dataset.wait_for_decisions(testbed).await?;
        let deciding = proxy.take_counts();
        hold.release(testbed).await?;
        dataset.wake_scheduler(testbed).await?;
        let are_applied = async || Ok(snapshot::due(testbed).await == 0);
        wait::require("all decisions are applied", TIMEOUT, are_applied).await?;
        // The scheduler run ends before the lease can be acquired, and is counted until then.
        LeaseHold::acquire(testbed).await?.release(testbed).await?;
        let applying = proxy.take_counts();
        add_table(&mut report, "Deciding", events, &deciding);
        add_table(&mut report, "Applying", events, &applying);
    }
    report.note(
        "Requests of the functions to DynamoDB, including those of scheduler runs without work and \
         of the timers. `KB written` is the size of the written items, each rounded up to a \
         kilobyte, as the table itself charges it; each index that contains the item charges it \
         again.",
    );
    Ok(report)
}

fn add_table(report: &mut Report, step: &str, events: usize, counts: &Counts) {
    report.table(format!("{step} {events} new events"), &COLUMNS);
    for ((operation, table), count) in counts {
        report.row(vec![
            json!(operation),
            json!(table),
            json!(count.requests),
            json!(count.rejected),
            json!(hundredths(as_f64(count.requests) / as_f64(events))),
            json!(count.written_kb),
            json!(count.received_bytes / 1_024),
        ]);
    }
}
