//! Calls to Recall, held against its limits.

use std::collections::{BTreeMap, VecDeque};

use callsheet_domain::{Operation, Timestamp, plus};
use jiff::SignedDuration;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Recall's published limit of an operation, in calls a minute.
pub(crate) const fn limit(operation: Operation) -> u32 {
    match operation {
        Operation::ListEvents | Operation::ListCalendars => 60,
        Operation::ScheduleBot | Operation::UnscheduleBot => 600,
        Operation::GetCalendar
        | Operation::CreateCalendar
        | Operation::DeleteCalendar
        | Operation::GetEvent
        | Operation::GetBot
        | Operation::LeaveCall => 300,
    }
}

/// The calls of one operation.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// All that arrived.
    pub(crate) total: u64,
    /// Those that were refused because the limit was used up.
    pub(crate) refused: u64,
    /// The most in a sliding minute.
    pub(crate) peak: usize,
    within_a_minute: VecDeque<Timestamp>,
}

impl Calls {
    /// Counts a call. False if it exceeds the limit.
    fn admit(&mut self, limit: u32, now: Timestamp) -> bool {
        self.total += 1;
        while self
            .within_a_minute
            .front()
            .is_some_and(|at| plus(*at, MINUTE) <= now)
        {
            self.within_a_minute.pop_front();
        }
        if self.within_a_minute.len() >= limit as usize {
            self.refused += 1;
            return false;
        }
        self.within_a_minute.push_back(now);
        self.peak = self.peak.max(self.within_a_minute.len());
        true
    }
}

/// The calls of each operation.
#[derive(Debug, Default)]
pub(crate) struct CallCounts(BTreeMap<Operation, Calls>);

impl CallCounts {
    /// Counts a call. False if it exceeds the limit.
    pub(crate) fn admit(&mut self, operation: Operation, now: Timestamp) -> bool {
        self.0
            .entry(operation)
            .or_default()
            .admit(limit(operation), now)
    }

    /// The operations that were called.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Operation, &Calls)> {
        self.0.iter().map(|(operation, calls)| (*operation, calls))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_testkit::at;

    #[test]
    fn a_sliding_minute_holds_no_more_than_the_limit() {
        let mut counts = CallCounts::default();
        let admitted = |counts: &mut CallCounts, from: &str, calls: u32| {
            let admit = |_: &u32| counts.admit(Operation::ListEvents, at(from));
            (0..calls).filter(admit).count()
        };
        assert_eq!(admitted(&mut counts, "10:00:00", 40), 40);
        assert_eq!(admitted(&mut counts, "10:00:30", 40), 20);
        assert_eq!(admitted(&mut counts, "10:00:59", 10), 0);
        assert_eq!(admitted(&mut counts, "10:01:00", 50), 40);
        let (_, lists) = counts.iter().next().expect("it was called");
        assert_eq!((lists.total, lists.refused, lists.peak), (140, 40, 60));
    }
}
