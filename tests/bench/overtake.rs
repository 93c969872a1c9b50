//! Urgent meetings and a backlog: a meeting is moved to start in four minutes while 10,000 other
//! decisions are due. Measures the time until the call for it.

use std::time::Duration;

use callsheet_app::ports::{Decisions as _, WriteOutcome};
use callsheet_domain::{DeduplicationKey, Generation, Timestamp, Wanted, plus};
use jiff::SignedDuration;
use recall_simulator::{CallFilter, Change, EventId, Operation};
use serde_json::json;

use crate::calls::rate_limited;
use crate::numbers::{hundredths, median, percentile};
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{Rates, Testbed, progress};
use crate::{backlog, snapshot, wait};

/// Number of meetings that are moved, one after another.
const MOVES: usize = 20;
/// Time from the move of a meeting to its new start.
const LEAD: SignedDuration = SignedDuration::from_mins(4);
/// Interval at which the log of calls is read.
const INTERVAL: Duration = Duration::from_millis(50);
const TIMEOUT: Duration = Duration::from_mins(2);

const COLUMNS: [&str; 6] = [
    "rows",
    "moved",
    "due at the end",
    "median, s",
    "maximum, s",
    "429",
];

/// Moves meetings from the end of a backlog of `rows` decisions.
pub(crate) async fn measure(testbed: &Testbed, rows: usize) -> BenchResult<Report> {
    let dataset = backlog::create(testbed, rows, Rates::PUBLISHED.bots).await?;
    let is_draining = async || {
        let calls = testbed.calls(Some(Operation::ScheduleBot)).await?;
        Ok(calls.len() >= testbed.sized(100, 5))
    };
    wait::require("the scheduler drains the backlog", TIMEOUT, is_draining).await?;
    // The benchmark writes the decisions itself, to know the time: no sync may do it before.
    testbed.stack.recall.hold_webhooks().await?;
    let latest = dataset.events_by_calendar().iter().flatten().rev();
    let mut delays = Vec::new();
    for event in latest.take(testbed.sized(MOVES, 2)) {
        let delay = move_meeting(testbed, *event).await?;
        progress(format!("call after {delay:.2} s"));
        delays.push(delay);
    }
    delays.sort_by(f64::total_cmp);
    let calls = testbed.calls(Some(Operation::ScheduleBot)).await?;
    let mut report = Report::new("overtake");
    report.table(
        "From the write of the decision to the call for it",
        &COLUMNS,
    );
    report.row(vec![
        json!(rows),
        json!(delays.len()),
        json!(snapshot::due(testbed).await),
        json!(hundredths(median(&delays))),
        json!(hundredths(percentile(&delays, 100))),
        json!(rate_limited(&calls)),
    ]);
    Ok(report)
}

/// Moves one meeting. Returns the seconds from the write of its decision to the arrival of the
/// call.
async fn move_meeting(testbed: &Testbed, event: EventId) -> BenchResult<f64> {
    let start = plus(testbed.stack.now(), LEAD);
    let end = plus(start, SignedDuration::from_mins(30));
    let recall = &testbed.stack.recall;
    let change = Change::SetTimes { start, end };
    recall.update_event(event, change).await?;
    let written_at = write_decision(testbed, event, start, end).await?;
    let filter = CallFilter {
        operation: Some(Operation::ScheduleBot),
        event: Some(event),
        ..CallFilter::default()
    };
    let attempt = async || {
        let calls = recall.calls(&filter).await?;
        Ok(calls.first().map(|call| call.received_at))
    };
    let called_at = wait::poll(INTERVAL, TIMEOUT, attempt).await?;
    let called_at = called_at.ok_or("the scheduler made no call for the moved meeting")?;
    Ok(called_at.duration_since(written_at).as_secs_f64())
}

/// Writes the decision as a sync would. Returns the time before the write.
async fn write_decision(
    testbed: &Testbed,
    event: EventId,
    start: Timestamp,
    end: Timestamp,
) -> BenchResult<Timestamp> {
    let decisions = &testbed.stack.decisions;
    let id = callsheet_domain::EventId::parse(event.to_string())?;
    let decision = decisions.of_event(&id).await?.decisions.pop();
    let mut decision = decision.ok_or("the moved meeting has no decision")?;
    let Wanted::Bot(bot) = &mut decision.wanted else {
        return Err("the moved meeting is not recorded".into());
    };
    bot.starts_at = start;
    bot.deduplication_key = DeduplicationKey::parse(format!("{start}-{}", bot.meeting_url))?;
    (decision.starts_at, decision.ends_at) = (start, end);
    decision.generation = Generation(decision.generation.0 + 1);
    let now = testbed.stack.now();
    match decisions.write(&decision).await? {
        WriteOutcome::Written => Ok(now),
        WriteOutcome::Conflict => {
            Err("the scheduler wrote the moved meeting's decision first".into())
        }
    }
}
