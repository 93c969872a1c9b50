//! A message says where to look, never what will be found.
//!
//! Lost, repeated, late or reordered, it costs a look at most and cannot cause
//! a wrong recording.

use crate::id::CalendarId;
use jiff::Timestamp;

/// Why a look is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyncReason {
    /// Events changed, the earliest of them at `since` by Recall's clock.
    EventsChanged {
        /// What Recall's webhook calls `last_updated_ts`.
        since: Timestamp,
    },
    /// The calendar itself changed, say its status.
    CalendarChanged,
    /// Somebody wants everything in the calendar looked at again.
    FullSync,
}

/// Asks for a look at one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SyncRequest {
    /// Where to look.
    pub calendar_id: CalendarId,
    /// Why.
    pub reason: SyncReason,
    /// When it was put on its way, by our clock: what it tells of happened before.
    pub sent_at: Timestamp,
}

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SyncJob {
    /// A look at one calendar, which somebody said something about.
    Request(SyncRequest),
    /// A look at every calendar that is owed one, and every few minutes at what
    /// changed meanwhile.
    Resync,
    /// The same, and at what changed meanwhile at once: somebody asks for it.
    ResyncNow {
        /// When it was first sent, by our clock.
        sent_at: Timestamp,
    },
}

impl SyncJob {
    /// When the request was first sent: requeueing does not change it. None for
    /// what the schedule sends.
    #[must_use]
    pub fn first_sent_at(&self) -> Option<Timestamp> {
        match self {
            Self::Request(request) => Some(request.sent_at),
            Self::Resync => None,
            Self::ResyncNow { sent_at } => Some(*sent_at),
        }
    }
}
