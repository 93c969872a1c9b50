//! First sync of a calendar of 10,000 events: 100 pages at 60 a minute. Measures the time compared
//! with the rate limit, the memory, and the effect of a killed process.

use std::time::Duration;

use callsheet_domain::Timestamp;
use recall_simulator::{CallRecord, Operation};
use serde_json::json;

use crate::calls::{arrivals, rate_limited};
use crate::dataset::Dataset;
use crate::lease_hold::LeaseHold;
use crate::numbers::{as_f64, hundredths, seconds};
use crate::processes::{self, Process};
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{Rates, Testbed, USUAL_LATENCY, progress};
use crate::wait;

/// Events per page of a list.
const PAGE_SIZE: usize = 100;
/// Timeout, after which a run is reported as far as it came.
const TIMEOUT: Duration = Duration::from_mins(10);
/// Interval at which the pages and the processes are read.
const INTERVAL: Duration = Duration::from_millis(250);
/// Environment variable with the name of the sync function.
const SYNC_FUNCTION: &str = "CALLSHEET_SYNC_FUNCTION";

const COLUMNS: [&str; 10] = [
    "run",
    "events",
    "lists",
    "429",
    "peak per minute",
    "first to last page, s",
    "minimum, s",
    "above minimum, %",
    "wrong at the end",
    "resident at first page, median, most, MB",
];

/// A first sync while it is watched.
#[derive(Debug)]
struct SyncRun {
    /// The function's processes before the sync.
    before: Vec<Process>,
    /// Page at which the busiest process is killed.
    kill_at: Option<usize>,
    killed: Option<Process>,
    /// Pages listed so far.
    pages: usize,
    /// Resident size of the function's largest process, at each page.
    resident_kb: Vec<u64>,
    right_at: Option<Timestamp>,
    /// Number of meetings without the right decision at the end.
    wrong: usize,
}

/// Syncs one calendar undisturbed and another one whose process is killed.
pub(crate) async fn measure(testbed: &Testbed, events: usize) -> BenchResult<Report> {
    let pages = events.div_ceil(PAGE_SIZE);
    let mut report = Report::new("paging");
    testbed.redeploy(Rates::PUBLISHED, &[]).await?;
    // Only the sync is measured: meanwhile the scheduler makes no calls.
    let _hold = LeaseHold::acquire(testbed).await?;
    report.table("First sync of a calendar, page by page", &COLUMNS);
    let runs = [
        ("undisturbed", None),
        ("process killed", Some(pages * 2 / 5)),
    ];
    // The second waits half a minute until the hold of the interrupted sync ends.
    for (name, kill_at) in runs.into_iter().take(testbed.sized(2, 1)) {
        testbed.stack.recall.set_latency(USUAL_LATENCY).await?;
        testbed.reset_calls().await?;
        let dataset = Dataset::connect(testbed, 1, events).await?;
        let run = SyncRun::watch(testbed, &dataset, kill_at).await?;
        let end = run.right_at.unwrap_or_else(|| testbed.stack.now());
        let mut calls = testbed.calls(Some(Operation::ListEvents)).await?;
        calls.retain(|call| call.received_at <= end);
        let peak = testbed.peak(Operation::ListEvents).await?;
        add_row(&mut report, name, &run, (events, pages), (&calls, peak));
        report.print();
    }
    report.note(
        "`minimum` is the number of pages at the limit of 60 a minute. Memory is the resident size \
         of the function's largest process, read at each page.",
    );
    Ok(report)
}

impl SyncRun {
    /// Watches a sync page by page until every decision is right.
    async fn watch(
        testbed: &Testbed,
        dataset: &Dataset,
        kill_at: Option<usize>,
    ) -> BenchResult<Self> {
        let mut run = Self {
            before: processes::of_function(SYNC_FUNCTION),
            kill_at,
            killed: None,
            pages: 0,
            resident_kb: Vec::new(),
            right_at: None,
            wrong: dataset.meetings.len(),
        };
        let all_pages = dataset.meetings.len().div_ceil(PAGE_SIZE);
        let attempt = async || {
            run.observe(testbed).await?;
            let is_listed = run.pages >= all_pages;
            let is_right = is_listed && dataset.wrong(testbed).await == 0;
            Ok(is_right.then(|| testbed.stack.now()))
        };
        let right_at = wait::poll(INTERVAL, TIMEOUT, attempt).await?;
        run.right_at = right_at;
        run.wrong = dataset.wrong(testbed).await;
        Ok(run)
    }

    /// Reads the number of pages. At a new page it reads the memory, and kills the process if this
    /// is the page for it.
    async fn observe(&mut self, testbed: &Testbed) -> BenchResult<()> {
        let pages = testbed.calls(Some(Operation::ListEvents)).await?.len();
        if pages <= self.pages {
            return Ok(());
        }
        self.pages = pages;
        let running = processes::of_function(SYNC_FUNCTION);
        let resident_kb = running.iter().map(|process| process.resident_kb);
        self.resident_kb.extend(resident_kb.max());
        progress(format!("{pages} pages"));
        if self.killed.is_none() && self.kill_at.is_some_and(|at| pages >= at) {
            self.killed = self.busiest(&running);
            if let Some(process) = self.killed {
                processes::kill(process).await?;
                progress(format!("killed process {} at page {pages}", process.pid));
            }
        }
        Ok(())
    }

    /// The process that has used the most processor time since the start of the sync.
    fn busiest(&self, running: &[Process]) -> Option<Process> {
        let before = |process: &Process| {
            let earlier = self.before.iter().find(|one| one.pid == process.pid);
            earlier.map_or(0, |one| one.ticks)
        };
        let used = |process: &&Process| process.ticks.saturating_sub(before(process));
        running.iter().max_by_key(used).copied()
    }
}

fn add_row(
    report: &mut Report,
    name: &str,
    run: &SyncRun,
    (events, pages): (usize, usize),
    (calls, peak): (&[CallRecord], u64),
) {
    let first = arrivals(calls).first().copied().unwrap_or(Timestamp::MIN);
    let last = calls.iter().filter_map(|call| call.answered_at).max();
    let minimum = as_f64(pages) * 60.0 / f64::from(Rates::PUBLISHED.list_events);
    let took = last.map(|last| last.duration_since(first).as_secs_f64());
    let above = took.map(|took| hundredths((took / minimum - 1.0) * 100.0));
    report.row(vec![
        json!(name),
        json!(events),
        json!(calls.len()),
        json!(rate_limited(calls)),
        json!(peak),
        seconds(first, last),
        json!(minimum),
        json!(above),
        json!(run.wrong),
        json!(memory(&run.resident_kb)),
    ]);
}

/// Resident size in megabytes: at the first page, the median, the most.
fn memory(resident_kb: &[u64]) -> String {
    let mut sorted = resident_kb.to_vec();
    sorted.sort_unstable();
    let megabytes = |kb: Option<&u64>| kb.map_or(0, |kb| kb / 1_000);
    format!(
        "{}, {}, {}",
        megabytes(resident_kb.first()),
        megabytes(sorted.get(sorted.len() / 2)),
        megabytes(sorted.last()),
    )
}
