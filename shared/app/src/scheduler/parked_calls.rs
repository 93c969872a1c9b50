//! Calls that no read of the due rows gives for now, since their limit is blocked.
//!
//! A read gives the rows with the earliest starts, whatever call they want. If Recall has blocked
//! the limit of one kind of call, these rows may all wait for it, and those behind them, whose
//! calls could be made, would wait as well.

use std::collections::HashSet;

use callsheet_domain::{DecisionKey, Timestamp};

/// Rows that reads leave out until an instant.
#[derive(Debug, Default)]
pub(super) struct ParkedCalls {
    rows: HashSet<DecisionKey>,
    until: Option<Timestamp>,
}

impl ParkedCalls {
    /// Leaves these rows out of reads, besides those before. All are read again at the earliest
    /// instant until which one of them is left out.
    pub(super) fn park(&mut self, rows: impl IntoIterator<Item = DecisionKey>, until: Timestamp) {
        self.rows.extend(rows);
        self.until = Some(self.until.map_or(until, |earliest| earliest.min(until)));
    }

    /// Forgets the rows once their limit is free.
    pub(super) fn release(&mut self, now: Timestamp) {
        if self.until.is_some_and(|until| until <= now) {
            *self = Self::default();
        }
    }

    /// The rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = &DecisionKey> {
        self.rows.iter()
    }

    /// When they are read again; none if there are none.
    pub(super) fn until(&self) -> Option<Timestamp> {
        self.until
    }
}
