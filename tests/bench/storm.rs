//! Storm: 200 calendars with 2,000 meetings are connected within half a minute, then all these
//! meetings move, and about 1,000 webhooks report either. Measures the list calls and the time
//! until every decision is right.
//!
//! One list for each webhook would be 1,000 lists, which take a quarter of an hour at 60 a minute.
//! The changed events fit on 20 pages of the workspace.

use std::time::Duration;

use callsheet_domain::Timestamp;
use recall_simulator::{CallRecord, Operation, SignatureHeaders, WebhookTarget};
use serde_json::json;

use crate::calls::rate_limited;
use crate::dataset::Dataset;
use crate::moves::{Moves, move_all};
use crate::newcomers::connect_newcomers;
use crate::numbers::{as_f64, seconds, tenths};
use crate::plain_server::PlainServer;
use crate::previews::Previews;
use crate::report::Report;
use crate::result::BenchResult;
use crate::snapshot;
use crate::testbed::{NO_RESYNC, Rates, Testbed, USUAL_LATENCY, progress};
use crate::wait;

const CALENDARS: usize = 200;
const MEETINGS_PER_CALENDAR: usize = 10;
/// Events per page of a list.
const PAGE_SIZE: usize = 100;
/// Goals for calendars that were never seen before, in calls.
const MOST_LISTS: usize = 40;
const MOST_CALENDAR_CALLS: usize = 5;
/// How many times as long as at the limit it may take until all is right.
const RATIO: f64 = 1.05;
/// Timeout, after which a strategy is reported as far as it came.
const TIMEOUT: Duration = Duration::from_mins(20);

const COLUMNS: [&str; 14] = [
    "strategy",
    "changes",
    "webhooks",
    "lists",
    "429 of these",
    "peak per minute",
    "calendar calls",
    "wrong at the end",
    "right after, s",
    "minimum, s",
    "lists in all",
    "429 in all",
    "bots right after, s",
    "violations",
];

/// Result of one strategy.
#[derive(Debug)]
struct StormRun {
    moves: Moves,
    /// Time at which every decision was seen to be right.
    right_at: Option<Timestamp>,
    /// Time at which Recall was seen to have the wanted bots.
    bots_at: Option<Timestamp>,
    /// Number of meetings without the right decision at the end.
    wrong: usize,
    /// Number of previews that completed until every decision was right.
    previews: Option<usize>,
}

/// Runs the storm with each strategy, one after another, over the same calendars. With `previews`,
/// `callsheet preview` runs repeatedly during the storm.
pub(crate) async fn measure(testbed: &Testbed, previews: bool) -> BenchResult<Report> {
    let mut report = Report::new("storm");
    report.table("From the first change until all is right", &COLUMNS);
    let calendars = testbed.sized(CALENDARS, 2);
    let meetings = testbed.sized(MEETINGS_PER_CALENDAR, 2);
    testbed.stack.recall.set_latency(USUAL_LATENCY).await?;

    testbed.redeploy(Rates::PUBLISHED, &[]).await?;
    begin(testbed).await?;
    let (mut dataset, connected) = connect_newcomers(testbed, calendars, meetings).await?;
    let run = finish(testbed, &dataset, connected, None).await?;
    if run.bots_at.is_none() {
        return Err("the meetings of the new calendars did not all get their bots".into());
    }
    add_goals(&mut report, testbed, &run).await?;
    add_row(&mut report, testbed, "new calendars", run).await?;

    let run = deployed(testbed, &mut dataset, previews).await?;
    add_row(&mut report, testbed, "with the defaults", run).await?;
    // A resync would sync one calendar after another, and never end.
    let parameters = [("ListWorkspace", "false"), NO_RESYNC];
    testbed.redeploy(Rates::PUBLISHED, &parameters).await?;
    let run = deployed(testbed, &mut dataset, previews).await?;
    add_row(&mut report, testbed, "one calendar at a time", run).await?;
    let run = plain_server(testbed, &mut dataset).await?;
    add_row(&mut report, testbed, "plain server", run).await?;
    report.note(
        "Counted by the simulator. `lists` are those received until every decision was right, \
         including pages and those answered 429. `right after` is counted from the last change. \
         `minimum` is the number of pages of 100 that hold the changed events, at 60 a minute. The \
         plain server decides and schedules nothing: it is right once it knows the new start of \
         each meeting.",
    );
    Ok(report)
}

/// Moves all meetings, with the deployed functions.
async fn deployed(
    testbed: &Testbed,
    dataset: &mut Dataset,
    previews: bool,
) -> BenchResult<StormRun> {
    begin(testbed).await?;
    let previews = previews.then(Previews::start);
    let moves = move_all(testbed, dataset).await?;
    finish(testbed, dataset, moves, previews).await
}

/// Has webhooks sent to the stack, and waits until it is idle.
async fn begin(testbed: &Testbed) -> BenchResult<()> {
    let target = WebhookTarget {
        url: testbed.stack.webhook.url.clone(),
        secrets: vec![testbed.stack.webhook.secret.clone()],
        headers: SignatureHeaders::Standard,
    };
    testbed
        .stack
        .recall
        .set_webhook_target(Some(&target))
        .await?;
    testbed.reset_calls().await
}

