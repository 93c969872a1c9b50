//! The owner of a calendar, to whom overrides and pauses belong, and all their calendars.

use callsheet_domain::{CalendarId, CalendarOwner, OverrideRevision, Timestamp};

use crate::PortError;
use crate::notify::{Notification, request_full_sync};
use crate::ports::{Calendars, OverrideStore, Queue};

/// The owner of a stored calendar. Without a record, that of the connection alone.
///
/// # Errors
/// If a collaborator fails.
pub(crate) async fn owner_of<S: Calendars>(
    state: &S,
    calendar: &CalendarId,
) -> Result<CalendarOwner, PortError> {
    let record = state.record(calendar).await?;
    Ok(record.map_or_else(
        || CalendarOwner::Unknown(calendar.clone()),
        |record| record.calendar.owner(),
    ))
}

/// Has what was just said for `owner` hold for the owner of `calendar` as they are known
/// now; gives the latter if that is another name.
pub(crate) async fn carry_to_known<S: Calendars + OverrideStore>(
    state: &S,
    (calendar, owner): (&CalendarId, &CalendarOwner),
) -> Result<Option<CalendarOwner>, PortError> {
    let known = match owner_of(state, calendar).await {
        // What is said is carried to the owner once the record can be read.
        Err(PortError::Unreadable { .. }) => return Ok(None),
        known => known?,
    };
    if known == *owner {
        return Ok(None);
    }
    state.carry_overrides(owner, &known).await?;
    Ok(Some(known))
}

/// Has what was just said for `owner` hold for the owner of `calendar` as they are known
/// now, and requests a full sync of all their calendars.
pub(crate) async fn apply<S, Q>(
    (state, queue): (&S, Option<&Q>),
    (calendar, owner): (&CalendarId, &CalendarOwner),
    now: Timestamp,
) -> Result<Notification, PortError>
where
    S: Calendars + OverrideStore,
    Q: Queue,
{
    let known = carry_to_known(state, (calendar, owner)).await?;
    let known = known.unwrap_or_else(|| owner.clone());
    let mut notification = request_full_sync(queue, calendar, now).await;
    for listed in state.of_owner(&known).await? {
        let other = &listed.record.calendar;
        let is_meant = other.id != *calendar && other.status.holds_bots();
        if is_meant && matches!(notification, Notification::Sent) {
            notification = request_full_sync(queue, &other.id, now).await;
        }
    }
    Ok(notification)
}

/// The same for what has this revision. If it `is_known`, since it was said before, only as long
/// as a calendar of the owner has not applied it.
pub(crate) async fn apply_revision<S, Q>(
    (state, queue): (&S, Option<&Q>),
    (calendar, owner): (&CalendarId, &CalendarOwner),
    (revision, is_known): (OverrideRevision, bool),
    now: Timestamp,
) -> Result<Notification, PortError>
where
    S: Calendars + OverrideStore,
    Q: Queue,
{
    if is_known && is_applied(state, calendar, owner, revision).await? {
        return Ok(Notification::NotNeeded);
    }
    apply((state, queue), (calendar, owner), now).await
}

/// Whether all calendars of an owner were synced with what was said up to a revision.
async fn is_applied<S: Calendars>(
    state: &S,
    calendar: &CalendarId,
    owner: &CalendarOwner,
    revision: OverrideRevision,
) -> Result<bool, PortError> {
    let record = match state.record(calendar).await {
        Err(PortError::Unreadable { .. }) => return Ok(false),
        record => record?,
    };
    let theirs = state.of_owner(owner).await?.into_iter();
    let mut theirs = theirs.map(|listed| listed.record).chain(record);
    Ok(theirs.all(|record| {
        let last = record.last_sync.as_ref();
        let is_synced = last.is_some_and(|sync| sync.overrides >= revision);
        is_synced || !record.calendar.status.holds_bots()
    }))
}
