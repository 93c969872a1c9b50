//! What a decision costs in requests to the tables, from first sight to
//! applied: counted between the functions and AWS.

use std::time::Duration;

use serde_json::json;

use crate::counter::{Counter, Counts};
use crate::dataset::Dataset;
use crate::gate::Gate;
use crate::numbers::{hundredths, number};
use crate::report::Report;
use crate::rig::{Done, Rates, Rig, USUAL, progress};

const PATIENCE: Duration = Duration::from_mins(10);

/// Counts for `events` of one calendar, and for one more.
pub(crate) async fn measure(rig: &Rig, events: usize) -> Done<Report> {
    let counter = Counter::in_place().await?;
    let mut report = Report::of("cost");
    rig.tune(Rates::RAISED, &[]).await?;
    rig.stack.recall.set_latency(USUAL).await?;
    for events in [events, 1] {
        let gate = Gate::abandoned(rig).await?;
        counter.take();
        let dataset = Dataset::connected(rig, 1, events).await?;
        dataset.is_decided(rig).await?;
        let decided = counter.take();
        gate.open(rig).await?;
        let is_applied = async || {
            let due = rig
                .stack
                .decision_summaries()
                .await
                .values()
                .filter(|row| row.is_due)
                .count();
            progress(format!("{due} due"));
            due == 0
        };
        if !rig.until(PATIENCE, is_applied).await {
            return Err("not all bots came to be there in time".into());
        }
        // The drain leaves in good order before the gate closes again, and counts until then.
        Gate::abandoned(rig).await?.open(rig).await?;
        table(
            &mut report,
            &format!("Deciding {events}, first sight"),
            events,
            &decided,
        );
        table(
            &mut report,
            &format!("Applying {events}"),
            events,
            &counter.take(),
        );
    }
    report.note(
        "Requests of the functions to DynamoDB. Those of scheduler calls that only ring are among \
         them, as are a minute's own. `KB written` are kilobytes begun of the items put, which is \
         what the table itself charges; each index that shows the row charges again.",
    );
    Ok(report)
}

fn table(report: &mut Report, title: &str, events: usize, counts: &Counts) {
    let columns = [
        "operation",
        "table",
        "requests",
        "refused",
        "a decision",
        "KB written",
        "KB read",
    ];
    report.table(title, &columns);
    for ((operation, table), count) in counts {
        report.row(vec![
            json!(operation),
            json!(table),
            json!(count.requests),
            json!(count.refused),
            json!(hundredths(number(count.requests) / number(events))),
            json!(count.written_kb),
            json!(count.received_bytes / 1_024),
        ]);
    }
}
