//! Pauses recording in the calendars of an owner, or ends the pause, and requests a sync of
//! them.

use callsheet_domain::{Actor, CalendarId, OverrideRevision, Timestamp};

use crate::find_calendar::find_connected;
use crate::notify::Notification;
use crate::owner;
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
    /// Sequence number of this pause among the owner's overrides and pauses.
    pub revision: OverrideRevision,
    /// Whether it holds for the person; else for this connection, until the owner's
    /// address is known.
    pub is_of_person: bool,
    /// What became of the request of a sync.
    pub notification: Notification,
}

/// Pauses the calendars of the owner of `calendar` until an instant, or ends their pause if there is none.
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
    let owner = owner::owner_of(state, &calendar).await?;
    let revision = state.pause(&owner, until.unwrap_or(now), by, now).await?;
    let notification = owner::apply((state, queue), (&calendar, &owner), now).await?;
    Ok(SetPause {
        calendar,
        until,
        by: by.clone(),
        revision,
        is_of_person: owner.is_known(),
        notification,
    })
}
