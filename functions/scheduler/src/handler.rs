//! Starts a scheduler run after a wake-up.

use std::time::Duration;

use callsheet_app::ports::Clock as _;
use callsheet_app::{PortError, RunReport, Scheduler};
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{RandomJitter, Secret, SystemClock, deadline};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::Error;

/// The scheduler on Recall and DynamoDB.
pub(crate) type LiveScheduler =
    Scheduler<RecallClient, DecisionTable, StateTable, SystemClock, RandomJitter>;

/// Time kept back at the end of an invocation for the calls in flight and the
/// writes of their results.
const RESERVE: Duration = Duration::from_secs(15);
/// Assumed length of an invocation that has no deadline.
const USUAL: Duration = Duration::from_mins(1);

/// Starts a run, with the API key as it was last read.
///
/// An error is returned, so that it counts as an error of the function and
/// raises its alarm. Rows that were due stay due.
pub(crate) async fn wake(
    scheduler: LiveScheduler,
    key: &Secret<ApiKey>,
    deadline_ms: u64,
) -> Result<(), Error> {
    let scheduler = Scheduler {
        recall: scheduler.recall.with_key(key.current().await),
        ..scheduler
    };
    let until = deadline(deadline_ms, scheduler.clock.now(), RESERVE, USUAL);
    match scheduler.run(until).await {
        Ok(report) => {
            log(&report);
            Ok(())
        }
        Err(error) => {
            if matches!(error, PortError::Denied { .. }) {
                key.refresh(scheduler.clock.now()).await;
            }
            tracing::error!(%error, "scheduler run failed, and decisions that are due stay due: {error}");
            Err(error.into())
        }
    }
}

/// Logs the numbers of a run.
fn log(report: &RunReport) {
    let RunReport {
        stopped,
        applied,
        again,
        blocked,
        abandoned,
        over,
        late,
    } = *report;
    tracing::info!(
        ?stopped,
        applied,
        again,
        blocked,
        abandoned,
        over,
        late,
        "scheduler run finished: {applied} applied, {late} late, {again} to be called again, \
         {blocked} blocked, {abandoned} abandoned, {over} meetings over; stopped: {stopped:?}"
    );
}
