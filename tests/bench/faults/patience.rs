//! Whether those who were told to wait did.

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use recall_simulator::CallRecord;

/// How many calls came although an answer, given before, said to wait longer:
/// a 429 everybody, a 507 whoever calls for the same event.
pub(crate) fn too_early(calls: &[CallRecord], wait_seconds: u64) -> usize {
    let wait = SignedDuration::from_secs(i64::try_from(wait_seconds).unwrap_or(i64::MAX));
    let told: Vec<_> = calls.iter().filter_map(|call| told(call, wait)).collect();
    let is_too_early = |call: &&CallRecord| {
        told.iter().any(|told| {
            let concerns = told.event.is_none() || told.event == call.event;
            concerns && told.from < call.received_at && call.received_at < told.until
        })
    };
    calls.iter().filter(is_too_early).count()
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
