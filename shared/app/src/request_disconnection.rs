//! A person disconnects a calendar: that is stored as what is wanted, and logged with it, and a sync
//! carries it out.
//!
//! So whoever asks needs no key of Recall. The record of the calendar says who wants it and since
//! when; a sync deletes the calendar at Recall under a permit, and retires its decisions. If the
//! sync request is lost, or the sync is interrupted anywhere, the next resync goes on: such a
//! calendar is due at once.
//!
//! A calendar whose record cannot be read has no place for it, and no sync that finds it:
//! [`delete_at_recall`](crate::delete_at_recall).

use callsheet_domain::{
    Actor, CalendarId, CalendarRecord, RequestedDisconnection, SyncJob, SyncReason, SyncRequest,
    Timestamp,
};

use crate::notify::{Notification, notify};
use crate::ports::{Calendars, Queue, WriteOutcome};
use crate::use_case_error::UseCaseError;

/// How often the record is read again because another worker has written it.
const TRIES: usize = 5;

/// A calendar whose disconnection was asked for.
#[derive(Debug)]
pub struct AskedDisconnection {
    /// Its record, with who asked first.
    pub record: CalendarRecord,
    /// Request of the sync that carries it out.
    pub notification: Notification,
}

/// Stores at `now` that `by` wants a calendar to be deleted at Recall, and requests a sync of it.
/// Somebody who asked before stays the one who asked. A calendar that is deleted stays as it is.
///
/// # Errors
/// If the calendar has no record, or the store fails.
pub async fn request_disconnection<S, Q>(
    (state, queue): (&S, Option<&Q>),
    id: &CalendarId,
    by: &Actor,
    now: Timestamp,
) -> Result<AskedDisconnection, UseCaseError>
where
    S: Calendars,
    Q: Queue,
{
    let wanted = RequestedDisconnection {
        by: by.clone(),
        at: now,
    };
    let record = store_wish(state, id, &wanted).await?;
    let notification = if record.is_to_be_deleted() {
        let request = SyncRequest {
            calendar_id: id.clone(),
            reason: SyncReason::CalendarChanged,
            sent_at: now,
        };
        notify(queue, &SyncJob::Request(request)).await
    } else {
        Notification::NotNeeded
    };
    Ok(AskedDisconnection {
        record,
        notification,
    })
}

/// The record that says what is wanted, as it is stored.
async fn store_wish<S: Calendars>(
    state: &S,
    id: &CalendarId,
    wanted: &RequestedDisconnection,
) -> Result<CalendarRecord, UseCaseError> {
    for _ in 0..TRIES {
        let stored = state.record(id).await?;
        let stored = stored.ok_or_else(|| UseCaseError::UnknownCalendar(id.to_string()))?;
        let asked = stored.clone().wanted_gone(wanted.clone());
        if asked == stored || state.write_disconnection(&asked).await? == WriteOutcome::Written {
            return Ok(asked);
        }
    }
    Err(UseCaseError::KeepsChanging(id.to_string()))
}
