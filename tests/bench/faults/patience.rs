//! Whether those who were told to wait did.

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use recall_simulator::CallRecord;

/// The calls that came although an answer, given before, said to wait longer:
/// a 429 everybody, a 507 whoever calls for the same event. For each, how many
/// milliseconds after the answer: one that came right after it was on its way.
pub(crate) fn too_early(calls: &[CallRecord], wait_seconds: u64) -> Vec<i128> {
    let wait = SignedDuration::from_secs(i64::try_from(wait_seconds).unwrap_or(i64::MAX));
    let told: Vec<_> = calls.iter().filter_map(|call| told(call, wait)).collect();
    let since_told = |call: &CallRecord| {
        let concerned = told.iter().filter(|told| {
            let concerns = told.event.is_none() || told.event == call.event;
            concerns && told.from < call.received_at && call.received_at < told.until
        });
        let since = concerned.map(|told| call.received_at.duration_since(told.from).as_millis());
        since.max()
    };
    calls.iter().filter_map(since_told).collect()
}

struct Told {
    event: Option<recall_simulator::EventId>,
    from: Timestamp,
    until: Timestamp,
}

fn told(call: &CallRecord, wait: SignedDuration) -> Option<Told> {
    let from = call.answered_at?;
    let event = match call.status? {
        429 => None,
        507 => call.event,
        _ => return None,
    };
    Some(Told {
        event,
        from,
        until: plus(from, wait),
    })
}
