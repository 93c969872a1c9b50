//! One call for one row, and the writing down of what came of it.

use callsheet_domain::{Answered, Call, Decision, DecisionKey, Operation, Sent, Step, settle};

use super::Drain;
use super::answer::{Came, read};
use crate::PortError;
use crate::ports::{Bots, Clock, Decisions, IdempotencyKey, Jitter, Kept, ScheduleRequest};

/// A call that has landed.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) key: DecisionKey,
    pub(super) operation: Operation,
    pub(super) came: Came,
}

/// Which kind of call a row wants.
pub(super) fn operation(row: &Decision) -> Option<Operation> {
    match row.step() {
        Step::Schedule(_) => Some(Operation::ScheduleBot),
        Step::Unschedule(_) => Some(Operation::UnscheduleBot),
        Step::Nothing => None,
    }
}

impl<R, D, S, K, J> Drain<R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    K: Clock,
    J: Jitter,
{
    /// Makes the call that `row` wants and writes down what came of it.
    pub(super) async fn fly(&self, row: Decision) -> Result<Option<Landed>, PortError> {
        let Some(sent) = Sent::of(&row, self.clock.now()) else {
            return Ok(None);
        };
        let operation = sent.operation();
        let answer = match &sent.call {
            Call::Schedule(bot) => {
                let request = ScheduleRequest {
                    event_id: &row.key.event_id,
                    bot,
                    idempotency_key: idempotency_key(&row),
                };
                self.recall.schedule(&request).await
            }
            Call::Unschedule => self.recall.unschedule(&row.key.event_id).await,
        };
        let came = read(answer, &sent, row.attempts.count, self.jitter.fraction());
        let key = row.key.clone();
        if let Came::Answered(answered) = &came {
            tracing::debug!(event = %key.event_id, operation = operation.as_str(), ?answered, "called");
            self.write_down(row, &sent, answered).await?;
        }
        Ok(Some(Landed {
            key,
            operation,
            came,
        }))
    }

    /// Folds the answer into the row, as often as somebody else writes first.
    async fn write_down(
        &self,
        mut row: Decision,
        sent: &Sent,
        answered: &Answered,
    ) -> Result<(), PortError> {
        loop {
            let settled = settle(row.clone(), sent, answered.clone(), self.clock.now());
            if settled == row || self.decisions.keep(&settled).await? == Kept::Written {
                return Ok(());
            }
            let stored = self
                .decisions
                .decisions(std::slice::from_ref(&row.key))
                .await?;
            let Some(stored) = stored.into_iter().next() else {
                return Ok(());
            };
            row = stored;
        }
    }
}

/// A new attempt or a new generation is a new request.
fn idempotency_key(row: &Decision) -> IdempotencyKey {
    let (event, generation, attempt) = (&row.key.event_id, row.generation.0, row.attempts.count);
    IdempotencyKey(format!("{event}-{generation}-{attempt}"))
}
