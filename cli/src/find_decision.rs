//! Finds the decision on an event. A row that cannot be read is named.

use callsheet_app::ports::{Decisions, UnreadableRow};
use callsheet_domain::{Decision, EventId};

use crate::error::CliError;

/// The decision on `event`. If its `ical_uid` changed there are several: the one whose
/// meeting ends last.
pub(crate) async fn find_decision<D: Decisions>(
    decisions: &D,
    event: &EventId,
) -> Result<Decision, CliError> {
    let mut rows = decisions.of_event(event).await?;
    if let Some(decision) = rows.decisions.pop() {
        return Ok(decision);
    }
    Err(match rows.unreadable.pop() {
        Some(row) => unreadable_event(&row),
        None => CliError::unknown_event(event),
    })
}

/// The error for an event whose decision cannot be read.
pub(crate) fn unreadable_event(row: &UnreadableRow) -> CliError {
    CliError::Refused(format!(
        "{row}. If a later version wrote it, deploy that version again; else `callsheet rebuild {}` \
         rebuilds it from Recall",
        row.key.event_id
    ))
}
