//! Dropped webhooks: half of them never arrive, the others arrive twice, late and out of order.
//! Measures how many decisions are wrong before and after one resync.

use std::time::Duration;

use recall_simulator::{Operation, WebhookFaults};
use serde_json::json;

use crate::calls::rate_limited;
use crate::dataset::Dataset;
use crate::moves::move_all;
use crate::numbers::seconds;
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{NO_RESYNC, Rates, Testbed, USUAL_LATENCY, progress};
use crate::wait;

const CALENDARS: usize = 40;
const MEETINGS_PER_CALENDAR: usize = 10;
const FAULTS: WebhookFaults = WebhookFaults {
    drop: 0.5,
    duplicate: 1.0,
    delay: 1.0,
    delay_ms: 10_000,
};
const TIMEOUT: Duration = Duration::from_mins(10);

const COLUMNS: [&str; 10] = [
    "changes",
    "webhooks",
    "dropped",
    "wrong before the resync",
    "lists before",
    "wrong after",
    "lists of the resync",
    "right after, s",
    "peak per minute",
    "429",
];

/// Moves all meetings under faults of webhooks, then requests one resync.
pub(crate) async fn measure(testbed: &Testbed) -> BenchResult<Report> {
    let calendars = testbed.sized(CALENDARS, 2);
    let meetings = testbed.sized(MEETINGS_PER_CALENDAR, 4);
    let mut dataset = Dataset::connect_and_settle(testbed, calendars, meetings).await?;
    // The only resync is the one that is requested.
    testbed.redeploy(Rates::PUBLISHED, &[NO_RESYNC]).await?;
    let recall = &testbed.stack.recall;
    recall.set_latency(USUAL_LATENCY).await?;
    recall.set_webhook_faults(&FAULTS).await?;
    testbed.reset_calls().await?;
    let moves = move_all(testbed, &mut dataset).await?;
    wait_for_webhooks(testbed).await?;
    let wrong_before = dataset.wrong(testbed).await;
    let lists_before = testbed.calls(Some(Operation::ListEvents)).await?.len();
    progress(format!("{wrong_before} are wrong before the resync"));
    let requested_at = testbed.stack.now();
    testbed.stack.request_resync().await;
    let is_right = async || Ok(dataset.wrong(testbed).await == 0);
    let right_at = testbed.time_when(TIMEOUT, is_right).await?;
    let calls = testbed.calls(Some(Operation::ListEvents)).await?;
    let mut report = Report::new("dropped");
    report.table(
        "Half of the webhooks dropped, the others twice and up to 10 s late",
        &COLUMNS,
    );
    report.row(vec![
        json!(moves.count),
        json!(moves.webhooks(testbed).await?),
        json!(recall.stats().await?.webhooks.dropped),
        json!(wrong_before),
        json!(lists_before),
        json!(dataset.wrong(testbed).await),
        json!(calls.len() - lists_before),
        seconds(requested_at, right_at),
        json!(testbed.peak(Operation::ListEvents).await?),
        json!(rate_limited(&calls)),
    ]);
    Ok(report)
}

/// Waits until all webhooks that are not dropped were delivered and handled.
async fn wait_for_webhooks(testbed: &Testbed) -> BenchResult<()> {
    let are_handled = async || {
        let recall = &testbed.stack.recall;
        let are_sent = recall.wait_for_webhooks(Duration::from_secs(1)).await?;
        Ok(are_sent && testbed.stack.queued().await == 0)
    };
    wait::require("all webhooks are handled", TIMEOUT, are_handled).await
}
