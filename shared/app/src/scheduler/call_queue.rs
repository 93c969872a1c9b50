//! Permits and calls of one operation.
//!
//! The next permits are acquired while some are left, so that the write to the
//! rate limit takes no time from the calls; and no more than there are rows,
//! since a permit that is not used is lost. A call is made at the instant of
//! its permit or up to [`TARDY`] later. After that it would arrive among the
//! calls of later permits, so this one permit is dropped.
//!
//! The number of calls in flight follows from the rate limit and the measured
//! latency (Little's law), times two: a limit of 6,000 a minute at 450 ms
//! needs 45 in flight, and gets 90, so that a slow call costs no throughput.

use std::collections::VecDeque;
use std::time::Duration;

use callsheet_domain::{Operation, RateLimit, Timestamp, plus};
use jiff::SignedDuration;

use crate::ports::PermitResult;

/// How many times a second permits are acquired: few writes, and few permits
/// lost at the end of a run.
const SLICES_A_SECOND: u32 = 4;
/// How much later than its permit a call may be made. The rate limiter's
/// margin has room for it.
const TARDY: SignedDuration = SignedDuration::from_millis(250);
/// Assumed latency of a call before one was measured.
const USUAL_LATENCY: Duration = Duration::from_millis(450);
/// The latest latency is one part in this many of the mean.
const MEMORY: u32 = 8;
/// Factor between the calls that the measured latency needs and those that
/// may be in flight.
const HEADROOM: f64 = 2.0;
/// As many calls may always be in flight: a limit of a few calls a second must
/// not wait for one that hangs.
const LEAST_IN_FLIGHT: usize = 10;

/// When the next call of a queue may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NextSlot {
    /// Now.
    Now,
    /// At this instant, at the earliest.
    At(Timestamp),
    /// No permit is left.
    NoPermit,
}

/// Permits and calls of one operation.
#[derive(Debug)]
pub(super) struct CallQueue {
    pub(super) operation: Operation,
    pub(super) rate_limit: RateLimit,
    /// Due rows that want a call of this operation.
    pub(super) wanted: usize,
    /// Calls that Recall has not answered.
    pub(super) in_flight: usize,
    /// Permits are being acquired.
    is_acquiring: bool,
    acquired: VecDeque<Timestamp>,
    blocked_until: Option<Timestamp>,
    latency: Duration,
}

impl CallQueue {
    pub(super) fn new(operation: Operation, rate_limit: RateLimit) -> Self {
        Self {
            operation,
            rate_limit,
            wanted: 0,
            in_flight: 0,
            is_acquiring: false,
            acquired: VecDeque::new(),
            blocked_until: None,
            latency: USUAL_LATENCY,
        }
    }

    /// When the next call may be made.
    pub(super) fn next_slot(&mut self, now: Timestamp) -> NextSlot {
        let tardy = plus(now, -TARDY);
        while self
            .acquired
            .front()
            .is_some_and(|instant| *instant < tardy)
        {
            self.acquired.pop_front();
        }
        let blocked = self.blocked_until.filter(|instant| *instant > now);
        match (blocked, self.acquired.front()) {
            (Some(instant), _) => NextSlot::At(instant),
            (None, Some(instant)) if *instant > now => NextSlot::At(*instant),
            (None, Some(_)) => NextSlot::Now,
            (None, None) => NextSlot::NoPermit,
        }
    }

    /// Until when no call may be made, if that is later than `instant`.
    pub(super) fn blocked_beyond(&self, instant: Timestamp) -> Option<Timestamp> {
        self.blocked_until.filter(|until| *until > instant)
    }

    /// Begins to acquire permits, as many as are returned, if some are missing.
    pub(super) fn begin_acquiring(&mut self, now: Timestamp) -> Option<u32> {
        let slice = (self.rate_limit.a_second() / SLICES_A_SECOND).max(1);
        let missing = self.wanted.saturating_sub(self.acquired.len());
        let is_blocked = self.blocked_until.is_some_and(|instant| instant > now);
        let has_enough = missing == 0 || self.acquired.len() >= slice as usize;
        if self.is_acquiring || is_blocked || has_enough {
            return None;
        }
        self.is_acquiring = true;
        Some(slice.min(u32::try_from(missing).unwrap_or(u32::MAX)))
    }

