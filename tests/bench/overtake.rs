//! A meeting is pulled to start in four minutes while 10,000 others are due:
//! how long until the call for it?

use std::time::Duration;

use callsheet_app::ports::{Decisions as _, WriteOutcome};
use callsheet_domain::{DeduplicationKey, Generation, Timestamp, Wanted, plus};
use jiff::SignedDuration;
use recall_simulator::{CallFilter, Change, EventId, Operation};
use serde_json::json;

use crate::drain::{backlog, refused};
use crate::numbers::{hundredths, middle, percentile};
use crate::report::Report;
use crate::rig::{Done, Rates, Rig, progress};

/// So many meetings are pulled, one after the other.
const TIMES: usize = 20;
const SOON: SignedDuration = SignedDuration::from_mins(4);
/// How often the call log is looked at for the call.
const GLANCE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_mins(2);

/// Pulls meetings from the end of a backlog of `rows`.
pub(crate) async fn measure(rig: &Rig, rows: usize) -> Done<Report> {
    let mut report = Report::of("overtake");
    let dataset = backlog(rig, rows, Rates::PUBLISHED.bots).await?;
    let flows = async || {
        let calls = rig.calls(Some(Operation::ScheduleBot)).await;
        calls.is_ok_and(|calls| calls.len() >= rig.sized(100, 5))
    };
    if !rig.until(PATIENCE, flows).await {
        return Err("the drain did not begin".into());
    }
    // The rows are written here, so as to know when: no look may write them first.
    rig.stack.recall.hold_webhooks().await?;
    let last = dataset
        .of_calendars()
        .iter()
        .flatten()
        .rev()
        .take(rig.sized(TIMES, 2));
    let mut waits = Vec::new();
    for event in last {
        let wait = pulled(rig, *event).await?;
        progress(format!("after {wait:.2} s"));
        waits.push(wait);
    }
    let calls = rig.calls(Some(Operation::ScheduleBot)).await?;
    let due = rig
        .stack
        .decision_summaries()
        .await
        .values()
        .filter(|row| row.is_due)
        .count();
    waits.sort_by(f64::total_cmp);
    report.table(
        "From the write of the row to the call for it",
        &[
            "rows",
            "pulled",
            "due at the end",
            "median s",
            "worst s",
            "429s",
        ],
    );
    report.row(vec![
        json!(rows),
        json!(waits.len()),
        json!(due),
        json!(hundredths(middle(&waits))),
        json!(hundredths(percentile(&waits, 100))),
        json!(refused(&calls)),
    ]);
    Ok(report)
}

/// Pulls one; the seconds from the write of its row to the arrival of the call.
async fn pulled(rig: &Rig, event: EventId) -> Done<f64> {
    let start = plus(rig.stack.now(), SOON);
    let end = plus(start, SignedDuration::from_mins(30));
    let recall = &rig.stack.recall;
    recall
        .update_event(event, Change::SetTimes { start, end })
        .await?;
    let written_at = write(rig, event, start, end).await?;
    let filter = CallFilter {
        operation: Some(Operation::ScheduleBot),
        event: Some(event),
        ..CallFilter::default()
    };
    let call = async {
        loop {
            if let Some(call) = recall.calls(&filter).await?.first() {
                return Ok(call.received_at);
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    let called_at: Done<Timestamp> = tokio::time::timeout(PATIENCE, call).await?;
    Ok(called_at?.duration_since(written_at).as_secs_f64())
}

/// Writes the row as a look would, and says when it began to.
async fn write(rig: &Rig, event: EventId, start: Timestamp, end: Timestamp) -> Done<Timestamp> {
    let id = callsheet_domain::EventId::parse(event.to_string())?;
    let mut row = rig.stack.decisions.of_event(&id).await?.ok_or("a row")?;
    let Wanted::Bot(bot) = &mut row.wanted else {
        return Err("the meeting is not recorded".into());
    };
    bot.starts_at = start;
    bot.deduplication_key = DeduplicationKey::parse(format!("{start}-{}", bot.meeting_url))?;
    (row.starts_at, row.ends_at) = (start, end);
    row.generation = Generation(row.generation.0 + 1);
    let now = rig.stack.now();
    match rig.stack.decisions.write(&row).await? {
        WriteOutcome::Written => Ok(now),
        WriteOutcome::Conflict => Err("somebody else wrote the row".into()),
    }
}
