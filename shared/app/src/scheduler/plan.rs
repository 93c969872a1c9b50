//! The calls that a run would make, in order: plain data, to be carried out,
//! logged and tested.
//!
//! The order is by the meetings' start, as Recall asks for, and by key where
//! two start together. The plan says nothing about the time of a call: that
//! depends on the rate limits, and on other calls in flight for the same bot.

use std::fmt;

use callsheet_domain::{CallAttempt, Cause, Decision, Timestamp};

/// A call that a row wants made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    /// The row as it was when the plan was made.
    pub row: Decision,
    /// The call as it would be made then.
    pub attempt: CallAttempt,
}

/// The calls that a run would make, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallPlan {
    /// The calls, in order.
    pub calls: Vec<PlannedCall>,
    /// Due rows whose meeting is over, to be closed without a call.
    pub over: Vec<Decision>,
}

impl CallPlan {
    /// Plans calls for `rows` at `now`. Rows that must wait, and rows that are
    /// not due any more, are left out.
    #[must_use]
    pub fn of(mut rows: Vec<Decision>, now: Timestamp) -> Self {
        rows.sort_by(|a, b| (a.starts_at, &a.key).cmp(&(b.starts_at, &b.key)));
        let mut plan = Self::default();
        for row in rows {
            let waits = row.attempts.not_before.is_some_and(|instant| instant > now);
            if waits || !row.is_due() {
                continue;
            }
            if row.is_over(now) {
                plan.over.push(row);
            } else if let Some(attempt) = CallAttempt::of(&row, now) {
                plan.calls.push(PlannedCall { row, attempt });
            }
        }
        plan
    }
}

impl fmt::Display for PlannedCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (row, attempt) = (&self.row, &self.attempt);
        let (operation, cause) = (attempt.operation().as_str(), Cause::as_str(attempt.cause));
        let late = if attempt.is_late { ", late" } else { "" };
        write!(
            formatter,
            "{} {operation} {} ({cause}{late})",
            row.starts_at, row.key.event_id
        )
    }
}

/// One call a line.
impl fmt::Display for CallPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.over {
            writeln!(
                formatter,
                "{} close {} (over)",
                row.starts_at, row.key.event_id
            )?;
        }
        for call in &self.calls {
            writeln!(formatter, "{call}")?;
        }
        Ok(())
    }
}
