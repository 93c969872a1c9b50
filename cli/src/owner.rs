//! The owner of a calendar, to whom overrides and pauses belong, and all their calendars.

use callsheet_app::ports::{Calendars, OverrideStore, Queue};
use callsheet_domain::{CalendarId, CalendarOwner, Timestamp};

use crate::error::CliError;
use crate::notify_stack::{Delivery, request_full_sync};

/// What is said where an owner's address is not known.
pub(crate) const UNKNOWN_OWNER: &str = "The address of the calendar's owner is not known yet, so this \
    holds for the calendar. Once the address is known, it holds for the person.";

/// The owner of a stored calendar. Without a record, that of the connection alone.
pub(crate) async fn owner_of<S: Calendars>(
    state: &S,
    calendar: &CalendarId,
) -> Result<CalendarOwner, CliError> {
    let record = state.record(calendar).await?;
    Ok(record.map_or_else(
        || CalendarOwner::Unknown(calendar.clone()),
        |record| record.calendar.owner(),
    ))
}

/// Has what was just said for `owner` hold for the owner of `calendar` as they are known
/// now, and requests a full sync of all their calendars.
pub(crate) async fn apply<S, Q>(
    (state, queue): (&S, Option<&Q>),
    (calendar, owner): (&CalendarId, &CalendarOwner),
    now: Timestamp,
) -> Result<Delivery, CliError>
where
    S: Calendars + OverrideStore,
    Q: Queue,
{
    let known = owner_of(state, calendar).await?;
    if known != *owner {
        state.carry_overrides(owner, &known).await?;
    }
    let mut delivery = request_full_sync(queue, calendar, now).await;
    for listed in state.listed().await? {
        let other = &listed.record.calendar;
        let is_meant = other.id != *calendar && other.owner() == known;
        if is_meant && other.status.holds_bots() && delivery == Delivery::Sent {
            delivery = request_full_sync(queue, &other.id, now).await;
        }
    }
    Ok(delivery)
}
