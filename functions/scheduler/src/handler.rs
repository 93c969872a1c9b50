//! Answers the bell.

use std::time::Duration;

use callsheet_app::ports::Clock as _;
use callsheet_app::{PortError, Scheduler};
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{RandomJitter, Secret, SystemClock, deadline};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::Error;

pub(crate) type LiveDrain =
    Scheduler<RecallClient, DecisionTable, StateTable, SystemClock, RandomJitter>;

/// WriteOutcome back to let the calls in flight land: as long as one may take, and the
/// writing down of it.
const RESERVE: Duration = Duration::from_secs(15);
/// For an invocation that does not say how long it may take.
const USUAL: Duration = Duration::from_mins(1);

/// Drains what is due, with the API key as it was last read.
///
/// A failure is returned, so that the function's errors are counted and an
/// alarm can ring; all that was due is still due.
pub(crate) async fn answer(
    drain: LiveDrain,
    key: &Secret<ApiKey>,
    deadline_ms: u64,
) -> Result<(), Error> {
    let drain = Scheduler {
        recall: drain.recall.with_key(key.current().await),
        ..drain
    };
    let until = deadline(deadline_ms, drain.clock.now(), RESERVE, USUAL);
    match drain.run(until).await {
        Ok(report) => {
            tracing::info!(
                stopped = ?report.stopped,
                applied = report.applied,
                again = report.again,
                blocked = report.blocked,
                abandoned = report.abandoned,
                over = report.over,
                came_late = report.late,
                "drained"
            );
            Ok(())
        }
        Err(error) => {
            if matches!(error, PortError::Denied { .. }) {
                key.refresh(drain.clock.now()).await;
            }
            tracing::error!(%error, "the drain stopped");
            Err(error.into())
        }
    }
}
