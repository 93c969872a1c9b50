//! The first look at a calendar of 10,000 events: 100 pages, at 60 a minute.
//! How near to what the limit allows, in how much memory, and what if the
//! function is killed on the way?

use std::time::Duration;

use callsheet_domain::Timestamp;
use recall_simulator::{CallRecord, Operation};
use serde_json::json;

use crate::dataset::Dataset;
use crate::gate::Gate;
use crate::numbers::{hundredths, number, peak, seconds};
use crate::processes::{self, Process};
use crate::report::Report;
use crate::rig::{Done, Rates, Rig, USUAL, progress};

/// Events on a page.
const PAGE: usize = 100;
/// After so long a run is reported as far as it came.
const PATIENCE: Duration = Duration::from_mins(10);
const SYNC: &str = "CALLSHEET_SYNC_FUNCTION";

const COLUMNS: [&str; 10] = [
    "run",
    "events",
    "lists",
    "429s",
    "peak a minute",
    "s from first to last page",
    "least s",
    "over least %",
    "wrong at the end",
    "MB resident: first page, median, most",
];

/// What came of one first look.
#[derive(Debug, Default)]
struct CompletedSync {
    /// The heaviest of the function's processes at each page.
    resident_kb: Vec<u64>,
    killed: Option<Process>,
    right_at: Option<Timestamp>,
    wrong: usize,
}

/// Looks once undisturbed and once killed on the way, at a calendar each.
pub(crate) async fn measure(rig: &Rig, events: usize) -> Done<Report> {
    let pages = events.div_ceil(PAGE);
    let mut report = Report::of("paging");
    rig.tune(Rates::PUBLISHED, &[]).await?;
    // A look is what is measured: no bot of it is scheduled meanwhile.
    let _gate = Gate::abandoned(rig).await?;
    report.table("The first look at a calendar, page by page", &COLUMNS);
    let runs = [
        ("undisturbed", None),
        ("killed on the way", Some(pages * 2 / 5)),
    ];
    // The second waits for half a minute until the claim of the killed process ends.
    for (run, killed_at) in runs.into_iter().take(rig.sized(2, 1)) {
        rig.stack.recall.set_latency(USUAL).await?;
        rig.start_afresh().await?;
        let dataset = Dataset::connected(rig, 1, events).await?;
        let last_sync = look(rig, &dataset, killed_at).await?;
        let calls = rig.calls(Some(Operation::ListEvents)).await?;
        let until = last_sync.right_at.unwrap_or_else(|| rig.stack.now());
        let calls: Vec<_> = calls
            .into_iter()
            .filter(|call| call.received_at <= until)
            .collect();
        row(&mut report, run, &last_sync, (events, pages), &calls);
        report.print();
    }
    report.note(
        "`least` is the pages over the limit of 60 a minute. Memory is what the system shows as \
         resident of the function's heaviest process, seen at each page.",
    );
    Ok(report)
}

/// Watches a look page by page until every event is decided.
async fn look(rig: &Rig, dataset: &Dataset, killed_at: Option<usize>) -> Done<CompletedSync> {
    let mut last_sync = CompletedSync::default();
    let least = dataset.meetings.len().div_ceil(PAGE);
    let began = processes::of_function(SYNC);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut pages = 0;
    while tokio::time::Instant::now() < deadline {
        let listed = rig.calls(Some(Operation::ListEvents)).await?.len();
        if listed > pages {
            pages = listed;
            let running = processes::of_function(SYNC);
            last_sync
                .resident_kb
                .extend(running.iter().map(|one| one.resident_kb).max());
            progress(format!("{pages} pages"));
            if last_sync.killed.is_none() && killed_at.is_some_and(|at| pages >= at) {
                last_sync.killed = busiest(&began, &running);
                if let Some(process) = last_sync.killed {
                    processes::kill(process).await?;
                    progress(format!("killed process {} at page {pages}", process.pid));
                }
            }
        }
        if pages >= least {
            last_sync.wrong = dataset.wrong(&rig.stack.decision_summaries().await);
            if last_sync.wrong == 0 {
                last_sync.right_at = Some(rig.stack.now());
                return Ok(last_sync);
            }
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    last_sync.wrong = dataset.wrong(&rig.stack.decision_summaries().await);
    Ok(last_sync)
}

/// The process that computed most since `began`.
fn busiest(began: &[Process], running: &[Process]) -> Option<Process> {
    let before = |process: &Process| {
        let earlier = began.iter().find(|one| one.pid == process.pid);
        earlier.map_or(0, |one| one.ticks)
    };
    let computed = |process: &&Process| process.ticks.saturating_sub(before(process));
    running.iter().max_by_key(computed).copied()
}

fn row(
    report: &mut Report,
    run: &str,
    last_sync: &CompletedSync,
    (events, pages): (usize, usize),
    calls: &[CallRecord],
) {
    let received: Vec<_> = calls.iter().map(|call| call.received_at).collect();
    let first = received.iter().min().copied().unwrap_or(Timestamp::MIN);
    let last = calls.iter().filter_map(|call| call.answered_at).max();
    let allowed = number(pages) * 60.0 / f64::from(Rates::PUBLISHED.list_events);
    let took = last.map(|last| last.duration_since(first).as_secs_f64());
    let over = took.map(|took| hundredths((took / allowed - 1.0) * 100.0));
    report.row(vec![
        json!(run),
        json!(events),
        json!(calls.len()),
        json!(crate::drain::refused(calls)),
        json!(peak(&received)),
        seconds(first, last),
        json!(allowed),
        json!(over),
        json!(last_sync.wrong),
        json!(memory(&last_sync.resident_kb)),
    ]);
}

fn memory(resident_kb: &[u64]) -> String {
    let mut sorted = resident_kb.to_vec();
    sorted.sort_unstable();
    let shown = |kb: Option<&u64>| kb.map_or(0, |kb| kb / 1_000);
    format!(
        "{}, {}, {}",
        shown(resident_kb.first()),
        shown(sorted.get(sorted.len() / 2)),
        shown(sorted.last()),
    )
}
