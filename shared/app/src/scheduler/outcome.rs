//! The outcome of a call: what Recall's response means for the row.

use std::time::Duration;

use callsheet_domain::{BotEntry, Call, CallResult};

use crate::ports::{BotReply, LeaveReply};
use crate::scheduler::access::Answer;
use crate::scheduler::waits::Waits;
use crate::{PortError, Service};

/// How soon a bot may be free again, as Recall's documentation says.
const BOT_FREE: Duration = Duration::from_secs(30);
/// Recall's response to a call.
#[derive(Debug)]
pub(super) enum Response {
    /// To scheduling or unscheduling a bot.
    Bot(BotReply),
    /// To a query for an event's bots; none if Recall does not know the event.
    Bots(Option<Vec<BotEntry>>),
    /// To sending a bot out of its call.
    Leave(LeaveReply),
}

/// The outcome of a call.
#[derive(Debug)]
pub(super) enum CallOutcome {
    /// Recall let the call through; the result is written to the row.
    Result(CallResult),
    /// Recall was busy or did not answer, or not in its published form. The row
    /// waits.
    Unanswered {
        /// Why.
        reason: String,
        /// How long the row waits.
        wait: Duration,
    },
    /// Calls of this operation must wait; the row stays as it was.
    Throttled(Duration),
    /// This one call was blocked: its row is set aside.
    Blocked {
        /// Why.
        reason: String,
        /// How long the row is set aside.
        wait: Duration,
    },
    /// Our key is denied, for this reason: the run stops, the row stays due.
    Denied(String),
    /// It was not made: another copy of the meeting wants the bot.
    Shared,
    /// It was not made: the lease does not last long enough, or the row was written instead.
    NotMade,
    /// It was not made: the table does not accept the row that was to be written instead.
    Unwritable(String),
}

/// Classifies the response to a call, after which the row waits as `waits` say,
/// unless Recall says for how long.
pub(super) fn classify(
    response: Result<Response, PortError>,
    call: &Call,
    waits: Waits,
) -> CallOutcome {
    match response {
        Ok(Response::Bot(reply)) => CallOutcome::Result(of_bot(reply, call, waits)),
        Ok(Response::Bots(bots)) => CallOutcome::Result(CallResult::Done(bots.unwrap_or_default())),
        // A bot that does not exist or is finished is in no call.
        Ok(Response::Leave(LeaveReply::Left | LeaveReply::NoSuchBot | LeaveReply::Finished)) => {
            CallOutcome::Result(CallResult::Done(Vec::new()))
        }
        Ok(Response::Leave(LeaveReply::Refused(reason))) => {
            CallOutcome::Result(CallResult::Again {
                reason,
                wait: waits.backoff(),
            })
        }
        Err(PortError::Throttled { wait, .. }) => CallOutcome::Throttled(wait),
        Err(PortError::Denied {
            service: Service::Recall,
            reason,
        }) => CallOutcome::Denied(reason),
        Err(PortError::Blocked { reason, .. }) => CallOutcome::Blocked {
            reason,
            wait: waits.set_aside(),
        },
        Err(
            error @ (PortError::Unavailable { .. }
            | PortError::Denied { .. }
            | PortError::Unreadable { .. }
            | PortError::Unwritable { .. }),
        ) => CallOutcome::Unanswered {
            reason: error.to_string(),
            wait: waits.backoff(),
        },
    }
}

impl CallOutcome {
    /// What Recall's answer shows about our access; none if no call was made.
    pub(super) fn answer(&self) -> Option<Answer> {
        match self {
            Self::Result(_) => Some(Answer::LetThrough),
            Self::Unanswered { .. } | Self::Throttled(_) => Some(Answer::Unclear),
            Self::Blocked { .. } | Self::Denied(_) => Some(Answer::Refused),
            Self::Shared | Self::NotMade | Self::Unwritable(_) => None,
        }
    }
}

