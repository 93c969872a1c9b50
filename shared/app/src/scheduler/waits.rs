//! How long a row waits before its call is repeated.
//!
//! Waits double with each attempt and are spread by chance, so that an outage is
//! not followed by a storm. But no wait outlasts the time that is left: a bot that
//! is scheduled after its meeting's start, or unscheduled after it has joined, is
//! too late. So each wait is at most a tenth of the time until the start, and at
//! most 15 s from ten minutes before the start on. An outage that ends two minutes
//! before a meeting is over for that meeting a quarter of a minute later.
//!
//! After the start the same holds the other way round, the limit grows again; but
//! a bot that is to leave is never waited for longer than 15 s, since a meeting is
//! being recorded that should not be.
//!
//! The start is that of the wanted bot or of the applied one, whichever is nearer:
//! a bot that is to be moved must not join at its old time.

use std::time::Duration;

use callsheet_domain::{Call, CallAttempt, Decision, Timestamp, Wanted};

/// The first retry is made within this time.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// No retry is made later than this.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// A row whose call was blocked is set aside for half of this at least. A
/// blocked payload stays blocked until the title or the policy changes, and then
/// the row is called at once. The wait is for a key that gets its rights back.
const FIRST_SET_ASIDE: Duration = Duration::from_mins(4);
/// No blocked row is set aside for longer than this.
const LONGEST_SET_ASIDE: Duration = Duration::from_mins(10);
/// The longest wait near the start of the meeting.
const LONGEST_NEAR_START: Duration = Duration::from_secs(15);
/// How near that is.
const NEAR_START: Duration = Duration::from_mins(10);
/// Farther from the start, a wait is at most one part in this many of the distance.
const SHARE: u32 = 10;

/// The waits of one row after one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// Earlier calls for the generation.
    attempts: u32,
    /// From 0 to 1: spreads the waits.
    fraction: f64,
    /// The limit that follows from the start.
    limit: Duration,
}

impl Waits {
    /// The waits after `attempt` for `row`, which ended at `now`.
    pub(super) fn after(
        attempt: &CallAttempt,
        row: &Decision,
        now: Timestamp,
        fraction: f64,
    ) -> Self {
        Self {
            attempts: row.attempts.count,
            fraction: fraction.clamp(0.0, 1.0),
            limit: limit(&attempt.call, row, now),
        }
    }

    /// Exponential backoff with full jitter.
    pub(super) fn backoff(self) -> Duration {
        self.ceiling(FIRST_WAIT, LONGEST_WAIT)
            .mul_f64(self.fraction)
    }

    /// Exponential backoff of at least half its ceiling: a blocked row must never
    /// be called again at once.
    pub(super) fn set_aside(self) -> Duration {
        let half = self.ceiling(FIRST_SET_ASIDE, LONGEST_SET_ASIDE) / 2;
        half + half.mul_f64(self.fraction)
    }

    fn ceiling(self, first: Duration, longest: Duration) -> Duration {
        let doubled = first.saturating_mul(2_u32.saturating_pow(self.attempts));
        doubled.min(longest).min(self.limit)
    }
}

/// The longest wait after `call` that ended at `now`.
fn limit(call: &Call, row: &Decision, now: Timestamp) -> Duration {
    let applied = row.applied.bot().map(|bot| bot.starts_at);
    let must_leave = match call {
        Call::Schedule(_) => false,
        // A bot whose start is past may be in the call, or on its way.
        Call::Unschedule => applied.is_some_and(|start| start <= now),
        Call::Find | Call::Leave(_) => true,
    };
    if must_leave {
        return LONGEST_NEAR_START;
    }
    let wanted = match &row.wanted {
        Wanted::Bot(bot) => Some(bot.starts_at),
        Wanted::Nothing => None,
    };
    let starts = wanted.into_iter().chain(applied);
    let limits = starts.map(|start| limit_of(start.duration_since(now).unsigned_abs()));
    limits.min().unwrap_or(Duration::MAX)
}

