//! Drain of a backlog while nothing else happens. Measures the share of the rate limit that the
//! scheduler uses, and whether it keeps the order.

use std::time::Duration;

use recall_simulator::{CallRecord, Operation};
use serde_json::{Value, json};

use crate::calls::{
    arrivals, events_with_bot, fewest_per_minute, max_displacement, max_in_flight, rate_limited,
};
use crate::numbers::{as_f64, hundredths, seconds};
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{Testbed, progress};
use crate::{backlog, snapshot, wait};

/// Timeout, in addition to twice the time that the rate limit requires.
const TIMEOUT: Duration = Duration::from_mins(10);

const COLUMNS: [&str; 12] = [
    "rows",
    "limit",
    "calls",
    "first to last call, s",
    "best minute / limit, %",
    "worst full minute / limit, %",
    "in all / limit, %",
    "429",
    "wasted",
    "in flight, at most",
    "out of order, at most",
    "violations",
];

/// Drains `rows` due decisions at `rate` calls a minute.
pub(crate) async fn measure(testbed: &Testbed, rows: usize, rate: u32) -> BenchResult<Report> {
    let dataset = backlog::create(testbed, rows, rate).await?;
    let rows = dataset.meetings.len();
    let calls = drained(testbed, rows, rate).await?;
    let due = snapshot::due(testbed).await;
    let mut report = Report::new("drain");
    report.table(
        "Drain of a backlog, from the first call to the last",
        &COLUMNS,
    );
    report.row(row(testbed, (rows, rate), &calls).await?);
    report.note(format!(
        "{due} decisions are due at the end; Recall {} exactly the wanted bots. `in all` is the \
         calls after the first, divided by what the limit allows between the first and the last. \
         `wasted` are calls that scheduled no bot, or one that was scheduled already. `out of \
         order` is how many places an event's first call is from its place in order of start.",
        if dataset.has_its_bots(&testbed.stack).await {
            "has"
        } else {
            "does NOT have"
        },
    ));
    Ok(report)
}

/// Row of the table.
async fn row(
    testbed: &Testbed,
    (rows, rate): (usize, u32),
    calls: &[CallRecord],
) -> BenchResult<Vec<Value>> {
    let arrivals = arrivals(calls);
    let (Some(first), Some(last)) = (arrivals.first().copied(), arrivals.last().copied()) else {
        return Err("the scheduler made no call".into());
    };
    let elapsed = last.duration_since(first).as_secs_f64();
    let allowed = elapsed * f64::from(rate) / 60.0;
    let share = |count: f64| hundredths(count / f64::from(rate) * 100.0);
    let best = u32::try_from(testbed.peak(Operation::ScheduleBot).await?)?;
    let worst = fewest_per_minute(&arrivals);
    Ok(vec![
        json!(rows),
        json!(rate),
        json!(calls.len()),
        seconds(first, Some(last)),
        json!(share(f64::from(best))),
        json!(worst.map(|count| share(as_f64(count)))),
        json!(hundredths(as_f64(calls.len() - 1) / allowed * 100.0)),
        json!(rate_limited(calls)),
        json!(calls.len() - events_with_bot(calls)),
        json!(max_in_flight(calls)),
        json!(max_displacement(calls)),
        json!(testbed.violations().await?),
    ])
}

/// The calls that scheduled the backlog, once all bots are scheduled.
async fn drained(testbed: &Testbed, rows: usize, rate: u32) -> BenchResult<Vec<CallRecord>> {
    let is_drained = async || {
        let stats = testbed.stack.recall.stats().await?;
        let counted = stats.operations.get(&Operation::ScheduleBot);
        let scheduled = counted.and_then(|counted| counted.statuses.get(&200));
        let scheduled = usize::try_from(scheduled.copied().unwrap_or(0))?;
        progress(format!("{scheduled} of {rows} bots are scheduled"));
        Ok(scheduled >= rows)
    };
    let minimum = Duration::from_secs_f64(as_f64(rows) * 60.0 / f64::from(rate));
    if !wait::until(TIMEOUT + minimum * 2, is_drained).await? {
        progress("timed out before all bots were scheduled");
    }
    testbed.calls(Some(Operation::ScheduleBot)).await
}
