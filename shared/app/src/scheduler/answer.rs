//! What each answer of Recall means for the row it was given to.

use std::time::Duration;

use callsheet_domain::{BotEntry, Call, CallAttempt, CallResult};

use crate::PortError;
use crate::ports::{BotReply, LeaveReply};

/// The first retry comes within this time.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// No retry comes later than this.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// How soon a bot may be free again, by Recall's own word.
const BOT_FREE: Duration = Duration::from_secs(30);
/// No try to send a bot out of a call comes later than this: somebody is being
/// recorded who said no.
const LONGEST_STAY: Duration = Duration::from_secs(15);
/// A row whose call was blocked is set aside for half of this at least. Its
/// payload stays blocked until the title or the policy changes, which calls at
/// once; this wait is for a key that may do this again.
const FIRST_SET_ASIDE: Duration = Duration::from_mins(4);
/// No blocked row is set aside for longer than this.
const LONGEST_SET_ASIDE: Duration = Duration::from_mins(10);

/// What Recall said to a call.
#[derive(Debug)]
pub(super) enum Said {
    /// To scheduling or taking away.
    Bot(BotReply),
    /// To which bots an event has.
    Listed(Option<Vec<BotEntry>>),
    /// To sending a bot out of its call.
    Leave(LeaveReply),
}

/// What a call came to.
#[derive(Debug)]
pub(super) enum Came {
    /// Something to be written down on the row.
    CallResult(CallResult),
    /// Calls of this kind must wait; the row is as it was.
    Throttled(Duration),
    /// This one call was blocked: its row is set aside.
    Blocked {
        /// The service that blocked it.
        service: &'static str,
        /// Why.
        reason: String,
        /// How long the row is set aside.
        wait: Duration,
    },
    /// We are denied: the drain stops, the row stays due.
    Denied(PortError),
    /// It was not made: another copy of the meeting wants the bot.
    Shared,
    /// It was not made: the lease is not ours for long enough.
    NotMade,
}

/// Reads an answer to the `attempt`th call (from nought), with chance `fraction`.
pub(super) fn read(
    said: Result<Said, PortError>,
    sent: &CallAttempt,
    attempt: u32,
    fraction: f64,
) -> Came {
    match said {
        Ok(Said::Bot(answer)) => Came::CallResult(of_bot(answer, sent, attempt, fraction)),
        Ok(Said::Listed(bots)) => Came::CallResult(CallResult::Done(bots.unwrap_or_default())),
        // Where there is no such bot it is in no call.
        Ok(Said::Leave(LeaveReply::Left | LeaveReply::NoSuchBot)) => {
            Came::CallResult(CallResult::Done(Vec::new()))
        }
        Ok(Said::Leave(LeaveReply::Refused(reason))) => Came::CallResult(CallResult::Again {
            reason,
            wait: backoff(attempt, fraction).min(LONGEST_STAY),
        }),
        Err(PortError::Throttled { wait, .. }) => Came::Throttled(wait),
        Err(error @ PortError::Denied { .. }) => Came::Denied(error),
        Err(PortError::Blocked { service, reason }) => Came::Blocked {
            service,
            reason,
            wait: within_stay(set_aside(attempt, fraction), sent),
        },
        Err(error @ (PortError::Unavailable { .. } | PortError::Unreadable { .. })) => {
            Came::CallResult(CallResult::Again {
                reason: error.to_string(),
                wait: within_stay(backoff(attempt, fraction), sent),
            })
        }
    }
}

/// The wait, unless the call is for a bot to leave: then no longer than it may stay.
fn within_stay(wait: Duration, sent: &CallAttempt) -> Duration {
    match sent.call {
        Call::Find | Call::Leave(_) => wait.min(LONGEST_STAY),
        Call::Schedule(_) | Call::Unschedule => wait,
    }
}

