//! Pauses recording in a calendar, or ends the pause, and requests a sync of the
//! calendar.

use callsheet_domain::{Actor, CalendarId, OverrideRevision, Timestamp};

use crate::find_calendar::find_connected;
use crate::notify::{Notification, request_full_sync};
use crate::ports::{Calendars, OverrideStore, Queue};
use crate::use_case_error::UseCaseError;

/// A pause that was set or ended.
#[derive(Debug)]
pub struct SetPause {
    /// The calendar.
    pub calendar: CalendarId,
    /// End of the pause; none if it was ended.
    pub until: Option<Timestamp>,
    /// Who set or ended it.
    pub by: Actor,
    /// Sequence number of this pause among the calendar's overrides and pauses.
    pub revision: OverrideRevision,
    /// What became of the request of a sync.
    pub notification: Notification,
}

/// Pauses `calendar` until an instant, or ends its pause if there is none.
///
/// # Errors
/// If the instant is past, no connected calendar is named, or a collaborator fails.
pub async fn set_pause<S, Q>(
    (state, queue): (&S, Option<&Q>),
    calendar: &str,
    until: Option<Timestamp>,
    by: &Actor,
    now: Timestamp,
) -> Result<SetPause, UseCaseError>
where
    S: OverrideStore + Calendars,
    Q: Queue,
{
    if until.is_some_and(|until| until <= now) {
        return Err(UseCaseError::PauseIsPast);
    }
    let calendar = find_connected(state, calendar).await?;
    let revision = state
        .pause(&calendar, until.unwrap_or(now), by, now)
        .await?;
    let notification = request_full_sync(queue, &calendar, now).await;
    Ok(SetPause {
        calendar,
        until,
        by: by.clone(),
        revision,
        notification,
    })
}
