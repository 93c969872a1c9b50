//! The due rows with the earliest starts, and when to read them again.
//!
//! They are read twice a second, so that a meeting that becomes urgent
//! overtakes a backlog. The index may lag behind the write that caused the
//! wake-up, so an empty batch is read once more before the run may end.

use std::collections::{HashSet, VecDeque};

use callsheet_domain::{DecisionKey, Timestamp, plus};
use jiff::SignedDuration;

use crate::scheduler::plan::PlannedCall;

/// How often the due rows are read.
pub(super) const READ_INTERVAL: SignedDuration = SignedDuration::from_millis(500);
/// How far the index may lag behind a write.
const INDEX_LAG: SignedDuration = SignedDuration::from_millis(200);

/// The due rows with the earliest starts, as they were last read.
#[derive(Debug, Default)]
pub(super) struct DueBatch {
    /// The calls that these rows want, in order.
    pub(super) calls: VecDeque<PlannedCall>,
    /// When the first of the waiting rows may be called.
    waiting_until: Option<Timestamp>,
    /// When the last read began; none if the next one is wanted at once.
    read_at: Option<Timestamp>,
    is_reading: bool,
    /// The index has more rows than were read.
    has_more: bool,
    /// Rows that were started since the read began, which may show them as
    /// they were before.
    started: HashSet<DecisionKey>,
    /// The batch was empty with nothing in flight, and no row was started since.
    was_empty: bool,
}

impl DueBatch {
    /// Whether the index has more rows than were read.
    pub(super) fn has_more(&self) -> bool {
        self.has_more
    }

    /// Whether the row was started since the last read began.
    pub(super) fn is_started(&self, key: &DecisionKey) -> bool {
        self.started.contains(key)
    }

    /// Forgets that the batch was read and that it was empty.
    pub(super) fn restart(&mut self) {
        self.read_at = None;
        self.was_empty = false;
    }

    /// Has the due rows read at the next opportunity.
    pub(super) fn read_again(&mut self) {
        self.read_at = None;
    }

    /// Begins a read, if one is wanted at `now`: half a second after the last
    /// one, at once after [`Self::read_again`], or when the batch is used up
    /// and the index has more.
    pub(super) fn begin_read(&mut self, now: Timestamp) -> bool {
        let is_fresh = self
            .read_at
            .is_some_and(|read| now < plus(read, READ_INTERVAL));
        let is_used_up = self.has_more && self.calls.is_empty();
        if self.is_reading || (is_fresh && !is_used_up) {
            return false;
        }
        self.is_reading = true;
        self.read_at = Some(now);
        self.started.clear();
        true
    }

    /// Ends a read.
    pub(super) fn end_read(&mut self, waiting_until: Option<Timestamp>, has_more: bool) {
        self.is_reading = false;
        self.waiting_until = waiting_until;
        self.has_more = has_more;
    }

    /// Notes that a row was started: a call, or the closing of the row.
    pub(super) fn start(&mut self, key: DecisionKey) {
        self.was_empty = false;
        self.started.insert(key);
    }

    /// When the first of the waiting rows may be called, if that is within `patience`.
    pub(super) fn waits_until(
        &self,
        now: Timestamp,
        patience: SignedDuration,
    ) -> Option<Timestamp> {
        let waiting = self.waiting_until;
        waiting.filter(|instant| *instant <= plus(now, patience))
    }

    /// When to read again while no row can be started: when a row that waits
    /// for no longer than `patience` may be called, or once more after the
    /// index had time to show the latest writes. None if the run may end.
    pub(super) fn next_read(
        &mut self,
        now: Timestamp,
        patience: SignedDuration,
    ) -> Option<Timestamp> {
        if let Some(instant) = self.waits_until(now, patience) {
            return Some(instant.min(plus(now, READ_INTERVAL)));
        }
        let was_empty = std::mem::replace(&mut self.was_empty, true);
        (!was_empty).then(|| plus(now, INDEX_LAG))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_testkit::{a_decision, at};

    const PATIENCE: SignedDuration = SignedDuration::from_secs(35);

    fn after(millis: i64) -> Timestamp {
        plus(at("09:30"), SignedDuration::from_millis(millis))
    }

    #[test]
    fn due_rows_are_read_twice_a_second_and_one_read_at_a_time() {
        let mut due = DueBatch::default();
        assert!(due.begin_read(after(0)), "the first read");
        assert!(!due.begin_read(after(600)), "a read is in progress");
        due.end_read(None, false);
        assert!(!due.begin_read(after(499)));
        assert!(due.begin_read(after(500)));
    }

    #[test]
    fn a_used_up_batch_is_read_again_at_once_if_the_index_has_more() {
        let mut due = DueBatch::default();
        due.begin_read(after(0));
        due.end_read(None, true);
        assert!(due.begin_read(after(1)));
    }

    #[test]
    fn an_empty_batch_is_read_once_more_before_the_run_may_end() {
        let mut due = DueBatch::default();
        assert_eq!(due.next_read(after(0), PATIENCE), Some(after(200)));
        assert_eq!(due.next_read(after(200), PATIENCE), None);
        due.start(a_decision().key);
        assert_eq!(due.next_read(after(300), PATIENCE), Some(after(500)));
    }

    #[test]
    fn a_waiting_row_is_waited_for_within_the_patience_only() {
        let mut due = DueBatch::default();
        due.end_read(Some(after(35_000)), false);
        assert_eq!(due.next_read(after(0), PATIENCE), Some(after(500)));
        assert_eq!(due.next_read(after(34_900), PATIENCE), Some(after(35_000)));
        due.end_read(Some(after(35_001)), false);
        assert_eq!(due.next_read(after(0), PATIENCE), Some(after(200)));
        assert_eq!(due.next_read(after(0), PATIENCE), None);
    }

    #[test]
    fn a_row_counts_as_started_until_the_next_read_begins() {
        let mut due = DueBatch::default();
        let key = a_decision().key;
        due.start(key.clone());
        assert!(due.is_started(&key));
        due.begin_read(after(0));
        assert!(!due.is_started(&key));
    }
}
