//! Pauses recording in the calendars of an owner, or ends the pause, and requests a sync of
//! them. What the same person has said already is not written again.

use callsheet_domain::{Actor, CalendarId, OverrideRevision, PauseEnd, Timestamp};

use crate::event_override::known_overrides;
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

/// Pauses the calendars of the owner of `calendar` until an end, or ends their pause if there is none.
///
/// # Errors
/// If the end is past, no connected calendar is named, or a collaborator fails.
pub async fn set_pause<S, Q>(
    (state, queue): (&S, Option<&Q>),
    calendar: &str,
    end: Option<&PauseEnd>,
    by: &Actor,
    now: Timestamp,
) -> Result<SetPause, UseCaseError>
where
    S: OverrideStore + Calendars,
    Q: Queue,
{
    let until = end.map(|end| {
        let coming = end.of_pause_set_at(now).filter(|until| *until > now);
        coming.ok_or(UseCaseError::PauseIsPast)
    });
    let until = until.transpose()?;
    let calendar = find_connected(state, calendar).await?;
    let owner = owner::owner_of(state, &calendar).await?;
    let known = known_overrides(state, &owner).await?;
    let same = known.pause.as_ref().filter(|_| !known.are_expiring);
    let same = same.filter(|pause| pause.is_same(end, by, now));
    let until = same
        .filter(|_| end.is_some())
        .map(|pause| pause.until)
        .or(until);
    let revision = match same {
        Some(pause) => pause.revision,
        None => state.pause(&owner, until.unwrap_or(now), by, now).await?,
    };
    let of = (revision, same.is_some());
    let notification = owner::apply_revision((state, queue), (&calendar, &owner), of, now).await?;
    Ok(SetPause {
        calendar,
        until,
        by: by.clone(),
        revision,
        is_of_person: owner.is_known(),
        notification,
    })
}
