//! Calls that arrive before the end of a wait that an earlier answer asked for.

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use recall_simulator::{CallRecord, EventId};

/// Wait that an answer asked for.
struct Wait {
    /// Event whose calls have to wait; `None` for all calls.
    event: Option<EventId>,
    from: Timestamp,
    until: Timestamp,
}

impl Wait {
    /// The wait that the answer to `call` asks for: after a 429 all calls, after a 507 the calls
    /// for the same event.
    fn after(call: &CallRecord, retry_after: SignedDuration) -> Option<Self> {
        let from = call.answered_at?;
        let event = match call.status? {
            429 => None,
            507 => call.event,
            _ => return None,
        };
        let until = plus(from, retry_after);
        Some(Self { event, from, until })
    }

    fn concerns(&self, call: &CallRecord) -> bool {
        let is_within = self.from < call.received_at && call.received_at < self.until;
        is_within && (self.event.is_none() || self.event == call.event)
    }
}

/// For each early call, the milliseconds since the answer. A call that arrives directly after the
/// answer was sent before the answer was received.
pub(crate) fn milliseconds_after_answer(calls: &[CallRecord], retry_after: u64) -> Vec<i128> {
    let seconds = i64::try_from(retry_after).unwrap_or(i64::MAX);
    let retry_after = SignedDuration::from_secs(seconds);
    let waits: Vec<_> = calls
        .iter()
        .filter_map(|call| Wait::after(call, retry_after))
        .collect();
    let longest_since_answer = |call: &CallRecord| {
        let waits = waits.iter().filter(|wait| wait.concerns(call));
        let since = waits.map(|wait| call.received_at.duration_since(wait.from).as_millis());
        since.max()
    };
    calls.iter().filter_map(longest_since_answer).collect()
}
