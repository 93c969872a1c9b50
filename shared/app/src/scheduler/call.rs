//! Calls Recall for one row.

use std::time::Duration;

use callsheet_domain::{Call, CallAttempt, Decision, Timestamp};

use crate::PortError;
use crate::ports::{Bots, Clock, IdempotencyKey, ScheduleRequest};
use crate::scheduler::outcome::{CallOutcome, Response, classify};
use crate::scheduler::plan::PlannedCall;
use crate::scheduler::task::CompletedCall;
use crate::scheduler::waits::Waits;

/// Makes the call that a row wants.
#[derive(Debug)]
pub(super) struct BotCaller<'a, R, K> {
    pub(super) recall: &'a R,
    pub(super) clock: &'a K,
}

impl<R: Bots, K: Clock> BotCaller<'_, R, K> {
    /// Makes the call if it is still before `calls_until`. `fraction`, from 0 to
    /// 1, spreads the retries.
    pub(super) async fn call(
        &self,
        planned: PlannedCall,
        calls_until: Timestamp,
        fraction: f64,
    ) -> CompletedCall {
        let PlannedCall { row, attempt } = planned;
        let began = self.clock.now();
        if began >= calls_until {
            return CompletedCall::not_made(row, attempt, CallOutcome::NotMade);
        }
        let response = self.send(&row, &attempt).await;
        let ended = self.clock.now();
        let took = ended.duration_since(began);
        let waits = Waits::after(&attempt, &row, ended, fraction);
        let outcome = classify(response, &attempt.call, waits);
        let (event, operation) = (&row.key.event_id, attempt.operation().as_str());
        tracing::debug!(%event, operation, ?outcome, "called {operation} for event {event}");
        CompletedCall {
            row,
            attempt,
            outcome,
            took: Duration::try_from(took).ok(),
        }
    }

    async fn send(&self, row: &Decision, attempt: &CallAttempt) -> Result<Response, PortError> {
        let event_id = &row.key.event_id;
        Ok(match &attempt.call {
            Call::Schedule(bot) => {
                let request = ScheduleRequest {
                    event_id,
                    bot,
                    idempotency_key: idempotency_key(row),
                };
                Response::Bot(self.recall.schedule(&request).await?)
            }
            Call::Unschedule => Response::Bot(self.recall.unschedule(event_id).await?),
            Call::Find => Response::Bots(self.recall.bots_of(event_id).await?),
            Call::Leave(bot_id) => Response::Leave(self.recall.leave_call(bot_id).await?),
        })
    }
}

/// A new attempt or a new generation is a new request.
fn idempotency_key(row: &Decision) -> IdempotencyKey {
    let (event, generation, attempt) = (&row.key.event_id, row.generation.0, row.attempts.count);
    IdempotencyKey(format!("{event}-{generation}-{attempt}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{BotReply, LeaveReply};
    use callsheet_domain::{BotEntry, BotId, CallResult, EventId};
    use callsheet_testkit::{With as _, a_decision, at};
    use futures_util::FutureExt as _;
    use std::sync::Mutex;

    /// A clock on which each reading is a second after the last one.
    struct Ticking(Mutex<Timestamp>);

    impl Ticking {
        fn from(instant: Timestamp) -> Self {
            Self(Mutex::new(instant))
        }
    }

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            let mut next = self.0.lock().expect("no test thread panicked");
            let now = *next;
            *next = callsheet_domain::plus(now, jiff::SignedDuration::from_secs(1));
            now
        }

        async fn sleep_until(&self, _: Timestamp) {}
    }

    /// A Recall that notes idempotency keys and accepts every call.
    #[derive(Default)]
    struct Accepting(Mutex<Vec<String>>);

    impl Accepting {
        fn note(&self, call: &str) {
            let mut calls = self.0.lock().expect("no test thread panicked");
            calls.push(call.to_owned());
        }
    }

    impl Bots for Accepting {
        async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
            self.note(&request.idempotency_key.0);
            Ok(BotReply::Done(Vec::new()))
        }

        async fn unschedule(&self, _: &EventId) -> Result<BotReply, PortError> {
            self.note("unschedule");
            Ok(BotReply::Done(Vec::new()))
        }

        async fn bots_of(&self, _: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
            self.note("bots_of");
            Ok(None)
        }

        async fn leave_call(&self, _: &BotId) -> Result<LeaveReply, PortError> {
            self.note("leave_call");
            Ok(LeaveReply::Left)
        }
    }

    fn call(recall: &Accepting, row: Decision, calls_until: Timestamp) -> CompletedCall {
        let attempt = CallAttempt::of(&row, at("09:30")).expect("it is due");
        let clock = Ticking::from(at("09:30"));
        let caller = BotCaller {
            recall,
            clock: &clock,
        };
        let call = caller.call(PlannedCall { row, attempt }, calls_until, 0.5);
        call.now_or_never().expect("no port waits")
    }

    #[test]
    fn a_call_is_timed_and_its_response_classified() {
        let recall = Accepting::default();
        let completed = call(&recall, a_decision(), at("09:31"));
        assert_eq!(completed.took, Some(Duration::from_secs(1)));
        assert!(matches!(
            completed.outcome,
            CallOutcome::Result(CallResult::Done(_))
        ));
    }

    #[test]
    fn no_call_is_made_once_the_lease_is_too_short() {
        let recall = Accepting::default();
        let completed = call(&recall, a_decision(), at("09:30"));
        assert!(matches!(completed.outcome, CallOutcome::NotMade));
        assert_eq!(completed.took, None);
        assert!(recall.0.lock().expect("no panic").is_empty());
    }

    #[test]
    fn each_attempt_has_an_idempotency_key_of_its_own() {
        let recall = Accepting::default();
        let second = a_decision().with(|row| row.attempts.count = 1);
        for row in [a_decision(), a_decision(), second] {
            call(&recall, row, at("09:31"));
        }
        let keys = recall.0.lock().expect("no panic");
        assert_eq!(keys[0], keys[1]);
        assert_ne!(keys[1], keys[2]);
    }
}
