//! Sends messages to the sync queue, so that a change takes effect at once and
//! not with the next resync.

use callsheet_app::ports::Queue;
use callsheet_domain::{CalendarId, SyncJob, SyncReason, SyncRequest, Timestamp};
use serde::Serialize;

/// Whether a message was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "status", content = "reason")]
pub(crate) enum Delivery {
    /// It is on the queue.
    Sent,
    /// It is not, for this reason.
    NotSent(String),
}

impl Delivery {
    /// `effect` if the message was sent, else when the change takes effect.
    pub(crate) fn sentence(&self, effect: &str) -> String {
        match self {
            Self::Sent => effect.to_owned(),
            Self::NotSent(reason) => format!(
                "No message could be sent to the sync queue ({reason}), so it takes effect with the next \
                 resync, within a minute or so."
            ),
        }
    }
}

/// Sends `job`, if a queue is given. A failure is reported and is no error: the
/// next resync finds the calendars that need a full sync.
pub(crate) async fn notify<Q: Queue>(queue: Option<&Q>, job: &SyncJob) -> Delivery {
    let Some(queue) = queue else {
        return Delivery::NotSent("CALLSHEET_QUEUE_URL is not set".to_owned());
    };
    match queue.send(job).await {
        Ok(()) => Delivery::Sent,
        Err(error) => Delivery::NotSent(error.to_string()),
    }
}

/// Requests a full sync of a calendar.
pub(crate) async fn request_full_sync<Q: Queue>(
    queue: Option<&Q>,
    calendar: &CalendarId,
    now: Timestamp,
) -> Delivery {
    let request = SyncRequest {
        calendar_id: calendar.clone(),
        reason: SyncReason::FullSync,
        sent_at: now,
    };
    notify(queue, &SyncJob::Request(request)).await
}