/// Watches the deployed functions until every meeting has the right decision, and its bot.
async fn finish(
    testbed: &Testbed,
    dataset: &Dataset,
    moves: Moves,
    previews: Option<Previews>,
) -> BenchResult<StormRun> {
    let wrong = async || dataset.wrong(testbed).await;
    let mut run = StormRun::watch(testbed, moves, wrong).await?;
    run.previews = previews.map(|previews| previews.completed());
    let is_applied = async || {
        Ok(snapshot::due(testbed).await == 0
            && testbed.stack.queued().await == 0
            && dataset.has_its_bots(&testbed.stack).await)
    };
    if run.right_at.is_some() {
        run.bots_at = testbed.time_when(TIMEOUT, is_applied).await?;
    }
    Ok(run)
}

/// Runs the storm with a server that lists at each webhook.
async fn plain_server(testbed: &Testbed, dataset: &mut Dataset) -> BenchResult<StormRun> {
    let server = PlainServer::start(testbed).await?;
    testbed.reset_calls().await?;
    let moves = move_all(testbed, dataset).await?;
    let wrong = async || server.wrong(&dataset.meetings);
    let run = StormRun::watch(testbed, moves, wrong).await?;
    wait::until(TIMEOUT, async || Ok(server.pending() == 0)).await?;
    Ok(run)
}

impl StormRun {
    /// Waits until `wrong` returns zero.
    async fn watch(
        testbed: &Testbed,
        moves: Moves,
        wrong: impl AsyncFn() -> usize,
    ) -> BenchResult<Self> {
        let is_right = async || {
            let wrong = wrong().await;
            progress(format!("{wrong} meetings are not right"));
            Ok(wrong == 0)
        };
        let right_at = testbed.time_when(TIMEOUT, is_right).await?;
        Ok(Self {
            moves,
            right_at,
            bots_at: None,
            wrong: wrong().await,
            previews: None,
        })
    }
}

/// Calls that arrived until every decision was right.
async fn calls_until_right(
    testbed: &Testbed,
    run: &StormRun,
    operation: Operation,
) -> BenchResult<Vec<CallRecord>> {
    let mut calls = testbed.calls(Some(operation)).await?;
    let end = run.right_at.unwrap_or_else(|| testbed.stack.now());
    calls.retain(|call| call.received_at <= end);
    Ok(calls)
}

async fn calendar_calls(testbed: &Testbed, run: &StormRun) -> BenchResult<usize> {
    let mut count = 0;
    for operation in [Operation::GetCalendar, Operation::ListCalendars] {
        count += calls_until_right(testbed, run, operation).await?.len();
    }
    Ok(count)
}

/// Holds the storm of new calendars against its goals.
async fn add_goals(report: &mut Report, testbed: &Testbed, run: &StormRun) -> BenchResult<()> {
    let lists = calls_until_right(testbed, run, Operation::ListEvents).await?;
    report.goal(
        "new calendars: lists",
        as_f64(MOST_LISTS),
        Some(as_f64(lists.len())),
    );
    report.goal(
        "new calendars: calendar calls",
        as_f64(MOST_CALENDAR_CALLS),
        Some(as_f64(calendar_calls(testbed, run).await?)),
    );
    // Every meeting takes a call for its bot, and these take longer than the lists.
    let limit = as_f64(run.moves.count) * 60.0 / f64::from(Rates::PUBLISHED.bots);
    let took = |at: Timestamp| tenths(at.duration_since(run.moves.last_at).as_secs_f64());
    report.goal(
        "new calendars: all right after, s",
        tenths(limit * RATIO),
        run.bots_at.map(took),
    );
    Ok(())
}

async fn add_row(
    report: &mut Report,
    testbed: &Testbed,
    name: &str,
    run: StormRun,
) -> BenchResult<()> {
    let calls = testbed.calls(Some(Operation::ListEvents)).await?;
    let lists = calls_until_right(testbed, &run, Operation::ListEvents).await?;
    let pages = run.moves.count.div_ceil(PAGE_SIZE);
    let minimum = as_f64(pages) * 60.0 / f64::from(Rates::PUBLISHED.list_events);
    report.row(vec![
        json!(name),
        json!(run.moves.count),
        json!(run.moves.webhooks(testbed).await?),
        json!(lists.len()),
        json!(rate_limited(&lists)),
        json!(testbed.peak(Operation::ListEvents).await?),
        json!(calendar_calls(testbed, &run).await?),
        json!(run.wrong),
        seconds(run.moves.last_at, run.right_at),
        json!(tenths(minimum)),
        json!(calls.len()),
        json!(rate_limited(&calls)),
        seconds(run.moves.last_at, run.bots_at),
        json!(testbed.violations().await?),
    ]);
    if let Some(previews) = run.previews {
        report.note(format!(
            "{name}: {previews} previews completed before every decision was right."
        ));
    }
    report.print();
    Ok(())
}
