//! One call for one row, and the writing down of what came of it.
//!
//! The two are steps of their own: while an answer is written down, another
//! call may already be made.

use std::time::Duration;

use callsheet_domain::{Call, CallAttempt, CallResult, Decision, Timestamp, apply_result, plus};
use jiff::SignedDuration;

use super::Scheduler;
use super::answer::{Came, Said, read};
use crate::PortError;
use crate::ports::{Bots, Clock, Decisions, IdempotencyKey, Jitter, ScheduleRequest, WriteOutcome};

/// When a bot that another copy of the meeting wants is asked about again: that
/// copy may come to want none, and need not have had a bot of its own.
const COPY: SignedDuration = SignedDuration::from_secs(60);

/// A call that was answered.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) row: Decision,
    pub(super) sent: CallAttempt,
    pub(super) came: Came,
    /// How long Recall took; none if it was not asked.
    pub(super) took: Option<Duration>,
}

impl<R, D, S, K, J> Scheduler<R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    K: Clock,
    J: Jitter,
{
    /// Makes the call `sent` for `row`, if it is still before `ours_until`.
    pub(super) async fn call(
        &self,
        row: Decision,
        sent: CallAttempt,
        ours_until: Timestamp,
    ) -> Result<Called, PortError> {
        let unmade = |row, sent, came| Called {
            row,
            sent,
            came,
            took: None,
        };
        if let Call::Leave(_) = sent.call
            && self.is_wanted_by_a_copy(&row).await?
        {
            return Ok(unmade(row, sent, Came::Shared));
        }
        let began = self.clock.now();
        if began >= ours_until {
            return Ok(unmade(row, sent, Came::NotMade));
        }
        let said = self.ask(&row, &sent).await;
        let took = self.clock.now().duration_since(began);
        let came = read(said, &sent, row.attempts.count, self.jitter.fraction());
        tracing::debug!(event = %row.key.event_id, operation = sent.operation().as_str(), ?came, "called");
        Ok(Called {
            row,
            sent,
            came,
            took: Duration::try_from(took).ok(),
        })
    }

    async fn ask(&self, row: &Decision, sent: &CallAttempt) -> Result<Said, PortError> {
        let event_id = &row.key.event_id;
        Ok(match &sent.call {
            Call::Schedule(bot) => {
                let request = ScheduleRequest {
                    event_id,
                    bot,
                    idempotency_key: idempotency_key(row),
                };
                Said::Bot(self.recall.schedule(&request).await?)
            }
            Call::Unschedule => Said::Bot(self.recall.unschedule(event_id).await?),
            Call::Find => Said::Listed(self.recall.bots_of(event_id).await?),
            Call::Leave(bot_id) => Said::Leave(self.recall.leave_call(bot_id).await?),
        })
    }

    /// Whether another copy of the meeting wants the bot that this one does not,
    /// as the latest writes left them.
    ///
    /// Of two copies that both came to want none, the one whose row was written
    /// last sees the other's, so one of them sends the bot out.
    async fn is_wanted_by_a_copy(&self, row: &Decision) -> Result<bool, PortError> {
        let Some(bot) = row.applied.bot() else {
            return Ok(false);
        };
        let meeting = std::slice::from_ref(&row.key.ical_uid);
        let copies = self.decisions.copies(meeting).await?;
        let now = self.clock.now();
        let wants =
            |copy: &Decision| copy.key != row.key && copy.wants(&bot.deduplication_key, now);
        Ok(copies.iter().any(wants))
    }

    /// Folds the answer into the row, as often as somebody else writes first.
    pub(super) async fn write_down(
        &self,
        mut row: Decision,
        sent: &CallAttempt,
        answered: &CallResult,
    ) -> Result<(), PortError> {
        let now = self.clock.now();
        loop {
            let settled = apply_result(row.clone(), sent, answered.clone(), now);
            if self.decisions.write(&settled).await? == WriteOutcome::Written {
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

    /// Has a row wait whose bot another copy wants. If somebody else wrote it
    /// meanwhile, it is looked at again as it is now.
    pub(super) async fn leave_to_a_copy(&self, row: Decision) -> Result<(), PortError> {
        let until = plus(self.clock.now(), COPY);
        let waiting = row.waiting(until, "another copy of the meeting wants the bot");
        self.decisions.write(&waiting).await.map(|_| ())
    }
}

/// A new attempt or a new generation is a new request.
fn idempotency_key(row: &Decision) -> IdempotencyKey {
    let (event, generation, attempt) = (&row.key.event_id, row.generation.0, row.attempts.count);
    IdempotencyKey(format!("{event}-{generation}-{attempt}"))
}