    /// Ends acquiring permits.
    pub(super) fn end_acquiring(&mut self, result: PermitResult) {
        self.is_acquiring = false;
        match result {
            PermitResult::Granted(permits) => self.acquired.extend(permits.instants()),
            PermitResult::NotBefore(instant) => self.blocked_until = Some(instant),
        }
    }

    /// Uses a permit for a call that starts now.
    pub(super) fn start_call(&mut self) {
        self.acquired.pop_front();
        self.wanted = self.wanted.saturating_sub(1);
        self.in_flight += 1;
    }

    /// Notes the latency of a call.
    pub(super) fn measure(&mut self, took: Duration) {
        self.latency = (self.latency * (MEMORY - 1) + took) / MEMORY;
    }

    /// Blocks calls before `until`. The permits that are left are void.
    pub(super) fn block_until(&mut self, until: Timestamp) {
        self.acquired.clear();
        self.blocked_until = self.blocked_until.max(Some(until));
    }

    /// How many calls may be in flight, at most `most`.
    pub(super) fn most_in_flight(&self, most: usize) -> usize {
        let interval = self.rate_limit.interval().as_secs_f64();
        let needed = HEADROOM * self.latency.as_secs_f64() / interval;
        let mut calls = LEAST_IN_FLIGHT;
        // A float is not cast to a count: one is counted up to it.
        while calls < most && u32::try_from(calls).is_ok_and(|calls| f64::from(calls) < needed) {
            calls += 1;
        }
        calls.min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{NextFree, Permits};
    use test_case::test_case;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).expect("in range")
    }

    fn queue(limit: u32) -> CallQueue {
        CallQueue::new(Operation::ScheduleBot, RateLimit::per_minute(limit, 1))
    }

    #[test_case(60, 450, 10; "a low limit")]
    #[test_case(600, 450, 10; "the usual limit")]
    #[test_case(600, 2_000, 40; "a slow service")]
    #[test_case(6_000, 450, 89; "a high limit")]
    #[test_case(6_000, 10_000, 200; "never more than the most")]
    fn calls_in_flight_follow_from_rate_limit_and_latency(
        limit: u32,
        millis: u64,
        expected: usize,
    ) {
        let mut queue = queue(limit);
        for _ in 0..100 {
            queue.measure(Duration::from_millis(millis));
        }
        assert_eq!(queue.most_in_flight(200), expected);
    }

    #[test]
    fn only_permits_that_are_too_old_are_dropped() {
        let mut queue = queue(600);
        queue.wanted = 5;
        let (permits, _) = queue.rate_limit.acquire(Some(NextFree(at(0))), 5, at(0));
        queue.end_acquiring(PermitResult::Granted(permits));
        // The first two, at 0 and 102 ms, are more than a quarter of a second late by now.
        assert_eq!(queue.next_slot(at(370)), NextSlot::Now);
        assert_eq!(queue.acquired.len(), 3);
    }

    #[test]
    fn no_more_permits_are_acquired_than_there_are_rows() {
        let mut queue = queue(6_000);
        assert_eq!(queue.begin_acquiring(at(0)), None);
        queue.wanted = 3;
        assert_eq!(queue.begin_acquiring(at(0)), Some(3));
        queue.wanted = 500;
        assert_eq!(queue.begin_acquiring(at(0)), None, "it is in progress");
        queue.end_acquiring(PermitResult::NotBefore(at(0)));
        assert_eq!(queue.begin_acquiring(at(0)), Some(24));
        let permits = Permits {
            first_at: at(0),
            interval: queue.rate_limit.interval(),
            count: 24,
        };
        queue.end_acquiring(PermitResult::Granted(permits));
        assert_eq!(
            queue.begin_acquiring(at(0)),
            None,
            "enough permits are left"
        );
        queue.start_call();
        assert_eq!(
            queue.begin_acquiring(at(0)),
            Some(24),
            "the next permits are acquired ahead"
        );
    }

    #[test]
    fn blocking_a_queue_voids_its_permits() {
        let mut queue = queue(600);
        queue.wanted = 2;
        let (permits, _) = queue.rate_limit.acquire(None, 2, at(0));
        queue.end_acquiring(PermitResult::Granted(permits));
        queue.block_until(at(9_000));
        assert_eq!(queue.next_slot(at(1)), NextSlot::At(at(9_000)));
        assert_eq!(queue.begin_acquiring(at(1)), None);
        assert_eq!(queue.next_slot(at(9_000)), NextSlot::NoPermit);
    }
}
