//! Sends messages to the sync queue, so that a change takes effect at once and
//! not with the next resync.

use callsheet_domain::{
    CalendarId, EventId, EventRequest, SyncJob, SyncReason, SyncRequest, Timestamp,
};

use crate::PortError;
use crate::ports::Queue;

/// What became of a message to the sync queue.
#[derive(Debug)]
pub enum Notification {
    /// It is on the queue.
    Sent,
    /// No queue is given.
    NoQueue,
    /// None was needed.
    NotNeeded,
    /// It could not be sent.
    Failed(PortError),
}

/// Sends `job`, if a queue is given. A failure is reported and is no error: the
/// next resync finds the calendars that need a full sync.
pub async fn notify<Q: Queue>(queue: Option<&Q>, job: &SyncJob) -> Notification {
    let Some(queue) = queue else {
        return Notification::NoQueue;
    };
    match queue.send(job).await {
        Ok(()) => Notification::Sent,
        Err(error) => Notification::Failed(error),
    }
}

/// Requests a sync of one event.
pub async fn request_event<Q: Queue>(
    queue: Option<&Q>,
    (calendar, event): (&CalendarId, &EventId),
    now: Timestamp,
) -> Notification {
    let request = EventRequest {
        calendar_id: calendar.clone(),
        event_id: event.clone(),
        sent_at: now,
    };
    notify(queue, &SyncJob::Event(request)).await
}

/// Requests a full sync of a calendar.
pub async fn request_full_sync<Q: Queue>(
    queue: Option<&Q>,
    calendar: &CalendarId,
    now: Timestamp,
) -> Notification {
    let request = SyncRequest {
        calendar_id: calendar.clone(),
        reason: SyncReason::FullSync,
        sent_at: now,
    };
    notify(queue, &SyncJob::Request(request)).await
}