fn of_bot(answer: BotReply, sent: &CallAttempt, attempt: u32, fraction: f64) -> CallResult {
    match answer {
        BotReply::Done(bots) => CallResult::Done(bots),
        BotReply::Refused(reason) => CallResult::Refused(reason),
        BotReply::NoSuchEvent => match sent.call {
            Call::Schedule(_) => CallResult::Refused("Recall does not know the event".to_owned()),
            // Where there is no event there is no bot of it.
            _ => CallResult::Done(Vec::new()),
        },
        BotReply::Busy => CallResult::Again {
            reason: "another call for the same bot was in flight".to_owned(),
            wait: backoff(attempt, fraction),
        },
        BotReply::NoneFree(told) => CallResult::Again {
            reason: "no bot was free at such short notice".to_owned(),
            wait: told.unwrap_or(BOT_FREE),
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

    fn sent(call: Call) -> CallAttempt {
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
            service: "Recall",
            reason: "cut".to_owned(),
            source: None,
        }
    }

    fn blocked() -> PortError {
        PortError::Blocked {
            service: "Recall",
            reason: "403".to_owned(),
        }
    }

    fn wait_of(came: &Came) -> Option<Duration> {
        match came {
            Came::CallResult(CallResult::Again { wait, .. }) | Came::Blocked { wait, .. } => {
                Some(*wait)
            }
            _ => None,
        }
    }

    fn stays() -> Said {
        Said::Leave(LeaveReply::Refused("not started".to_owned()))
    }

    #[test_case(Call::Unschedule, Ok(Said::Bot(BotReply::Busy)), 0, Some(1); "another call in flight")]
    #[test_case(Call::Unschedule, Err(unavailable()), 3, Some(8); "each failure doubles the ceiling")]
    #[test_case(Call::Unschedule, Err(unavailable()), 40, Some(150); "up to five minutes")]
    #[test_case(Call::Unschedule, Ok(Said::Bot(BotReply::NoneFree(None))), 9, Some(30); "no bot is free")]
    #[test_case(Call::Unschedule, Ok(Said::Bot(BotReply::NoneFree(Some(Duration::from_secs(7))))), 0, Some(7); "no bot is free, and we are told")]
    #[test_case(Call::Unschedule, Ok(Said::Bot(BotReply::Refused("ended".to_owned()))), 0, None; "refused")]
    #[test_case(Call::Unschedule, Ok(Said::Bot(BotReply::Dispatched)), 0, None; "on its way")]
    #[test_case(leaving(), Ok(stays()), 1, Some(2); "a bot that is not in its call yet")]
    #[test_case(leaving(), Ok(stays()), 40, Some(15); "nobody stays recorded for long")]
    #[test_case(leaving(), Err(unavailable()), 40, Some(15); "nor while Recall does not answer")]
    #[test_case(Call::Find, Err(unavailable()), 40, Some(15); "nor while it is looked for")]
    #[test_case(Call::Unschedule, Err(blocked()), 0, Some(180); "a blocked call is set aside for minutes")]
    #[test_case(Call::Unschedule, Err(blocked()), 1, Some(360); "for longer with each time")]
    #[test_case(Call::Unschedule, Err(blocked()), 40, Some(450); "up to ten minutes")]
    #[test_case(leaving(), Err(blocked()), 40, Some(15); "unless a bot is to leave")]
    fn waits(call: Call, said: Result<Said, PortError>, attempt: u32, seconds: Option<u64>) {
        let came = read(said, &sent(call), attempt, 0.5);
        assert_eq!(wait_of(&came), seconds.map(Duration::from_secs));
    }

    #[test]
    fn a_blocked_call_is_never_made_again_at_once() {
        let came = read(Err(blocked()), &sent(Call::Unschedule), 0, 0.0);
        assert_eq!(wait_of(&came), Some(Duration::from_mins(2)));
    }

    #[test_case(Call::Unschedule, Ok(Said::Bot(BotReply::NoSuchEvent)); "an event that is gone has no bot to take away")]
    #[test_case(leaving(), Ok(Said::Leave(LeaveReply::NoSuchBot)); "a bot that is gone is in no call")]
    #[test_case(leaving(), Ok(Said::Leave(LeaveReply::Left)); "a bot that leaves")]
    #[test_case(Call::Find, Ok(Said::Listed(None)); "an event that is gone lists none")]
    fn is_done(call: Call, said: Result<Said, PortError>) {
        let came = read(said, &sent(call), 0, 0.0);
        assert!(matches!(came, Came::CallResult(CallResult::Done(bots)) if bots.is_empty()));
    }
}
