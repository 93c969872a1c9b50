//! Calls of one kind, each at the instant the budget gave it.

use std::collections::VecDeque;

use callsheet_domain::{Operation, Pace, Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{Allowed, Budgets};

/// The share of a second that is drawn at once: few writes, and little lost on leaving.
const SLICES_A_SECOND: u32 = 4;
/// How far ahead of its time a call is drawn.
const AHEAD: SignedDuration = SignedDuration::from_secs(2);

/// Calls of one kind that may be made.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) operation: Operation,
    pace: Pace,
    drawn: VecDeque<Timestamp>,
    closed_until: Option<Timestamp>,
}

impl Lane {
    pub(super) fn new(operation: Operation, pace: Pace) -> Self {
        Self {
            operation,
            pace,
            drawn: VecDeque::new(),
            closed_until: None,
        }
    }

    /// When the next call may go, drawing from the budget if need be.
    pub(super) async fn next<B: Budgets>(
        &mut self,
        budgets: &B,
        now: Timestamp,
    ) -> Result<Timestamp, PortError> {
        // A call made much later than drawn would crowd those drawn after it.
        let stale = plus(now, -self.pace.interval());
        while self.drawn.front().is_some_and(|instant| *instant < stale) {
            self.drawn.pop_front();
        }
        if let Some(instant) = self.drawn.front() {
            return Ok((*instant).max(now));
        }
        if let Some(instant) = self.closed_until.filter(|instant| *instant > now) {
            return Ok(instant);
        }
        let count = (self.pace.a_second() / SLICES_A_SECOND).max(1);
        let allowed = budgets
            .draw(self.operation, self.pace, count, now, plus(now, AHEAD))
            .await?;
        match allowed {
            Allowed::Calls(draw) => {
                self.drawn = draw.instants().map(|instant| instant.max(now)).collect();
                Ok(draw.first_at.max(now))
            }
            Allowed::NotBefore(instant) => {
                self.closed_until = Some(instant);
                Ok(instant)
            }
        }
    }

    /// Uses up the call whose instant has come.
    pub(super) fn take(&mut self) {
        self.drawn.pop_front();
    }

    /// Nobody may call before `until`.
    pub(super) async fn hold<B: Budgets>(
        &mut self,
        budgets: &B,
        until: Timestamp,
    ) -> Result<(), PortError> {
        self.drawn.clear();
        self.closed_until = Some(until);
        budgets.hold(self.operation, until).await
    }
}
