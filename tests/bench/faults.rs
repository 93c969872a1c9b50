//! A storm of faults: bot calls are refused, dropped, delayed and garbled at
//! random while bots are due. All ends right, and no call is made before
//! its time.

mod patience;

use std::time::Duration;

use recall_simulator::{Fault, FaultEffect, Operation};
use serde_json::json;

use crate::drain::{backlog, refused};
use crate::numbers::{peak, seconds};
use crate::report::Report;
use crate::rig::{Done, Rates, Rig, progress};

/// Each kind strikes one call in so many.
const ONE_IN: f64 = 12.0;
/// What a refusal asks to wait, in seconds.
const WAIT: u64 = 5;
const PATIENCE: Duration = Duration::from_mins(15);

/// The kinds of faults, by name.
fn kinds() -> [(&'static str, FaultEffect); 9] {
    [
        ("409", FaultEffect::status(409)),
        ("429 with Retry-After", FaultEffect::retry_after(429, WAIT)),
        ("507 with Retry-After", FaultEffect::retry_after(507, WAIT)),
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

/// Drains `rows` in a storm of faults.
pub(crate) async fn measure(rig: &Rig, rows: usize) -> Done<Report> {
    let mut report = Report::of("faults");
    for (_, effect) in kinds() {
        let fault = Fault::new(effect).operation(Operation::ScheduleBot);
        rig.stack
            .recall
            .add_fault(fault.probability(1.0 / ONE_IN))
            .await?;
    }
    let dataset = backlog(rig, rows, Rates::PUBLISHED.bots).await?;
    let storm_began = rig.stack.now();
    // As many calls as there are rows, so that each kind strikes dozens; then all must come right.
    let has_stormed = async || {
        let calls = rig.calls(Some(Operation::ScheduleBot)).await;
        calls.is_ok_and(|calls| calls.len() >= rows)
    };
    if !rig.until(PATIENCE, has_stormed).await {
        return Err("too few calls were made to strike".into());
    }
    let struck = rig.stack.recall.faults().await?;
    rig.stack.recall.clear_faults().await?;
    let is_right = async || {
        let due = rig
            .stack
            .decision_summaries()
            .await
            .values()
            .filter(|row| row.is_due)
            .count();
        progress(format!("{due} due"));
        due == 0 && dataset.agrees(&rig.stack).await
    };
    let came_right = rig.until(PATIENCE, is_right).await.then(|| rig.stack.now());
    report.table(
        "Faults, as the simulator struck with them",
        &["kind", "calls"],
    );
    for ((name, _), fault) in kinds().iter().zip(&struck) {
        report.row(vec![json!(name), json!(fault.calls_affected)]);
    }
    let calls = rig.calls(Some(Operation::ScheduleBot)).await?;
    let received: Vec<_> = calls.iter().map(|call| call.received_at).collect();
    let too_early = patience::too_early(&calls, WAIT);
    progress(format!(
        "before their time, ms after the answer: {too_early:?}"
    ));
    report.table(
        "What came of it",
        &[
            "rows",
            "calls",
            "429s",
            "peak a minute",
            "right after s",
            "calls before their time",
            "at most ms after the answer",
            "violations",
        ],
    );
    report.row(vec![
        json!(rows),
        json!(calls.len()),
        json!(refused(&calls)),
        json!(peak(&received)),
        seconds(storm_began, came_right),
        json!(too_early.len()),
        json!(too_early.iter().max()),
        json!(rig.stack.recall.violations().await?.requests.len()),
    ]);
    report.note(
        "Before its time is a call of the lane within the wait that a 429 asked for, or a call for \
         the same event within that of a 507, counted from when the answer was given; calls that \
         were under way already are none.",
    );
    Ok(report)
}
