//! What each answer of Recall means for the row it was given to.

use std::time::Duration;

use callsheet_domain::{Answered, Call, Sent};

use crate::PortError;
use crate::ports::BotAnswer;

/// The first retry comes within this time.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// No retry comes later than this.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// How soon a bot may be free again, by Recall's own word.
const BOT_FREE: Duration = Duration::from_secs(30);

/// What a call came to.
#[derive(Debug)]
pub(super) enum Came {
    /// Something to be written down on the row.
    Answered(Answered),
    /// Calls of this kind must wait; the row is as it was.
    Throttled(Duration),
    /// We are denied: the drain stops, the row stays due.
    Denied(PortError),
}

/// Reads an answer to the `attempt`th call (from nought), with chance `fraction`.
pub(super) fn read(
    answer: Result<BotAnswer, PortError>,
    sent: &Sent,
    attempt: u32,
    fraction: f64,
) -> Came {
    let again = |reason: String, wait: Duration| Came::Answered(Answered::Again { reason, wait });
    match answer {
        Ok(BotAnswer::Done(bots)) => Came::Answered(Answered::Done(bots)),
        Ok(BotAnswer::Refused(reason)) => Came::Answered(Answered::Refused(reason)),
        Ok(BotAnswer::NoSuchEvent) => Came::Answered(match sent.call {
            Call::Schedule(_) => Answered::Refused("Recall does not know the event".to_owned()),
            // Where there is no event there is no bot of it.
            Call::Unschedule => Answered::Done(Vec::new()),
        }),
        Ok(BotAnswer::Busy) => again(
            "another call for the same bot was in flight".to_owned(),
            backoff(attempt, fraction),
        ),
        Ok(BotAnswer::NoneFree(told)) => again(
            "no bot was free at such short notice".to_owned(),
            told.unwrap_or(BOT_FREE),
        ),
        Ok(BotAnswer::Dispatched) => Came::Answered(Answered::Refused(
            "the bot is already on its way".to_owned(),
        )),
        Err(PortError::Throttled { wait, .. }) => Came::Throttled(wait),
        Err(error @ PortError::Denied { .. }) => Came::Denied(error),
        Err(error @ (PortError::Unavailable { .. } | PortError::Unreadable { .. })) => {
            again(error.to_string(), backoff(attempt, fraction))
        }
    }
}

/// Exponential backoff with full jitter.
fn backoff(attempt: u32, fraction: f64) -> Duration {
    let ceiling = FIRST_WAIT
        .saturating_mul(2_u32.saturating_pow(attempt))
        .min(LONGEST_WAIT);
    ceiling.mul_f64(fraction.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{Cause, Generation};
    use test_case::test_case;

    fn unscheduling() -> Sent {
        Sent {
            call: Call::Unschedule,
            generation: Generation(1),
            cause: Cause::Unwanted,
            is_late: false,
        }
    }

    fn unavailable() -> PortError {
        PortError::Unavailable {
            service: "Recall",
            reason: "cut".to_owned(),
            source: None,
        }
    }

    fn wait_of(came: &Came) -> Option<Duration> {
        match came {
            Came::Answered(Answered::Again { wait, .. }) => Some(*wait),
            _ => None,
        }
    }

    #[test_case(Ok(BotAnswer::Busy), 0, Some(1); "another call in flight")]
    #[test_case(Err(unavailable()), 3, Some(8); "each failure doubles the ceiling")]
    #[test_case(Err(unavailable()), 40, Some(150); "up to five minutes")]
    #[test_case(Ok(BotAnswer::NoneFree(None)), 9, Some(30); "no bot is free")]
    #[test_case(Ok(BotAnswer::NoneFree(Some(Duration::from_secs(7)))), 0, Some(7); "no bot is free, and we are told")]
    #[test_case(Ok(BotAnswer::Refused("ended".to_owned())), 0, None; "refused")]
    #[test_case(Ok(BotAnswer::Dispatched), 0, None; "on its way")]
    fn waits(answer: Result<BotAnswer, PortError>, attempt: u32, seconds: Option<u64>) {
        let came = read(answer, &unscheduling(), attempt, 0.5);
        assert_eq!(wait_of(&came), seconds.map(Duration::from_secs));
    }

    #[test]
    fn an_event_that_is_gone_has_no_bot_to_take_away() {
        let came = read(Ok(BotAnswer::NoSuchEvent), &unscheduling(), 0, 0.0);
        assert!(matches!(came, Came::Answered(Answered::Done(bots)) if bots.is_empty()));
    }
}
