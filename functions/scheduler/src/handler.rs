//! Starts a scheduler run after a wake-up.

use std::time::Duration;

use callsheet_app::ports::Clock as _;
use callsheet_app::{ActivityNotes, RunReport, Scheduler, StopReason};
use callsheet_runtime::{RandomJitter, SystemClock, deadline};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::Error;

use crate::recall::KeyedRecall;

/// The scheduler on Recall and DynamoDB.
pub(crate) type LiveScheduler =
    Scheduler<KeyedRecall, DecisionTable, StateTable, SystemClock, RandomJitter>;

/// Time kept back at the end of an invocation for the calls in flight and the
/// writes of their results.
const RESERVE: Duration = Duration::from_secs(15);
/// Assumed length of an invocation that has no deadline.
const USUAL: Duration = Duration::from_mins(1);

/// Starts a run.
///
/// An error is returned, so that it counts as an error of the function and
/// raises its alarm. Rows that were due stay due.
pub(crate) async fn wake(
    scheduler: LiveScheduler,
    notes: &ActivityNotes,
    deadline_ms: u64,
) -> Result<(), Error> {
    let until = deadline(deadline_ms, scheduler.clock.now(), RESERVE, USUAL);
    match scheduler.run(until).await {
        Ok(report) => {
            log(&report);
            let now = scheduler.clock.now();
            // The run is finished, whether or not that can be noted.
            if let Err(error) = notes.note_run(&scheduler.state, now).await {
                tracing::warn!(%error, "could not note the scheduler run: {error}");
            }
            counted(&report)
        }
        Err(error) => {
            tracing::error!(%error, "scheduler run failed, and decisions that are due stay due: {error}");
            Err(error.into())
        }
    }
}

/// Whether a run that ended counts as an error of the function.
///
/// A run that is held has made no call, but it had some to make. The runs between
/// two probes count like those whose probe is denied: the alarm stays on as long as
/// Recall denies our key while decisions are due, whoever makes the probes.
fn counted(report: &RunReport) -> Result<(), Error> {
    match report.stopped {
        StopReason::Held => Err(Error::from(
            "Recall denies the API key, so decisions that are due wait for it to be repaired",
        )),
        StopReason::Idle
        | StopReason::DeadlineReached
        | StopReason::AlreadyRunning
        | StopReason::LeaseLost => Ok(()),
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
        unreadable,
        unwritable,
    } = *report;
    tracing::info!(
        ?stopped,
        applied,
        again,
        blocked,
        abandoned,
        over,
        late,
        unreadable,
        unwritable,
        "scheduler run finished: {applied} applied, {late} late, {again} to be called again, \
         {blocked} blocked, {abandoned} abandoned, {over} meetings over, {unreadable} rows that cannot be read and {unwritable} \
         that cannot be written; stopped: {stopped:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_that_is_held_counts_as_an_error() {
        let is_error = |stopped| {
            let report = RunReport {
                stopped,
                applied: 0,
                again: 0,
                blocked: 0,
                abandoned: 0,
                over: 0,
                late: 0,
                unreadable: 0,
                unwritable: 0,
            };
            counted(&report).is_err()
        };
        let all = [
            StopReason::Idle,
            StopReason::DeadlineReached,
            StopReason::AlreadyRunning,
            StopReason::LeaseLost,
            StopReason::Held,
        ];
        assert_eq!(all.map(is_error), [false, false, false, false, true]);
    }
}
