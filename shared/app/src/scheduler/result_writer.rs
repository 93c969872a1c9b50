//! Writes the results of calls to their rows.
//!
//! A write is a step of its own: while it goes on, other calls are made.

use callsheet_domain::{
    BotEntry, Call, CallResult, Decision, DeduplicationKey, Timestamp, apply_result,
    owner_to_confirm, owner_to_move_back, plus,
};
use jiff::SignedDuration;

use crate::PortError;
use crate::first_copy::first_copy;
use crate::ports::{Clock, Decisions, UnreadableRow, WriteOutcome};
use crate::scheduler::refused_bots::RefusedBots;
use crate::scheduler::task::RecordedCall;

/// What became of the result of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Recorded {
    /// It was written.
    Written,
    /// Its row is gone: there is nothing to write it to.
    RowGone,
    /// Its row was changed meanwhile, and cannot be read any more. The result is
    /// dropped: the row stays due, and a repeated call has the same effect.
    RowUnreadable(UnreadableRow),
    /// The table does not accept the row with the result, for this reason.
    RowUnwritable(String),
}

/// How long a row waits whose result cannot be written. Each run would repeat its
/// call otherwise.
const UNWRITABLE: SignedDuration = SignedDuration::from_mins(1);

/// Writes the results of calls to their rows.
#[derive(Debug)]
pub(super) struct ResultWriter<'a, D, K> {
    pub(super) decisions: &'a D,
    pub(super) clock: &'a K,
}