/// The longest wait at this distance from a start.
fn limit_of(distance: Duration) -> Duration {
    if distance <= NEAR_START {
        LONGEST_NEAR_START
    } else {
        distance / SHARE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{Applied, AppliedBot, BotId, plus};
    use callsheet_testkit::{With as _, a_decision, an_applied_bot, at};
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use test_case::test_case;

    /// A row that is to have its bot scheduled.
    fn to_schedule() -> Decision {
        a_decision()
    }

    fn applied(row: Decision, applied: impl FnOnce(Box<AppliedBot>) -> Applied) -> Decision {
        row.with(|row| {
            if let Wanted::Bot(bot) = &row.wanted {
                row.applied = applied(Box::new(an_applied_bot(bot)));
            }
        })
    }

    /// A row that is to have its bot unscheduled.
    fn to_unschedule() -> Decision {
        applied(a_decision(), Applied::Bot).with(|row| row.wanted = Wanted::Nothing)
    }

    /// A row whose bot, which has this id, is to leave its call.
    fn to_leave(id: Option<&str>) -> Decision {
        let bot_id = id.map(|id| BotId::parse(id).expect("an id"));
        let dispatched = |mut bot: Box<AppliedBot>| {
            bot.bot_id = bot_id;
            Applied::Dispatched(bot)
        };
        applied(a_decision(), dispatched).with(|row| row.wanted = Wanted::Nothing)
    }

    /// A row whose bot is to be moved from ten o'clock to four hours later.
    fn to_move() -> Decision {
        applied(a_decision(), Applied::Bot).with(|row| {
            if let Wanted::Bot(bot) = &mut row.wanted {
                bot.starts_at = at("14:00");
            }
        })
    }

    fn waits(row: &Decision, now: Timestamp, attempts: u32, fraction: f64) -> Waits {
        let row = row.clone().with(|row| row.attempts.count = attempts);
        let attempt = CallAttempt::of(&row, now).expect("it is due");
        Waits::after(&attempt, &row, now, fraction)
    }

    #[test_case(&to_schedule(), "2090-03-05T10:00:00Z", 0 => (2, 240); "the first wait")]
    #[test_case(&to_schedule(), "2090-03-05T10:00:00Z", 3 => (16, 600); "each failure doubles it")]
    #[test_case(&to_schedule(), "2090-03-05T10:00:00Z", 40 => (300, 600); "up to five and ten minutes")]
    #[test_case(&to_schedule(), "09:30", 40 => (180, 180); "half an hour before the start")]
    #[test_case(&to_schedule(), "09:50", 40 => (15, 15); "ten minutes before the start")]
    #[test_case(&to_schedule(), "10:10", 40 => (15, 15); "ten minutes after the start")]
    #[test_case(&to_schedule(), "10:30", 40 => (180, 180); "half an hour after the start")]
    #[test_case(&to_unschedule(), "09:50", 40 => (15, 15); "to unschedule shortly before the start")]
    #[test_case(&to_unschedule(), "10:30", 40 => (15, 15); "to unschedule after the start")]
    #[test_case(&to_leave(Some("bot-1")), "10:30", 40 => (15, 15); "to leave")]
    #[test_case(&to_leave(None), "10:30", 40 => (15, 15); "to be found")]
    #[test_case(&to_move(), "09:55", 40 => (15, 15); "to be moved away from a near start")]
    fn the_longest_waits_are(row: &Decision, now: &str, attempts: u32) -> (u64, u64) {
        let waits = waits(row, at(now), attempts, 1.0);
        (waits.backoff().as_secs(), waits.set_aside().as_secs())
    }

    fn row() -> impl Strategy<Value = Decision> {
        prop::sample::select(vec![
            to_schedule(),
            to_unschedule(),
            to_leave(Some("bot-1")),
            to_leave(None),
            to_move(),
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// For every operation, however often it failed.
        #[test]
        fn no_wait_outlasts_the_time_that_is_left(
            row in row(),
            attempts in 0..100_u32,
            fraction in 0.0..=1.0_f64,
            // Seconds from the start, six hours before to one hour after.
            seconds in prop_oneof![-21_600..3_600_i64, -700..700_i64],
        ) {
            let now = plus(at("10:00"), SignedDuration::from_secs(seconds));
            let waits = waits(&row, now, attempts, fraction);
            let left = SignedDuration::from_secs(-seconds);
            for wait in [waits.backoff(), waits.set_aside()] {
                let wait = SignedDuration::try_from(wait).expect("short");
                if left >= SignedDuration::ZERO {
                    let share = (left / 10).max(SignedDuration::from_secs(15));
                    prop_assert!(wait <= share, "{wait} with {left} left");
                }
                if left.abs() <= SignedDuration::from_mins(10) {
                    prop_assert!(wait <= SignedDuration::from_secs(15), "{wait} near the start");
                }
                if seconds >= 0 && matches!(row.wanted, Wanted::Nothing) {
                    prop_assert!(wait <= SignedDuration::from_secs(15), "{wait} in the call");
                }
                prop_assert!(wait <= SignedDuration::from_mins(10));
            }
            prop_assert!(waits.backoff() <= LONGEST_WAIT);
            let at_once = Duration::from_secs(7);
            prop_assert!(waits.set_aside() > at_once, "a blocked row is never called again at once");
        }
    }
}
