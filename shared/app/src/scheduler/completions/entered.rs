//! The gate was asked whether calls may be made.

use callsheet_domain::Timestamp;

use crate::Entry;
use crate::scheduler::state::RunState;

/// Applies the entry. A run that is held has calls to make, so its end is logged.
pub(super) fn apply(state: &mut RunState, entry: &Entry, now: Timestamp) {
    state.access.end_entry(entry, now);
    if let Entry::Held(denial) = entry
        && state.access.is_held()
    {
        let (since, reason, next_probe_at) = (denial.since, &denial.reason, denial.next_probe_at);
        tracing::info!(%since, reason, %next_probe_at, "Recall has denied the API key since {since}, so no call is made before {next_probe_at}: {reason}");
    }
}
