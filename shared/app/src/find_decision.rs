//! Finds the decision on an event. A row that cannot be read is named.

use callsheet_domain::{Decision, EventId};

use crate::ports::Decisions;
use crate::use_case_error::UseCaseError;

/// The decision on `event`. If its `ical_uid` changed there are several: the one whose
/// meeting ends last.
///
/// # Errors
/// If there is none, or it cannot be read.
pub async fn find_decision<D: Decisions>(
    decisions: &D,
    event: &EventId,
) -> Result<Decision, UseCaseError> {
    let mut rows = decisions.of_event(event).await?;
    if let Some(decision) = rows.decisions.pop() {
        return Ok(decision);
    }
    Err(match rows.unreadable.pop() {
        Some(row) => UseCaseError::UnreadableDecision(row),
        None => UseCaseError::UnknownEvent(event.clone()),
    })
}
