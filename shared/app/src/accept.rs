//! Takes a verified webhook and puts it on its way.
//!
//! Who may call this has already proved that Recall signed the bytes: the
//! signature's check gives the only value that can be read into an [`Incoming`].

use callsheet_domain::{SyncJob, SyncReason, SyncRequest, Timestamp};

use crate::PortError;
use crate::ports::Queue;

/// What a signed webhook says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// Something about a calendar.
    Calendar {
        /// Which calendar.
        calendar_id: callsheet_domain::CalendarId,
        /// What.
        reason: SyncReason,
    },
    /// One of the other events that the same address receives.
    NotOurs,
}

/// What was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is on the queue, and safe.
    Enqueued,
    /// There is nothing to be done.
    Ignored,
}

/// Puts what arrived at `now` on the queue, before anybody is told that it was accepted.
///
/// # Errors
/// If the queue did not take it; Recall then sends it again.
pub async fn accept<Q: Queue>(
    queue: &Q,
    incoming: Incoming,
    now: Timestamp,
) -> Result<Accepted, PortError> {
    match incoming {
        Incoming::Calendar {
            calendar_id,
            reason,
        } => {
            let request = SyncRequest {
                calendar_id,
                reason,
                sent_at: now,
            };
            queue.send(&SyncJob::Request(request)).await?;
            Ok(Accepted::Enqueued)
        }
        Incoming::NotOurs => Ok(Accepted::Ignored),
    }
}
