//! Calls of one kind, each at the instant the budget gave it.
//!
//! The next calls are drawn while some are still in hand, so that the budget's
//! writing takes no time from the calling, and no more than there are rows for,
//! since what is drawn and not called is lost. A call is made at its instant or
//! up to [`TARDY`] later; after that it would arrive among calls that were
//! drawn after it, so its instant is given up, and only that one.
//!
//! How many calls may be in flight follows from the pace and the latency that
//! was measured (Little's law), twice over: a limit of 6,000 a minute at 450 ms
//! needs 45 in flight, and gets 90, so that a slow one costs no share.

use std::collections::VecDeque;
use std::time::Duration;

use callsheet_domain::{Operation, RateLimit, Timestamp, plus};
use jiff::SignedDuration;

use crate::ports::PermitResult;

/// The share of a second that is drawn at once: few writes, and little lost on leaving.
const SLICES_A_SECOND: u32 = 4;
/// How much later than at its instant a call may be made. The pacer's spread has room for it.
const TARDY: SignedDuration = SignedDuration::from_millis(250);
/// What a call is taken to last before one was measured.
const USUAL_LATENCY: Duration = Duration::from_millis(450);
/// A latency weighs this much less with each later call.
const MEMORY: u32 = 8;
/// How many times the calls that the measured latency needs may be in flight.
const HEADROOM: f64 = 2.0;
/// As many may always be: a limit of a few a second must not wait for one that hangs.
const LEAST_IN_FLIGHT: usize = 10;

/// When the next call of a lane may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Now.
    Now,
    /// At this instant, at the earliest.
    At(Timestamp),
    /// Nothing is drawn.
    NotDrawn,
}

/// Calls of one kind that may be made.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) operation: Operation,
    pub(super) rate_limit: RateLimit,
    /// Rows in the head that want a call of this kind.
    pub(super) wanted: usize,
    /// Calls that Recall has not answered.
    pub(super) calling: usize,
    /// A draw is under way.
    pub(super) is_drawing: bool,
    drawn: VecDeque<Timestamp>,
    closed_until: Option<Timestamp>,
    latency: Duration,
}

impl Lane {
    pub(super) fn new(operation: Operation, rate_limit: RateLimit) -> Self {
        Self {
            operation,
            rate_limit,
            wanted: 0,
            calling: 0,
            is_drawing: false,
            drawn: VecDeque::new(),
            closed_until: None,
            latency: USUAL_LATENCY,
        }
    }

    /// When the next call may go.
    pub(super) fn turn(&mut self, now: Timestamp) -> Turn {
        let tardy = plus(now, -TARDY);
        while self.drawn.front().is_some_and(|instant| *instant < tardy) {
            self.drawn.pop_front();
        }
        let abandoned = self.closed_until.filter(|instant| *instant > now);
        match (abandoned, self.drawn.front()) {
            (Some(instant), _) => Turn::At(instant),
            (None, Some(instant)) if *instant > now => Turn::At(*instant),
            (None, Some(_)) => Turn::Now,
            (None, None) => Turn::NotDrawn,
        }
    }

    /// How many calls to draw by now, if any.
    pub(super) fn draws(&self, now: Timestamp) -> Option<u32> {
        let slice = (self.rate_limit.a_second() / SLICES_A_SECOND).max(1);
        let missing = self.wanted.saturating_sub(self.drawn.len());
        let is_abandoned = self.closed_until.is_some_and(|instant| instant > now);
        let has_enough = missing == 0 || self.drawn.len() >= slice as usize;
        if self.is_drawing || is_abandoned || has_enough {
            return None;
        }
        Some(slice.min(u32::try_from(missing).unwrap_or(u32::MAX)))
    }

    /// Takes in what the budget gave.
    pub(super) fn drew(&mut self, allowed: PermitResult) {
        self.is_drawing = false;
        match allowed {
            PermitResult::Granted(draw) => self.drawn.extend(draw.instants()),
            PermitResult::NotBefore(instant) => self.closed_until = Some(instant),
        }
    }

    /// Uses up the call whose instant has come.
    pub(super) fn take(&mut self) {
        self.drawn.pop_front();
        self.wanted = self.wanted.saturating_sub(1);
        self.calling += 1;
    }

    /// Takes in that a call was answered, and how long that took.
    pub(super) fn answered(&mut self, took: Duration) {
        self.latency = (self.latency * (MEMORY - 1) + took) / MEMORY;
    }

    /// Nobody may call before `until`: what was drawn is void.
    pub(super) fn close(&mut self, until: Timestamp) {
        self.drawn.clear();
        self.closed_until = self.closed_until.max(Some(until));
    }

    /// How many calls may be in flight, of at most `most`.
    pub(super) fn in_flight(&self, most: usize) -> usize {
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

    fn lane(limit: u32) -> Lane {
        Lane::new(Operation::ScheduleBot, RateLimit::per_minute(limit, 1))
    }

    #[test_case(60, 450, 10; "a low limit")]
    #[test_case(600, 450, 10; "the usual limit")]
    #[test_case(600, 2_000, 40; "a slow service")]
    #[test_case(6_000, 450, 89; "a high limit")]
    #[test_case(6_000, 10_000, 200; "never more than the most")]
    fn as_many_are_in_flight_as_limit_and_latency_ask_for(
        limit: u32,
        millis: u64,
        expected: usize,
    ) {
        let mut lane = lane(limit);
        for _ in 0..100 {
            lane.answered(Duration::from_millis(millis));
        }
        assert_eq!(lane.in_flight(200), expected);
    }

    #[test]
    fn a_slice_that_is_partly_stale_loses_no_more_than_that_part() {
        let mut lane = lane(600);
        lane.wanted = 5;
        let (draw, _) = lane.rate_limit.acquire(Some(NextFree(at(0))), 5, at(0));
        lane.drew(PermitResult::Granted(draw));
        // The first two, at 0 and 102 ms, are more than a quarter of a second late by now.
        assert_eq!(lane.turn(at(370)), Turn::Now);
        assert_eq!(lane.drawn.len(), 3);
    }

    #[test]
    fn no_more_is_drawn_than_there_are_rows_for() {
        let mut lane = lane(6_000);
        assert_eq!(lane.draws(at(0)), None);
        lane.wanted = 3;
        assert_eq!(lane.draws(at(0)), Some(3));
        lane.wanted = 500;
        assert_eq!(lane.draws(at(0)), Some(24));
        lane.is_drawing = true;
        assert_eq!(lane.draws(at(0)), None);
        let draw = Permits {
            first_at: at(0),
            interval: lane.rate_limit.interval(),
            count: 24,
        };
        lane.drew(PermitResult::Granted(draw));
        assert_eq!(lane.draws(at(0)), None, "there is a slice in hand");
        lane.take();
        assert_eq!(lane.draws(at(0)), Some(24), "the next one is drawn ahead");
    }

    #[test]
    fn a_lane_that_is_held_voids_what_was_drawn() {
        let mut lane = lane(600);
        lane.wanted = 2;
        let (draw, _) = lane.rate_limit.acquire(None, 2, at(0));
        lane.drew(PermitResult::Granted(draw));
        lane.close(at(9_000));
        assert_eq!(lane.turn(at(1)), Turn::At(at(9_000)));
        assert_eq!(lane.draws(at(1)), None);
        assert_eq!(lane.turn(at(9_000)), Turn::NotDrawn);
    }
}
