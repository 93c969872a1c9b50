//! A backlog: so many bots are due, and nothing else happens. How much of the
//! limit does the drain use, and does it keep the order?

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use recall_simulator::{CallRecord, Operation};
use serde_json::json;

use crate::dataset::Dataset;
use crate::gate::Gate;
use crate::numbers::{hundredths, most_at_once, number, peak, seconds};
use crate::report::Report;
use crate::rig::{Done, Rates, Rig, USUAL, progress};

/// Few pages a calendar, so that a first look at one is done at once.
const IN_A_CALENDAR: usize = 500;
/// How long a backlog may take, besides what the limit makes it take.
const PATIENCE: Duration = Duration::from_mins(10);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

const COLUMNS: [&str; 12] = [
    "rows",
    "limit",
    "calls",
    "s from first to last call",
    "best minute / limit %",
    "worst full minute / limit %",
    "overall %",
    "429s",
    "wasted",
    "in flight at most",
    "displaced at most",
    "violations",
];

/// Drains `rows` at `rate` calls a minute.
pub(crate) async fn measure(rig: &Rig, rows: usize, rate: u32) -> Done<Report> {
    let mut report = Report::of("drain");
    let dataset = backlog(rig, rows, rate).await?;
    let rows = dataset.meetings.len();
    let calls = drained(rig, rows, rate).await?;
    let rows_after = rig.stack.decision_summaries().await;
    let due = rows_after.values().filter(|row| row.is_due).count();
    report.table("A backlog, from the first call to the last", &COLUMNS);
    let received: Vec<_> = calls.iter().map(|call| call.received_at).collect();
    let (first, last) = (received.iter().min(), received.iter().max());
    let (Some(first), Some(last)) = (first.copied(), last.copied()) else {
        return Err("the drain made no call".into());
    };
    let elapsed = last.duration_since(first).as_secs_f64();
    let allowed = elapsed * f64::from(rate) / 60.0;
    let share = |count: usize| hundredths(number(count) / f64::from(rate) * 100.0);
    report.row(vec![
        json!(rows),
        json!(rate),
        json!(calls.len()),
        seconds(first, Some(last)),
        json!(share(peak(&received))),
        json!(worst_minute(&received, first, last).map(share)),
        json!(hundredths(number(calls.len() - 1) / allowed * 100.0)),
        json!(refused(&calls)),
        json!(calls.len() - rows_of(&calls)),
        json!(most_at_once(&calls)),
        json!(displaced(&calls)),
        json!(rig.stack.recall.violations().await?.requests.len()),
    ]);
    report.note(format!(
        "{due} rows are due at the end, bots are {} as wanted. `overall` is the calls after the \
         first, over what the limit allows between the first and the last. `wasted` are calls \
         that gave no bot, or one again. `displaced` is how far a call is from its place in order \
         of start.",
        if dataset.agrees(&rig.stack).await {
            "exactly"
        } else {
            "NOT"
        },
    ));
    Ok(report)
}

/// Rows that are due, made by the deployed sync while no drain runs.
pub(crate) async fn backlog(rig: &Rig, rows: usize, rate: u32) -> Done<Dataset> {
    let rates = Rates {
        bots: rate,
        ..Rates::RAISED
    };
    rig.tune(rates, &[]).await?;
    let gate = Gate::abandoned(rig).await?;
    let calendars = (rows / IN_A_CALENDAR).max(1);
    let dataset = Dataset::connected(rig, calendars, rows / calendars).await?;
    dataset.is_decided(rig).await?;
    rig.stack.recall.set_latency(USUAL).await?;
    rig.stack.recall.clear_calls().await?;
    gate.open(rig).await?;
    Ok(dataset)
}

/// The calls of a drain, once all are made.
async fn drained(rig: &Rig, rows: usize, rate: u32) -> Done<Vec<CallRecord>> {
    let is_over = async || {
        let stats = rig.stack.recall.stats().await.unwrap_or_default();
        let counted = stats.operations.get(&Operation::ScheduleBot);
        let made = counted.and_then(|counted| counted.statuses.get(&200));
        let made = usize::try_from(made.copied().unwrap_or(0)).unwrap_or(0);
        progress(format!("{made} of {rows} bots are there"));
        made >= rows
    };
    let least = Duration::from_secs_f64(number(rows) * 60.0 / f64::from(rate));
    if !rig.until(PATIENCE + least * 2, is_over).await {
        progress("not all bots came to be there in time");
    }
    rig.calls(Some(Operation::ScheduleBot)).await
}

/// The fewest calls in any full minute between the first call and the last.
fn worst_minute(received: &[Timestamp], first: Timestamp, last: Timestamp) -> Option<usize> {
    let mut times = received.to_vec();
    times.sort_unstable();
    let starts = times
        .iter()
        .map(|time| plus(*time, SignedDuration::from_micros(1)));
    starts
        .take_while(|start| plus(*start, MINUTE) <= last)
        .chain((plus(first, MINUTE) <= last).then_some(first))
        .map(|start| {
            let end = plus(start, MINUTE);
            let upto = |end| times.partition_point(|time| *time < end);
            upto(end) - upto(start)
        })
        .min()
}

/// How many calls were answered 429.
pub(crate) fn refused(calls: &[CallRecord]) -> usize {
    calls.iter().filter(|call| call.status == Some(429)).count()
}

/// How many events got their bot by these calls.
fn rows_of(calls: &[CallRecord]) -> usize {
    let done = calls.iter().filter(|call| call.status == Some(200));
    done.filter_map(|call| call.event)
        .collect::<BTreeSet<_>>()
        .len()
}

/// How far the first call for an event is at most from its place in order of start.
fn displaced(calls: &[CallRecord]) -> usize {
    let mut first = BTreeMap::new();
    for call in calls {
        first
            .entry(call.event)
            .or_insert((call.sequence, call.meeting_start));
    }
    let mut arrived: Vec<_> = first.into_values().collect();
    arrived.sort_unstable();
    let mut by_start: Vec<_> = arrived.iter().enumerate().collect();
    by_start.sort_by_key(|(_, (_, start))| *start);
    let places = by_start.iter().enumerate();
    places
        .map(|(place, (came, _))| place.abs_diff(*came))
        .max()
        .unwrap_or(0)
}
