//! Log of the calls to the API, and its statistics.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::model::{CallFilter, CallRecord, OperationStats, Stats, Violation, Violations};
use crate::operation::Operation;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// All calls since the start or the last [`CallLog::clear`], and all violations.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    last_sequence: u64,
    records: Vec<CallRecord>,
    pub(crate) violations: Violations,
}

impl CallLog {
    /// Adds a call on arrival and returns its sequence number.
    pub(crate) fn begin(&mut self, mut record: CallRecord) -> u64 {
        self.last_sequence += 1;
        record.sequence = self.last_sequence;
        self.records.push(record);
        self.last_sequence
    }

    /// Sets the end of a call; without a status, its connection was cut.
    pub(crate) fn finish(&mut self, sequence: u64, status: Option<u16>, at: Timestamp) {
        if let Some(record) = self.find(sequence) {
            record.status = status;
            record.answered_at = Some(at);
        }
    }

    /// Records that a fault affected a call.
    pub(crate) fn mark_faulted(&mut self, sequence: u64) {
        if let Some(record) = self.find(sequence) {
            record.faulted = true;
        }
    }

    /// Finds a call by index: sequence numbers have no gaps, as only the whole log is cleared.
    fn find(&mut self, sequence: u64) -> Option<&mut CallRecord> {
        let first = self.records.first()?.sequence;
        let index = usize::try_from(sequence.checked_sub(first)?).ok()?;
        self.records.get_mut(index)
    }

    /// Removes all calls and violations. Sequence numbers continue.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.violations = Violations::default();
    }

    /// Calls that match the filter.
    pub(crate) fn filtered(&self, filter: &CallFilter) -> Vec<CallRecord> {
        let matches = |record: &&CallRecord| {
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
        self.records.iter().filter(matches).cloned().collect()
    }

    /// Adds a violation by a client.
    pub(crate) fn add_request_violation(&mut self, violation: Violation) {
        self.violations.requests.push(violation);
    }

    /// Adds a violation by the simulator itself.
    pub(crate) fn add_simulator_violation(&mut self, violation: Violation) {
        self.violations.simulator.push(violation);
    }

    /// Statistics of the calls, without those of the webhooks.
    pub(crate) fn stats(&self) -> Stats {
        let mut stats = Stats {
            violations: self.violations.requests.len() as u64,
            simulator_violations: self.violations.simulator.len() as u64,
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

/// Statistics of one operation.
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

/// Greatest number of timestamps in any minute, its end excluded.
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

    #[test_case(&[], 0; "no calls")]
    #[test_case(&[0, 1, 59], 3; "all in one minute")]
    #[test_case(&[0, 60], 1; "a minute apart")]
    #[test_case(&[0, 30, 61, 62, 89], 4; "the window slides")]
    fn peak_is_the_greatest_number_in_a_sliding_minute(seconds: &[i64], expected: u64) {
        let times = seconds.iter().map(|s| Timestamp::from_second(*s).unwrap());
        assert_eq!(peak(times), expected);
    }
}
