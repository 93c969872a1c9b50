//! The log of calls and what is counted from it.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::model::{CallFilter, CallRecord, OperationStats, Stats, Violation, Violations};
use crate::operation::Operation;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Every call since the start, and everything that was wrong with any of them.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    last: u64,
    records: Vec<CallRecord>,
    pub(crate) violations: Violations,
}

impl Calls {
    /// Notes a call on arrival and gives it its number.
    pub(crate) fn begin(&mut self, mut record: CallRecord) -> u64 {
        self.last += 1;
        record.sequence = self.last;
        self.records.push(record);
        self.last
    }

    /// Notes how a call ended; without a status its connection was cut.
    pub(crate) fn finish(&mut self, sequence: u64, status: Option<u16>, at: Timestamp) {
        if let Some(record) = self.find(sequence) {
            record.status = status;
            record.answered_at = Some(at);
        }
    }

    pub(crate) fn mark_faulted(&mut self, sequence: u64) {
        if let Some(record) = self.find(sequence) {
            record.faulted = true;
        }
    }

    /// Numbers grow by one and only ever the whole log is forgotten, so the place is known.
    fn find(&mut self, sequence: u64) -> Option<&mut CallRecord> {
        let first = self.records.first()?.sequence;
        let index = usize::try_from(sequence.checked_sub(first)?).ok()?;
        self.records.get_mut(index)
    }

    /// Forgets all calls and violations. Numbers go on.
    pub(crate) fn forget(&mut self) {
        self.records.clear();
        self.violations = Violations::default();
    }

    pub(crate) fn filtered(&self, filter: &CallFilter) -> Vec<CallRecord> {
        let wanted = |record: &&CallRecord| {
            filter
                .operation
                .is_none_or(|operation| record.operation == Some(operation))
                && filter.event.is_none_or(|event| record.event == Some(event))
                && filter
                    .calendar
                    .is_none_or(|calendar| record.calendar == Some(calendar))
                && filter
                    .status
                    .is_none_or(|status| record.status == Some(status))
                && filter.after.is_none_or(|after| record.sequence > after)
        };
        self.records.iter().filter(wanted).cloned().collect()
    }

    pub(crate) fn violated(&mut self, own: bool, violation: Violation) {
        let list = if own {
            &mut self.violations.own
        } else {
            &mut self.violations.requests
        };
        list.push(violation);
    }

    /// Everything but the webhooks.
    pub(crate) fn stats(&self) -> Stats {
        let mut stats = Stats {
            violations: self.violations.requests.len() as u64,
            own_violations: self.violations.own.len() as u64,
            ..Stats::default()
        };
        for operation in Operation::ALL {
            let calls: Vec<_> = self
                .records
                .iter()
                .filter(|record| record.operation == Some(operation))
                .collect();
            if !calls.is_empty() {
                stats.operations.insert(operation, count(&calls));
            }
        }
        let throttled = self
            .records
            .iter()
            .filter(|record| record.status == Some(429));
        stats.throttled = throttled.count() as u64;
        let unknown = self
            .records
            .iter()
            .filter(|record| record.operation.is_none());
        stats.unknown = unknown.count() as u64;
        stats
    }
}

fn count(calls: &[&CallRecord]) -> OperationStats {
    let mut stats = OperationStats {
        calls: calls.len() as u64,
        ..OperationStats::default()
    };
    for call in calls {
        match (call.answered_at, call.status) {
            (_, Some(code)) => *stats.statuses.entry(code).or_default() += 1,
            (Some(_), None) => stats.cut += 1,
            (None, None) => stats.in_flight += 1,
        }
    }
    stats.peak_received = peak(calls.iter().map(|call| call.received_at));
    let admitted = calls.iter().filter(|call| call.status != Some(429));
    stats.peak_admitted = peak(admitted.map(|call| call.received_at));
    stats
}

/// The most times that lie in one minute, its far end excluded.
fn peak(times: impl Iterator<Item = Timestamp>) -> u64 {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    let mut window = VecDeque::new();
    let mut peak = 0;
    for time in times {
        window.push_back(time);
        while window
            .front()
            .is_some_and(|first| time.duration_since(*first) >= MINUTE)
        {
            window.pop_front();
        }
        peak = peak.max(window.len());
    }
    peak as u64
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(&[], 0; "none")]
    #[test_case(&[0, 1, 59], 3; "all in one minute")]
    #[test_case(&[0, 60], 1; "a minute apart")]
    #[test_case(&[0, 30, 61, 62, 89], 4; "the window slides")]
    fn peaks(seconds: &[i64], expected: u64) {
        let times = seconds.iter().map(|s| Timestamp::from_second(*s).unwrap());
        assert_eq!(peak(times), expected);
    }
}
