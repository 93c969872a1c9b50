//! Reads of a bot whose statuses were not reported.

use jiff::{SignedDuration, Timestamp};

use crate::time::plus;

/// The reads of a bot so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BotReads {
    /// When the bot was last read.
    pub last_at: Option<Timestamp>,
    /// How many reads in a row, the last one included, showed nothing new.
    pub fruitless: u32,
    /// Recall did not know the bot.
    pub is_unknown: bool,
}

impl BotReads {
    /// How many reads in a row show nothing new before the bot is given up: the last of them
    /// more than ten hours after the first.
    pub const MOST_FRUITLESS: u32 = 8;
    /// After a read that shows nothing new the next one waits so much longer, and after each
    /// further one twice as long.
    const STEP: SignedDuration = SignedDuration::from_mins(5);

    /// The reads with one more, at `now`.
    #[must_use]
    pub fn after(self, is_news: bool, now: Timestamp) -> Self {
        Self {
            last_at: Some(now),
            fruitless: if is_news { 0 } else { self.fruitless + 1 },
            is_unknown: false,
        }
    }

    /// The reads with one more, at `now`, to which Recall replied that there is no such bot.
    #[must_use]
    pub fn without_bot(self, now: Timestamp) -> Self {
        Self {
            is_unknown: true,
            ..self.after(false, now)
        }
    }

    /// The reads of a bot of which something new was reported: if it falls silent again, it is
    /// read as if for the first time.
    #[must_use]
    pub(crate) fn with_sign_of_life(self) -> Self {
        Self {
            fruitless: 0,
            is_unknown: false,
            ..self
        }
    }

    /// Whether the bot is not read again.
    #[must_use]
    pub fn is_given_up(self) -> bool {
        self.is_unknown || self.fruitless >= Self::MOST_FRUITLESS
    }

    /// The instant from which the silence counts that leads to the next read, if a status was
    /// expected at `expected` and the newest one is of `newest`.
    #[must_use]
    pub(crate) fn silent_from(self, expected: Timestamp, newest: Option<Timestamp>) -> Timestamp {
        let Some(last_at) = self
            .last_at
            .filter(|at| newest.is_none_or(|newest| newest <= *at))
        else {
            return expected;
        };
        let doublings = self.fruitless.min(Self::MOST_FRUITLESS);
        let longer = Self::STEP * ((1_i32 << doublings) - 1);
        expected.max(plus(last_at, longer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).expect("in range")
    }

    #[test_case(&[], None => 10; "never read")]
    #[test_case(&[(15, true)], None => 15; "a read with news")]
    #[test_case(&[(15, false)], None => 20; "a read without")]
    #[test_case(&[(15, false), (25, false)], None => 40; "two of them")]
    #[test_case(&[(15, false), (25, true)], Some(24) => 25; "news again")]
    #[test_case(&[(15, false), (25, false)], Some(26) => 10; "a status after the last read")]
    fn silence_counts_from(reads: &[(i64, bool)], newest: Option<i64>) -> i64 {
        let reads = reads
            .iter()
            .fold(BotReads::default(), |reads, (at, is_news)| {
                reads.after(*is_news, minute(*at))
            });
        let from = reads.silent_from(minute(10), newest.map(minute));
        (from.as_second() - minute(0).as_second()) / 60
    }

    #[test]
    fn a_bot_that_shows_nothing_new_is_given_up() {
        let mut reads = BotReads::default();
        for number in 1..=BotReads::MOST_FRUITLESS {
            assert!(!reads.is_given_up());
            reads = reads.after(false, minute(i64::from(number)));
        }
        assert!(reads.is_given_up());
        assert!(!reads.with_sign_of_life().is_given_up());
        assert!(BotReads::default().without_bot(minute(0)).is_given_up());
    }
}
