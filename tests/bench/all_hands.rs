//! The copies of one large meeting, and another meeting one minute later: 1,000 claims on one bot
//! are due before the only claim on the other. Measures how long that one waits for its bot.

use std::time::Duration;

use callsheet_domain::Timestamp;
use recall_simulator::{CallFilter, CallRecord, EventDraft, EventId, Operation};
use serde_json::json;

use crate::calls::rate_limited;
use crate::dataset::{Dataset, meeting};
use crate::lease_hold::LeaseHold;
use crate::numbers::hundredths;
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{Rates, Testbed, USUAL_LATENCY, progress};
use crate::wait;

/// Calendars that the copies are in.
const CALENDARS: usize = 10;
const INTERVAL: Duration = Duration::from_millis(50);
const TIMEOUT: Duration = Duration::from_mins(10);

/// The other meeting has its bot within so many seconds.
const MOST: f64 = 5.0;

const COLUMNS: [&str; 6] = [
    "copies",
    "call for the other meeting, s",
    "its bot, s",
    "claims of copies before it",
    "409",
    "429",
];

/// Has `copies` of one meeting due, and another meeting a minute later.
pub(crate) async fn measure(testbed: &Testbed, copies: usize) -> BenchResult<Report> {
    testbed
        .redeploy(
            Rates {
                bots: Rates::PUBLISHED.bots,
                ..Rates::RAISED
            },
            &[],
        )
        .await?;
    let hold = LeaseHold::acquire(testbed).await?;
    let all_hands = meeting(&testbed.stack, 0);
    let copy = |_| all_hands.clone();
    let mut dataset = Dataset::of(testbed, CALENDARS, copies.div_ceil(CALENDARS), copy).await?;
    let other = create_other(testbed, &mut dataset).await?;
    dataset.wait_for_decisions(testbed).await?;
    let recall = &testbed.stack.recall;
    recall.set_latency(USUAL_LATENCY).await?;
    recall.clear_calls().await?;
    let released_at = testbed.stack.now();
    hold.release(testbed).await?;
    dataset.wake_scheduler(testbed).await?;
    let called = wait::poll(INTERVAL, TIMEOUT, async || call_for(testbed, other).await).await?;
    let (called, answered_at) = called.ok_or("the other meeting got no bot")?;
    let seconds = |at: Timestamp| hundredths(at.duration_since(released_at).as_secs_f64());
    let (took, has_bot) = (seconds(called.received_at), seconds(answered_at));
    progress(format!("the other meeting has its bot after {has_bot} s"));
    let calls = testbed.calls(Some(Operation::ScheduleBot)).await?;
    let before = calls
        .iter()
        .filter(|call| call.received_at < called.received_at);
    let conflicts = calls.iter().filter(|call| call.status == Some(409));
    let mut report = Report::new("allhands");
    report.table(
        "From the release of the scheduler to the bot of the other meeting",
        &COLUMNS,
    );
    report.row(vec![
        json!(copies),
        json!(took),
        json!(has_bot),
        json!(before.count()),
        json!(conflicts.count()),
        json!(rate_limited(&calls)),
    ]);
    report.goal("the other meeting has its bot, s", MOST, Some(has_bot));
    Ok(report)
}

/// Creates the meeting that starts one minute after the others.
async fn create_other(testbed: &Testbed, dataset: &mut Dataset) -> BenchResult<EventId> {
    let calendar = dataset.calendars.first().ok_or("no calendar")?.id;
    let draft: EventDraft = meeting(&testbed.stack, 1);
    let created = testbed
        .stack
        .recall
        .create_events(calendar, vec![draft])
        .await?;
    dataset.update(&created);
    Ok(created.first().ok_or("no event was created")?.id)
}

/// The call that scheduled the bot of an event, and when it was answered.
async fn call_for(
    testbed: &Testbed,
    event: EventId,
) -> BenchResult<Option<(CallRecord, Timestamp)>> {
    let filter = CallFilter {
        operation: Some(Operation::ScheduleBot),
        event: Some(event),
        ..CallFilter::default()
    };
    let calls = testbed.stack.recall.calls(&filter).await?;
    let mut done = calls.into_iter().filter(|call| call.status == Some(200));
    Ok(done.find_map(|call| call.answered_at.map(|at| (call, at))))
}
