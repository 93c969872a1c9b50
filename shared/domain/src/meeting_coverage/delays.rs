//! How long after the start bots came into their calls.
//!
//! Delays are kept as counts of steps of six seconds, a tenth of a minute. So those of several
//! days can be added, and a median of the sum is exact to a step.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// Length of a step.
const STEP: SignedDuration = SignedDuration::from_secs(6);
/// The last step: an hour, and everything longer.
const LAST: u16 = 600;

/// How many bots joined how long after the start, in tenths of a minute.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JoinDelays(BTreeMap<u16, u64>);

impl JoinDelays {
    /// The delays of these counts, by tenths of a minute. Above an hour they are taken for an hour.
    pub fn of(counts: impl IntoIterator<Item = (u16, u64)>) -> Self {
        let mut delays = Self::default();
        for (step, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            *delays.0.entry(step.min(LAST)).or_default() += count;
        }
        delays
    }

    /// Adds a bot that was in the call at `joined_at`. One that came early has no delay.
    pub(super) fn add(&mut self, starts_at: Timestamp, joined_at: Timestamp) {
        let delay = joined_at
            .duration_since(starts_at)
            .max(SignedDuration::ZERO);
        let step = u16::try_from(delay.as_secs() / STEP.as_secs()).unwrap_or(LAST);
        *self.0.entry(step.min(LAST)).or_default() += 1;
    }

    /// Adds those of `other`.
    pub(super) fn add_all(&mut self, other: &Self) {
        for (step, count) in &other.0 {
            *self.0.entry(*step).or_default() += count;
        }
    }

    /// The counts, by tenths of a minute, in ascending order.
    pub fn counts(&self) -> impl Iterator<Item = (u16, u64)> {
        self.0.iter().map(|(step, count)| (*step, *count))
    }

    /// How many bots joined.
    #[must_use]
    pub fn joined(&self) -> u64 {
        self.0.values().sum()
    }

    /// The delay, in tenths of a minute, that `percent` of the bots did not exceed; none if no
    /// bot joined.
    #[must_use]
    pub fn percentile(&self, percent: u64) -> Option<u16> {
        let rank = (self.joined() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let mut counts = self.counts();
        let found = counts.find(|(_, count)| {
            seen += count;
            seen >= rank
        });
        found.map(|(step, _)| step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn after(seconds: i64) -> JoinDelays {
        let starts_at = Timestamp::UNIX_EPOCH;
        let joined_at = crate::time::plus(starts_at, SignedDuration::from_secs(seconds));
        let mut delays = JoinDelays::default();
        delays.add(starts_at, joined_at);
        delays
    }

    #[test_case(-120, 0; "early")]
    #[test_case(0, 0; "at the start")]
    #[test_case(5, 0; "within a step")]
    #[test_case(6, 1; "after a step")]
    #[test_case(90, 15; "after a minute and a half")]
    #[test_case(7_200, 600; "after two hours")]
    #[test_case(10_000_000, 600; "after months")]
    fn a_delay_is_counted_in_tenths_of_a_minute(seconds: i64, step: u16) {
        assert_eq!(after(seconds).percentile(50), Some(step));
    }

    #[test_case(&[], 50, None; "none")]
    #[test_case(&[(3, 1)], 95, Some(3); "one")]
    #[test_case(&[(1, 1), (9, 1)], 50, Some(1); "the lower of two")]
    #[test_case(&[(1, 94), (9, 6)], 95, Some(9); "one more than a twentieth")]
    #[test_case(&[(1, 95), (9, 5)], 95, Some(1); "a twentieth")]
    #[test_case(&[(1, 95), (9, 5)], 100, Some(9); "the longest")]
    fn a_percentile_is_the_delay_that_so_many_do_not_exceed(
        counts: &[(u16, u64)],
        percent: u64,
        expected: Option<u16>,
    ) {
        let delays = JoinDelays::of(counts.iter().copied());
        assert_eq!(delays.percentile(percent), expected);
    }
}
