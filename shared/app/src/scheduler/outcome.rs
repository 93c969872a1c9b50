//! The outcome of a call: what Recall's response means for the row, and how long
//! the row waits.

use std::time::Duration;

use callsheet_domain::{BotEntry, Call, CallAttempt, CallResult};

use crate::ports::{BotReply, LeaveReply};
use crate::{PortError, Service};

/// The first retry is made within this time.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// No retry is made later than this.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// How soon a bot may be free again, as Recall's documentation says.
const BOT_FREE: Duration = Duration::from_secs(30);
/// No retry to send a bot out of a call is made later than this: a meeting is
/// being recorded that should not be.
const LONGEST_STAY: Duration = Duration::from_secs(15);
/// A row whose call was blocked is set aside for half of this at least. A
/// blocked payload stays blocked until the title or the policy changes, and then
/// the row is called at once. The wait is for a key that gets its rights back.
const FIRST_SET_ASIDE: Duration = Duration::from_mins(4);
/// No blocked row is set aside for longer than this.
const LONGEST_SET_ASIDE: Duration = Duration::from_mins(10);

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
    /// A result that is written to the row.
    Result(CallResult),
    /// Calls of this operation must wait; the row stays as it was.
    Throttled(Duration),
    /// This one call was blocked: its row is set aside.
    Blocked {
        /// The service that blocked it.
        service: Service,
        /// Why.
        reason: String,
        /// How long the row is set aside.
        wait: Duration,
    },
    /// Our key is denied: the run stops, the row stays due.
    Denied(PortError),
    /// It was not made: another copy of the meeting wants the bot.
    Shared,
    /// It was not made: the lease does not last long enough.
    NotMade,
}

/// Classifies the response to a call. `attempt` counts from zero, and
/// `fraction`, from 0 to 1, spreads the retries.
pub(super) fn classify(
    response: Result<Response, PortError>,
    call: &CallAttempt,
    attempt: u32,
    fraction: f64,
) -> CallOutcome {
    match response {
        Ok(Response::Bot(reply)) => CallOutcome::Result(of_bot(reply, call, attempt, fraction)),
        Ok(Response::Bots(bots)) => CallOutcome::Result(CallResult::Done(bots.unwrap_or_default())),
        // A bot that does not exist or is finished is in no call.
        Ok(Response::Leave(LeaveReply::Left | LeaveReply::NoSuchBot | LeaveReply::Finished)) => {
            CallOutcome::Result(CallResult::Done(Vec::new()))
        }
        Ok(Response::Leave(LeaveReply::Refused(reason))) => {
            CallOutcome::Result(CallResult::Again {
                reason,
                wait: backoff(attempt, fraction).min(LONGEST_STAY),
            })
        }
        Err(PortError::Throttled { wait, .. }) => CallOutcome::Throttled(wait),
        Err(error @ PortError::Denied { .. }) => CallOutcome::Denied(error),
        Err(PortError::Blocked { service, reason }) => CallOutcome::Blocked {
            service,
            reason,
            wait: within_stay(set_aside(attempt, fraction), call),
        },
        Err(
            error @ (PortError::Unavailable { .. }
            | PortError::Unreadable { .. }
            | PortError::Unwritable { .. }),
        ) => CallOutcome::Result(CallResult::Again {
            reason: error.to_string(),
            wait: within_stay(backoff(attempt, fraction), call),
        }),
    }
}

/// The wait; at most [`LONGEST_STAY`] if the call is needed to send a bot out of
/// its meeting.
fn within_stay(wait: Duration, call: &CallAttempt) -> Duration {
    match call.call {
        Call::Find | Call::Leave(_) => wait.min(LONGEST_STAY),
        Call::Schedule(_) | Call::Unschedule => wait,
    }
}

fn of_bot(reply: BotReply, call: &CallAttempt, attempt: u32, fraction: f64) -> CallResult {
    match reply {
        BotReply::Done(bots) => CallResult::Done(bots),
        BotReply::Refused(reason) => CallResult::Refused(reason),
        BotReply::NoSuchEvent => match call.call {
            Call::Schedule(_) => CallResult::Refused("Recall does not know the event".to_owned()),
            // An event that does not exist has no bot.
            _ => CallResult::Done(Vec::new()),
        },
        BotReply::Busy => CallResult::Again {
            reason: "another call for the same bot was in flight".to_owned(),
            wait: backoff(attempt, fraction),
        },
        BotReply::NoneFree(wait) => CallResult::Again {
            reason: "no bot was free so shortly before the start".to_owned(),
            wait: wait.unwrap_or(BOT_FREE),
        },
        BotReply::Dispatched => CallResult::Dispatched,
    }
}