fn of_bot(reply: BotReply, call: &Call, waits: Waits) -> CallResult {
    match reply {
        BotReply::Done(bots) => CallResult::Done(bots),
        BotReply::Refused(reason) => CallResult::Refused(reason),
        BotReply::NoSuchEvent => match call {
            Call::Schedule(_) => CallResult::Refused("Recall does not know the event".to_owned()),
            // An event that does not exist has no bot.
            _ => CallResult::Done(Vec::new()),
        },
        BotReply::Busy => CallResult::Again {
            reason: "another call for the same bot was in flight".to_owned(),
            wait: waits.backoff(),
        },
        BotReply::NoneFree(wait) => CallResult::Again {
            reason: "no bot was free so shortly before the start".to_owned(),
            wait: wait.unwrap_or(BOT_FREE),
        },
        BotReply::Dispatched => CallResult::Dispatched,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{BotId, CallAttempt};
    use callsheet_testkit::{With as _, a_decision, at};
    use test_case::test_case;

    fn leaving() -> Call {
        Call::Leave(BotId::parse("bot-1").expect("an id"))
    }

    fn unavailable() -> PortError {
        PortError::Unavailable {
            service: Service::Recall,
            reason: "cut".to_owned(),
            source: None,
        }
    }

    fn blocked() -> PortError {
        PortError::Blocked {
            service: Service::Recall,
            reason: "403".to_owned(),
        }
    }

    /// The outcome of a call for a row that failed three times, half an hour before
    /// its start.
    fn outcome(call: &Call, response: Result<Response, PortError>) -> CallOutcome {
        let row = a_decision().with(|row| row.attempts.count = 3);
        let attempt = CallAttempt::of(&row, at("09:30")).expect("it is due");
        let attempt = CallAttempt {
            call: call.clone(),
            ..attempt
        };
        classify(
            response,
            call,
            Waits::after(&attempt, &row, at("09:30"), 0.5),
        )
    }

    fn wait_of(outcome: &CallOutcome) -> Option<Duration> {
        match outcome {
            CallOutcome::Result(CallResult::Again { wait, .. })
            | CallOutcome::Unanswered { wait, .. }
            | CallOutcome::Blocked { wait, .. }
            | CallOutcome::Throttled(wait) => Some(*wait),
            _ => None,
        }
    }

    fn stays() -> Response {
        Response::Leave(LeaveReply::Refused("not started".to_owned()))
    }

    fn denied(service: Service) -> PortError {
        PortError::Denied {
            service,
            reason: "denied".to_owned(),
        }
    }

    fn throttled() -> PortError {
        PortError::Throttled {
            service: Service::Recall,
            wait: Duration::from_mins(1),
        }
    }

    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::Busy)), Some(8); "another call in flight")]
    #[test_case(Call::Unschedule, Err(unavailable()), Some(8); "no answer")]
    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::NoneFree(None))), Some(30); "no bot is free")]
    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::NoneFree(Some(Duration::from_mins(9))))), Some(540); "no bot is free, and Recall says for how long")]
    #[test_case(Call::Unschedule, Err(throttled()), Some(60); "rate limited, and Recall says for how long")]
    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::Refused("ended".to_owned()))), None; "refused")]
    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::Dispatched)), None; "already dispatched")]
    #[test_case(leaving(), Ok(stays()), Some(7); "a bot that is not in its call yet")]
    #[test_case(leaving(), Err(unavailable()), Some(7); "a bot that is to leave while Recall does not answer")]
    #[test_case(Call::Find, Err(unavailable()), Some(7); "a bot that is to be found")]
    #[test_case(Call::Unschedule, Err(blocked()), Some(135); "a blocked call")]
    #[test_case(leaving(), Err(blocked()), Some(11); "a blocked call that has a bot leave")]
    fn waits(call: Call, response: Result<Response, PortError>, seconds: Option<u64>) {
        let outcome = outcome(&call, response);
        assert_eq!(wait_of(&outcome).map(|wait| wait.as_secs()), seconds);
    }

    /// A key that is denied gets none of these answers but the last four.
    #[test_case(Ok(Response::Bot(BotReply::Done(Vec::new()))), Answer::LetThrough; "done")]
    #[test_case(Ok(Response::Bot(BotReply::Refused("ended".to_owned()))), Answer::LetThrough; "refused for good")]
    #[test_case(Ok(Response::Bot(BotReply::Busy)), Answer::LetThrough; "another call in flight")]
    #[test_case(Ok(Response::Bot(BotReply::NoneFree(None))), Answer::LetThrough; "no bot is free")]
    #[test_case(Ok(stays()), Answer::LetThrough; "a bot that is not in its call yet")]
    #[test_case(Err(unavailable()), Answer::Unclear; "no answer")]
    #[test_case(Err(throttled()), Answer::Unclear; "rate limited")]
    #[test_case(Err(blocked()), Answer::Refused; "blocked")]
    #[test_case(Err(denied(Service::Recall)), Answer::Refused; "denied")]
    fn shows(response: Result<Response, PortError>, answer: Answer) {
        let outcome = outcome(&Call::Unschedule, response);
        assert_eq!(outcome.answer(), Some(answer));
    }

    #[test]
    fn only_a_denial_by_recall_stops_the_run() {
        let by_recall = outcome(&Call::Unschedule, Err(denied(Service::Recall)));
        assert!(matches!(by_recall, CallOutcome::Denied(_)), "{by_recall:?}");
        let by_another = outcome(&Call::Unschedule, Err(denied(Service::DynamoDb)));
        assert_eq!(wait_of(&by_another), Some(Duration::from_secs(8)));
    }

    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::NoSuchEvent)); "an event that is gone has no bot to unschedule")]
    #[test_case(leaving(), Ok(Response::Leave(LeaveReply::NoSuchBot)); "a bot that is gone is in no call")]
    #[test_case(leaving(), Ok(Response::Leave(LeaveReply::Finished)); "a bot that is finished is in no call")]
    #[test_case(leaving(), Ok(Response::Leave(LeaveReply::Left)); "a bot that leaves")]
    #[test_case(Call::Find, Ok(Response::Bots(None)); "an event that is gone lists none")]
    fn is_done(call: Call, response: Result<Response, PortError>) {
        let outcome = outcome(&call, response);
        assert!(matches!(outcome, CallOutcome::Result(CallResult::Done(bots)) if bots.is_empty()));
    }
}
