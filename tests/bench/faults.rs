//! Faults: bot calls are rejected, cut, delayed or answered with a body that is not JSON, at random,
//! while decisions are due. Measures that all is right at the end, and that no call is made too
//! early.

mod early_calls;

use std::time::Duration;

use recall_simulator::{Fault, FaultEffect, Operation};
use serde_json::{Value, json};

use crate::calls::rate_limited;
use crate::numbers::seconds;
use crate::report::Report;
use crate::result::BenchResult;
use crate::testbed::{Rates, Testbed, progress};
use crate::{backlog, snapshot, wait};

/// Probability of each kind of fault, for each call.
const PROBABILITY: f64 = 1.0 / 12.0;
/// `Retry-After` of the faults, in seconds.
const RETRY_AFTER: u64 = 5;
const TIMEOUT: Duration = Duration::from_mins(15);

const COLUMNS: [&str; 8] = [
    "rows",
    "calls",
    "429",
    "peak per minute",
    "right after, s",
    "early calls",
    "early calls, at most ms after the answer",
    "violations",
];

/// Kinds of faults, by name.
fn kinds() -> [(&'static str, FaultEffect); 9] {
    [
        ("409", FaultEffect::status(409)),
        (
            "429 with Retry-After",
            FaultEffect::retry_after(429, RETRY_AFTER),
        ),
        (
            "507 with Retry-After",
            FaultEffect::retry_after(507, RETRY_AFTER),
        ),
        ("503", FaultEffect::status(503)),
        (
            "503 after the effect",
            FaultEffect::Status {
                status: 503,
                retry_after: None,
                after_effect: true,
            },
        ),
        ("cut before the effect", FaultEffect::CutBefore),
        ("cut after the effect", FaultEffect::CutAfter),
        (
            "slow by 3 s",
            FaultEffect::Slow {
                ms: 3_000,
                after_effect: false,
            },
        ),
        ("not JSON", FaultEffect::NotJson),
    ]
}

/// Drains a backlog of `rows` decisions under faults.
pub(crate) async fn measure(testbed: &Testbed, rows: usize) -> BenchResult<Report> {
    let recall = &testbed.stack.recall;
    for (_, effect) in kinds() {
        let fault = Fault::new(effect).operation(Operation::ScheduleBot);
        recall.add_fault(fault.probability(PROBABILITY)).await?;
    }
    let dataset = backlog::create(testbed, rows, Rates::PUBLISHED.bots).await?;
    let started_at = testbed.stack.now();
    // As many calls as decisions, so that each kind affects dozens of calls.
    let are_enough = async || {
        let calls = testbed.calls(Some(Operation::ScheduleBot)).await?;
        Ok(calls.len() >= rows)
    };
    wait::require("enough calls are made under faults", TIMEOUT, are_enough).await?;
    let faults = recall.faults().await?;
    recall.clear_faults().await?;
    let is_right = async || {
        Ok(snapshot::due(testbed).await == 0 && dataset.has_its_bots(&testbed.stack).await)
    };
    let right_at = testbed.time_when(TIMEOUT, is_right).await?;
    let mut report = Report::new("faults");
    report.table("Calls affected by each kind of fault", &["kind", "calls"]);
    for ((name, _), fault) in kinds().iter().zip(&faults) {
        report.row(vec![json!(name), json!(fault.calls_affected)]);
    }
    add_result(&mut report, testbed, rows, seconds(started_at, right_at)).await?;
    Ok(report)
}

async fn add_result(
    report: &mut Report,
    testbed: &Testbed,
    rows: usize,
    right_after: Value,
) -> BenchResult<()> {
    let calls = testbed.calls(Some(Operation::ScheduleBot)).await?;
    let early = early_calls::milliseconds_after_answer(&calls, RETRY_AFTER);
    progress(format!("early calls, ms after the answer: {early:?}"));
    report.table("Result", &COLUMNS);
    report.row(vec![
        json!(rows),
        json!(calls.len()),
        json!(rate_limited(&calls)),
        json!(testbed.peak(Operation::ScheduleBot).await?),
        right_after,
        json!(early.len()),
        json!(early.iter().max()),
        json!(testbed.violations().await?),
    ]);
    report.note(
        "An early call arrives within the wait that an answer asked for: any call after a 429, a \
         call for the same event after a 507. Calls that were in flight at the time of the answer \
         do not count.",
    );
    Ok(())
}
