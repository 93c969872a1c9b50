//! Accepts a verified webhook: enqueues a sync job for it.
//!
//! Only a body whose signature was checked can be parsed into an [`Incoming`].

use callsheet_domain::{
    BotId, BotStatus, BotStatusReport, EventId, IcalUid, SyncJob, SyncReason, SyncRequest,
    Timestamp,
};

use crate::PortError;
use crate::ports::Queue;

/// A parsed webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A change in a calendar.
    Calendar {
        /// The calendar.
        calendar_id: callsheet_domain::CalendarId,
        /// The change, as the reason of a sync request.
        reason: SyncReason,
    },
    /// A status of a bot.
    Bot {
        /// The bot.
        bot_id: BotId,
        /// The event that the bot's metadata names.
        event_id: Option<EventId>,
        /// The `ical_uid` in the bot's metadata.
        ical_uid: Option<IcalUid>,
        /// The status.
        status: BotStatus,
    },
    /// An event of another kind, which the same endpoint receives.
    NotOurs,
}

/// The result of accepting a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// A sync job is on the queue.
    Enqueued,
    /// The webhook asks for nothing.
    Ignored,
}

/// Enqueues the sync job of a webhook that arrived at `now`. Only then may
/// Recall be told that the webhook was accepted.
///
/// # Errors
/// If the queue fails; Recall then sends the webhook again.
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
        Incoming::Bot {
            bot_id,
            event_id,
            ical_uid,
            status,
        } => {
            let report = BotStatusReport {
                bot_id,
                event_id,
                ical_uid,
                status,
                sent_at: now,
            };
            queue.send(&SyncJob::BotStatus(report)).await?;
            Ok(Accepted::Enqueued)
        }
        Incoming::NotOurs => Ok(Accepted::Ignored),
    }
}
