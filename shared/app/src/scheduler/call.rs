//! Calls Recall for one row.

use std::time::Duration;

use callsheet_domain::{Call, CallAttempt, Decision, Timestamp, WantedBot};

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
        let response = self.send(&row, &attempt, began).await;
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

    async fn send(
        &self,
        row: &Decision,
        attempt: &CallAttempt,
        began: Timestamp,
    ) -> Result<Response, PortError> {
        let event_id = &row.key.event_id;
        Ok(match &attempt.call {
            Call::Schedule(bot) => {
                let request = ScheduleRequest {
                    event_id,
                    bot,
                    idempotency_key: idempotency_key(row, bot, began),
                };
                Response::Bot(self.recall.schedule(&request).await?)
            }
            Call::Unschedule => Response::Bot(self.recall.unschedule(event_id).await?),
            Call::Find => Response::Bots(self.recall.bots_of(event_id).await?),
            Call::Leave(bot_id) => Response::Leave(self.recall.leave_call(bot_id).await?),
        })
    }
}

/// A new attempt is a new request. It is named by its instant, too: a row that was deleted,
/// or restored to an earlier time, counts generations and attempts that were made before.
fn idempotency_key(row: &Decision, bot: &WantedBot, began: Timestamp) -> IdempotencyKey {
    let (event, generation, attempt) = (&row.key.event_id, row.generation.0, row.attempts.count);
    let (bot, began) = (bot.deduplication_key.digest(), began.as_microsecond());
    IdempotencyKey(format!("{event}-{generation}-{attempt}-{began}-{bot}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{BotReply, LeaveReply};
    use callsheet_domain::{
        BotEntry, BotId, CallResult, DeduplicationKey, EventId, Generation, Wanted,
    };
    use callsheet_testkit::{With as _, a_decision, at};
    use futures_util::FutureExt as _;
    use std::collections::HashSet;
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
        call_at(at("09:30"), recall, row, calls_until)
    }

    fn call_at(
        now: Timestamp,
        recall: &Accepting,
        row: Decision,
        calls_until: Timestamp,
    ) -> CompletedCall {
        let attempt = CallAttempt::of(&row, now).expect("it is due");
        let clock = Ticking::from(now);
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
        let another_bot = a_decision().with(|row| {
            if let Wanted::Bot(bot) = &mut row.wanted {
                bot.deduplication_key = DeduplicationKey::parse("another").expect("a key");
            }
        });
        let rows = [
            a_decision(),
            a_decision().with(|row| row.attempts.count = 1),
            a_decision().with(|row| row.generation = Generation(2)),
            another_bot,
        ];
        for row in rows {
            call(&recall, row, at("09:31"));
        }
        // As if the row had been deleted, or restored to an earlier time.
        call_at(at("09:30:00.000001"), &recall, a_decision(), at("09:31"));
        let keys = recall.0.lock().expect("no panic");
        let distinct: HashSet<&String> = keys.iter().collect();
        assert_eq!((keys.len(), distinct.len()), (5, 5), "{keys:?}");
    }
}