/// Exponential backoff with full jitter.
fn backoff(attempt: u32, fraction: f64) -> Duration {
    let ceiling = doubled(FIRST_WAIT, attempt).min(LONGEST_WAIT);
    ceiling.mul_f64(fraction.clamp(0.0, 1.0))
}

/// Exponential backoff of at least half its ceiling: a blocked row must never
/// be called again at once.
fn set_aside(attempt: u32, fraction: f64) -> Duration {
    let half = doubled(FIRST_SET_ASIDE, attempt).min(LONGEST_SET_ASIDE) / 2;
    half + half.mul_f64(fraction.clamp(0.0, 1.0))
}

fn doubled(first: Duration, attempt: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(attempt))
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{BotId, Cause, Generation};
    use test_case::test_case;

    fn attempt_of(call: Call) -> CallAttempt {
        CallAttempt {
            call,
            generation: Generation(1),
            cause: Cause::Unwanted,
            is_late: false,
        }
    }

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

    fn wait_of(outcome: &CallOutcome) -> Option<Duration> {
        match outcome {
            CallOutcome::Result(CallResult::Again { wait, .. })
            | CallOutcome::Blocked { wait, .. } => Some(*wait),
            _ => None,
        }
    }

    fn stays() -> Response {
        Response::Leave(LeaveReply::Refused("not started".to_owned()))
    }

    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::Busy)), 0, Some(1); "another call in flight")]
    #[test_case(Call::Unschedule, Err(unavailable()), 3, Some(8); "each failure doubles the ceiling")]
    #[test_case(Call::Unschedule, Err(unavailable()), 40, Some(150); "up to five minutes")]
    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::NoneFree(None))), 9, Some(30); "no bot is free")]
    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::NoneFree(Some(Duration::from_secs(7))))), 0, Some(7); "no bot is free, and Recall says for how long")]
    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::Refused("ended".to_owned()))), 0, None; "refused")]
    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::Dispatched)), 0, None; "already dispatched")]
    #[test_case(leaving(), Ok(stays()), 1, Some(2); "a bot that is not in its call yet")]
    #[test_case(leaving(), Ok(stays()), 40, Some(15); "a declined meeting is not recorded for long")]
    #[test_case(leaving(), Err(unavailable()), 40, Some(15); "nor while Recall does not answer")]
    #[test_case(Call::Find, Err(unavailable()), 40, Some(15); "nor while its bot is being found")]
    #[test_case(Call::Unschedule, Err(blocked()), 0, Some(180); "a blocked call is set aside for minutes")]
    #[test_case(Call::Unschedule, Err(blocked()), 1, Some(360); "for longer with each time")]
    #[test_case(Call::Unschedule, Err(blocked()), 40, Some(450); "up to ten minutes")]
    #[test_case(leaving(), Err(blocked()), 40, Some(15); "unless a bot is to leave")]
    fn waits(
        call: Call,
        response: Result<Response, PortError>,
        attempt: u32,
        seconds: Option<u64>,
    ) {
        let outcome = classify(response, &attempt_of(call), attempt, 0.5);
        assert_eq!(wait_of(&outcome), seconds.map(Duration::from_secs));
    }

    #[test]
    fn a_blocked_call_is_never_retried_at_once() {
        let outcome = classify(Err(blocked()), &attempt_of(Call::Unschedule), 0, 0.0);
        assert_eq!(wait_of(&outcome), Some(Duration::from_mins(2)));
    }

    #[test_case(Call::Unschedule, Ok(Response::Bot(BotReply::NoSuchEvent)); "an event that is gone has no bot to unschedule")]
    #[test_case(leaving(), Ok(Response::Leave(LeaveReply::NoSuchBot)); "a bot that is gone is in no call")]
    #[test_case(leaving(), Ok(Response::Leave(LeaveReply::Finished)); "a bot that is finished is in no call")]
    #[test_case(leaving(), Ok(Response::Leave(LeaveReply::Left)); "a bot that leaves")]
    #[test_case(Call::Find, Ok(Response::Bots(None)); "an event that is gone lists none")]
    fn is_done(call: Call, response: Result<Response, PortError>) {
        let outcome = classify(response, &attempt_of(call), 0, 0.0);
        assert!(matches!(outcome, CallOutcome::Result(CallResult::Done(bots)) if bots.is_empty()));
    }
}
