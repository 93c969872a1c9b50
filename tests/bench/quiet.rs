//! One webhook at a time, while nothing else happens. Measures each step from the webhook to the
//! bot.

mod steps;

use std::time::Duration;

use recall_simulator::Latency;
use serde_json::json;

use crate::dataset::{Dataset, meeting};
use crate::numbers::{median, percentile};
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{NO_RESYNC, Rates, Testbed, USUAL_LATENCY, progress};
use steps::Steps;

/// Number of webhooks, one after another.
const WEBHOOKS: usize = 100;
/// Interval between two webhooks, so long that no call waits: the sync of the calendar is not
/// debounced, and the rate limits have free permits.
const INTERVAL: Duration = Duration::from_millis(2_500);
const NO_LATENCY: Latency = Latency {
    min_ms: 0,
    max_ms: 0,
};

/// Measures with the usual latency of calls and with none.
pub(crate) async fn measure(testbed: &Testbed) -> BenchResult<Report> {
    let mut report = Report::new("quiet");
    let dataset = Dataset::connect_and_settle(testbed, 1, 10).await?;
    // A resync could find a meeting before its webhook does.
    testbed.redeploy(Rates::PUBLISHED, &[NO_RESYNC]).await?;
    for (latency, name) in [(USUAL_LATENCY, "150–450 ms"), (NO_LATENCY, "0 ms")] {
        testbed.stack.recall.set_latency(latency).await?;
        testbed.reset_calls().await?;
        let measured = create_meetings(testbed, &dataset).await?;
        report.table(
            format!("From webhook to bot, with a latency of {name} per call"),
            &["step", "median, ms", "99th percentile, ms"],
        );
        for (index, step) in Steps::NAMES.iter().enumerate() {
            let times = measured.iter().map(|steps| steps.milliseconds()[index]);
            let mut times: Vec<_> = times.collect();
            times.sort_by(f64::total_cmp);
            let [median, p99] = [median(&times), percentile(&times, 99)].map(f64::round);
            report.row(vec![json!(step), json!(median), json!(p99)]);
        }
        report.print();
    }
    report.note(
        "Calls and webhooks are those of the simulator's logs. Decisions are read every 5 ms, which \
         is the accuracy of their steps. The local cloud itself takes 50 to 100 ms of each warm \
         invocation, and reads the table's stream every 100 ms.",
    );
    Ok(report)
}

/// Creates meetings at equal intervals, and measures the steps of each.
async fn create_meetings(testbed: &Testbed, dataset: &Dataset) -> BenchResult<Vec<Steps>> {
    let count = testbed.sized(WEBHOOKS, 2);
    let mut measured = Vec::new();
    for index in 0..count {
        let started_at = tokio::time::Instant::now();
        let draft = meeting(&testbed.stack, 1_000 + index);
        measured.push(Steps::measure(testbed, dataset.calendars[0].id, draft).await?);
        progress(format!("{} of {count}", measured.len()));
        tokio::time::sleep_until(started_at + INTERVAL).await;
    }
    Ok(measured)
}
