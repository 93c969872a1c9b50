//! The messages on the sync queue.
//!
//! A message says what to sync, never what a sync will find. If it is lost, repeated, late or
//! out of order, it costs one sync at most, and cannot cause a wrong recording.

use jiff::Timestamp;

use crate::id::{CalendarId, EventId};
use crate::outcome::BotStatusReport;

/// Why a sync is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyncReason {
    /// Events changed, the earliest of them at `since` by Recall's clock.
    EventsChanged {
        /// The webhook's `last_updated_ts`.
        since: Timestamp,
    },
    /// The calendar itself changed, for example its status.
    CalendarChanged,
    /// A full sync of the calendar is requested.
    FullSync,
}

/// A request to sync one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SyncRequest {
    /// The calendar.
    pub calendar_id: CalendarId,
    /// Why.
    pub reason: SyncReason,
    /// When it was sent, by our clock: after the changes that it is about.
    pub sent_at: Timestamp,
}

/// A request to sync one event of a calendar, since an override of it was set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventRequest {
    /// The calendar.
    pub calendar_id: CalendarId,
    /// The event.
    pub event_id: EventId,
    /// When it was sent, by our clock: after the override was set.
    pub sent_at: Timestamp,
}

/// The job of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SyncJob {
    /// Sync one calendar.
    Request(SyncRequest),
    /// Sync one event.
    Event(EventRequest),
    /// Note a status of a bot.
    BotStatus(BotStatusReport),
    /// The daily job: keeps the totals of the meetings of past days.
    KeepCoverage,
    /// The periodic resync: syncs every calendar that needs a full sync, and every few
    /// minutes catches up on changes whose webhook never came.
    Resync,
    /// A resync on demand: also catches up, without waiting for the period.
    ResyncNow {
        /// When it was first sent, by our clock.
        sent_at: Timestamp,
    },
}

impl SyncJob {
    /// When it was first sent, which requeueing does not change; none for what a schedule
    /// sent.
    #[must_use]
    pub fn first_sent_at(&self) -> Option<Timestamp> {
        match self {
            Self::Request(request) => Some(request.sent_at),
            Self::Event(request) => Some(request.sent_at),
            Self::BotStatus(report) => Some(report.sent_at),
            Self::KeepCoverage | Self::Resync => None,
            Self::ResyncNow { sent_at } => Some(*sent_at),
        }
    }
}
