//! From a webhook to its bot when nothing else happens, step by step.

mod steps;

use std::time::Duration;

use recall_simulator::Latency;
use serde_json::json;

use crate::dataset::{Dataset, meeting};
use crate::numbers::{middle, percentile};
use crate::report::Report;
use crate::rig::{Done, Rates, Rig, USUAL, progress};
use steps::Steps;

/// So many webhooks, one after the other.
const TIMES: usize = 100;
/// Between two of them, so that nobody waits: a calendar that was looked at so
/// long ago is looked at again at once, and no budget is in debt.
const PAUSE: Duration = Duration::from_millis(2_500);
const NONE: Latency = Latency {
    min_ms: 0,
    max_ms: 0,
};

/// With calls that take as long as they usually do, and with calls that take no time.
pub(crate) async fn measure(rig: &Rig) -> Done<Report> {
    let mut report = Report::of("quiet");
    let count = rig.sized(TIMES, 2);
    let dataset = Dataset::settled(rig, 1, 10).await?;
    // A sweep's look that is under way might find a meeting before its webhook does.
    let rarely = [("ResyncEveryMinutes", "1440")];
    rig.tune(Rates::PUBLISHED, &rarely).await?;
    for (latency, said) in [(USUAL, "150–450 ms"), (NONE, "0 ms")] {
        rig.stack.recall.set_latency(latency).await?;
        rig.start_afresh().await?;
        let mut seen = Vec::new();
        for index in 0..count {
            let began = tokio::time::Instant::now();
            let draft = meeting(&rig.stack, 1_000 + index);
            seen.push(Steps::of(rig, dataset.calendars[0].id, draft).await?);
            progress(format!("{} of {count}", seen.len()));
            tokio::time::sleep_until(began + PAUSE).await;
        }
        report.table(
            format!("From webhook to bot, calls taking {said}: milliseconds"),
            &["step", "median", "p99"],
        );
        for (index, name) in Steps::NAMES.iter().enumerate() {
            let mut times: Vec<_> = seen
                .iter()
                .map(|steps| steps.milliseconds()[index])
                .collect();
            times.sort_by(f64::total_cmp);
            let shown = [middle(&times), percentile(&times, 99)].map(f64::round);
            report.row(vec![json!(name), json!(shown[0]), json!(shown[1])]);
        }
        report.print();
    }
    report.note(
        "Calls and webhooks by the simulator's log; rows are asked for every 5 ms, which is how \
         exact their steps are. Of each warm call of a function 50 to 100 ms are the local \
         cloud's own, and its doorbell looks every 100 ms.",
    );
    Ok(report)
}