impl<D: Decisions, K: Clock> ResultWriter<'_, D, K> {
    /// Applies the result to the row. If another worker has written the row
    /// since it was called, applies it to the row as it is now. If the table does
    /// not accept that, the row waits for a while as it was before.
    pub(super) async fn record(&self, call: &RecordedCall) -> Result<Recorded, PortError> {
        let now = self.clock.now();
        let mut row = call.row.clone();
        loop {
            let (key, before) = (row.key.clone(), row.clone());
            if leaves_bot(&call.attempt.call, &row) {
                self.confirm_owner(&row).await?;
            }
            if let Some(key) = moved_bot(&call.attempt.call, &call.result) {
                self.move_back(key, &row).await?;
            }
            let applied = apply_result(row, &call.attempt, call.result.clone(), now);
            match self.decisions.write(&applied).await {
                Ok(WriteOutcome::Written) => {
                    if let Some(key) = refused_bot(call) {
                        let refused = RefusedBots {
                            decisions: self.decisions,
                            clock: self.clock,
                        };
                        refused.settle(key).await?;
                    }
                    return Ok(Recorded::Written);
                }
                Ok(WriteOutcome::Conflict) => {}
                Err(PortError::Unwritable { reason, .. }) => {
                    self.wait(before, now).await?;
                    return Ok(Recorded::RowUnwritable(reason));
                }
                Err(error) => return Err(error),
            }
            let mut stored = self.decisions.decisions(std::slice::from_ref(&key)).await?;
            row = match (stored.decisions.pop(), stored.unreadable.pop()) {
                (Some(stored), _) => stored,
                (None, Some(unreadable)) => return Ok(Recorded::RowUnreadable(unreadable)),
                (None, None) => return Ok(Recorded::RowGone),
            };
        }
    }

    /// Makes the owner due of the bot that `row` leaves, if that bot may have
    /// the configuration of `row`, or the start. This comes before the result is written:
    /// afterwards, no row would know of that.
    async fn confirm_owner(&self, row: &Decision) -> Result<(), PortError> {
        let Some(bot) = row.applied.bot() else {
            return Ok(());
        };
        let key = &bot.deduplication_key;
        self.call_owner(key, row, |first, now| owner_to_confirm(row, first, now))
            .await
    }

    /// Makes the owner due of the bot of `key`, which a call for `row` gave another start.
    async fn move_back(&self, key: &DeduplicationKey, row: &Decision) -> Result<(), PortError> {
        self.call_owner(key, row, owner_to_move_back).await
    }

    /// Writes the owner that `owner` makes due, if any, of the bot of `key`, among the rows but
    /// for `without`.
    async fn call_owner(
        &self,
        key: &DeduplicationKey,
        without: &Decision,
        owner: impl Fn(&Decision, Timestamp) -> Option<Decision>,
    ) -> Result<(), PortError> {
        loop {
            let now = self.clock.now();
            let may_own = |copy: &Decision| {
                copy.key != without.key && !copy.is_abandoned() && copy.ends_at > now
            };
            let first = first_copy(self.decisions, key, may_own).await?;
            let Some(owner) = first.and_then(|first| owner(&first, now)) else {
                return Ok(());
            };
            match self.decisions.write(&owner).await {
                Ok(WriteOutcome::Conflict) => {}
                Ok(WriteOutcome::Written) | Err(PortError::Unwritable { .. }) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Has a row wait, if the table accepts that.
    async fn wait(&self, row: Decision, now: Timestamp) -> Result<(), PortError> {
        let waiting = row.waiting(
            plus(now, UNWRITABLE),
            "the result of a call cannot be written",
        );
        match self.decisions.write(&waiting).await {
            Ok(_) | Err(PortError::Unwritable { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Closes the row of a meeting that is over.
    pub(super) async fn close_ended(&self, row: Decision) -> Result<WriteOutcome, PortError> {
        let abandoned = row.abandon("the meeting is over");
        self.decisions.write(&abandoned).await
    }
}

/// Whether `call` takes the event of `row` from the bot that the row knows: it is unscheduled,
/// or scheduled for another bot.
fn leaves_bot(call: &Call, row: &Decision) -> bool {
    let known = row.applied.bot();
    match call {
        Call::Unschedule => true,
        Call::Schedule(bot) => {
            known.is_some_and(|known| known.deduplication_key != bot.deduplication_key)
        }
        Call::Find | Call::Leave(_) => false,
    }
}

/// The key of the bot whose configuration Recall refused or blocked.
fn refused_bot(call: &RecordedCall) -> Option<&DeduplicationKey> {
    match (&call.attempt.call, &call.result) {
        (Call::Schedule(bot), CallResult::Refused(_) | CallResult::Blocked { .. }) => {
            Some(&bot.deduplication_key)
        }
        _ => None,
    }
}

/// The key of the bot that `call` scheduled at another start than it is wanted for, by Recall's
/// list: the event had moved.
fn moved_bot<'a>(call: &'a Call, result: &CallResult) -> Option<&'a DeduplicationKey> {
    let (Call::Schedule(bot), CallResult::Done(listed)) = (call, result) else {
        return None;
    };
    let is_ours = |entry: &&BotEntry| entry.deduplication_key == bot.deduplication_key;
    let mut ours = listed.iter().filter(is_ours).peekable();
    let is_listed = ours.peek().is_some();
    let is_moved = is_listed && ours.all(|entry| entry.starts_at != bot.starts_at);
    is_moved.then_some(&bot.deduplication_key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::fakes::{FakeClock, Rows};
    use callsheet_domain::{Applied, CallAttempt, Generation};
    use callsheet_testkit::{With as _, a_decision, at};
    use futures_util::FutureExt as _;

    fn done(row: Decision) -> RecordedCall {
        RecordedCall {
            attempt: CallAttempt::of(&row, at("09:30")).expect("it is due"),
            row,
            result: CallResult::Done(Vec::new()),
        }
    }

    fn record(rows: &Rows, call: &RecordedCall) -> Recorded {
        let writer = ResultWriter {
            decisions: rows,
            clock: &FakeClock::at(at("09:30")),
        };
        let recorded = writer.record(call).now_or_never();
        recorded.expect("no port waits").expect("memory")
    }

    #[test]
    fn a_result_is_applied_to_its_row() {
        let rows = Rows::with([a_decision()]);
        assert_eq!(record(&rows, &done(a_decision())), Recorded::Written);
        assert!(matches!(rows.only().applied, Applied::Bot(_)));
    }

    #[test]
    fn a_result_is_applied_to_the_row_as_another_worker_wrote_it() {
        let newer = a_decision().with(|row| {
            row.version = row.version.next();
            row.generation = Generation(row.generation.0 + 1);
        });
        let rows = Rows::with([newer.clone()]);
        assert_eq!(record(&rows, &done(a_decision())), Recorded::Written);
        let row = rows.only();
        assert_eq!(row.generation, newer.generation);
        assert!(matches!(row.applied, Applied::Uncertain(_)), "{row:?}");
    }

    #[test]
    fn a_result_for_a_row_that_is_gone_is_dropped() {
        let rows = Rows::with([]);
        let call = done(a_decision().with(|row| row.version = row.version.next()));
        assert_eq!(record(&rows, &call), Recorded::RowGone);
        assert!(rows.all().is_empty());
    }

    #[test]
    fn a_result_for_a_row_that_became_unreadable_is_dropped() {
        let newer = a_decision().with(|row| row.version = row.version.next());
        let rows = Rows::with([newer.clone()]);
        rows.make_unreadable(&newer.key);
        let recorded = record(&rows, &done(a_decision()));
        assert!(matches!(recorded, Recorded::RowUnreadable(row) if row.key == newer.key));
        assert_eq!(rows.only(), newer, "it is as another worker wrote it");
    }

    #[test]
    fn a_row_whose_result_is_too_large_waits_for_a_minute_as_it_was() {
        let rows = Rows::with([a_decision()]);
        rows.refuse_results();
        let recorded = record(&rows, &done(a_decision()));
        assert!(
            matches!(recorded, Recorded::RowUnwritable(_)),
            "{recorded:?}"
        );
        let row = rows.only();
        assert_eq!(row.attempts.not_before, Some(at("09:31")));
        assert_eq!(
            (row.history.calls().len(), row.applied),
            (0, Applied::Nothing)
        );
    }

    #[test]
    fn a_meeting_that_is_over_is_abandoned() {
        let rows = Rows::with([a_decision()]);
        let writer = ResultWriter {
            decisions: &rows,
            clock: &FakeClock::at(at("09:30")),
        };
        let closed = writer.close_ended(a_decision()).now_or_never();
        assert!(matches!(closed, Some(Ok(WriteOutcome::Written))));
        assert!(rows.only().is_abandoned());
    }
}
