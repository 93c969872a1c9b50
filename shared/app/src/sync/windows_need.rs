//! Whether the workspace has to be listed in windows.

use callsheet_domain::{DistantChanges, Timestamp, WindowedEvents, WindowedSync};

/// Whether a sync in windows is needed, and of which events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// None is needed; one in progress goes on all the same.
    Nothing,
    /// Changes to distant events were left to windows.
    Distant {
        changes: DistantChanges,
        /// When full syncs of all calendars were requested, if ever.
        full_sync_requested_at: Option<Timestamp>,
    },
    /// A new policy is active: coming events are decided anew.
    Coming,
    /// Events of the last day are listed too, by a sync that begins at or after the instant, if
    /// there is one, at which full syncs were requested.
    Everything(Option<Timestamp>),
}

impl Need {
    /// The events that are to be listed, if any.
    pub(super) fn events(self) -> Option<WindowedEvents> {
        match self {
            Self::Nothing => None,
            Self::Distant { changes, .. } => Some(WindowedEvents::ChangedSince(changes.since)),
            Self::Coming => Some(WindowedEvents::Coming),
            Self::Everything(_) => Some(WindowedEvents::All),
        }
    }

    /// The events that are to be listed instead of a sync in progress that does not go on. Where its
    /// window has passed, and nothing else needs as many, they are still those of that sync: it may
    /// be for a policy, which the calendars that were read do not show any more.
    pub(super) fn events_anew(self, sync: &WindowedSync) -> Option<WindowedEvents> {
        match (self, sync.events) {
            (Self::Coming, WindowedEvents::All) => Some(WindowedEvents::All),
            (Self::Distant { .. }, WindowedEvents::Coming | WindowedEvents::All) => {
                Some(sync.events)
            }
            _ => self.events(),
        }
    }

    /// The instant at which full syncs of all calendars were requested, if that makes a difference.
    pub(super) fn requested_at(self) -> Option<Timestamp> {
        match self {
            Self::Everything(requested_at) => requested_at,
            Self::Distant {
                full_sync_requested_at,
                ..
            } => full_sync_requested_at,
            Self::Nothing | Self::Coming => None,
        }
    }

    /// Whether a sync that is in progress at `now` goes on. One whose window has passed does not,
    /// since it would list meetings that have begun before those that start next.
    pub(super) fn is_met_by(self, sync: &WindowedSync, now: Timestamp) -> bool {
        match (self, sync.events) {
            (Self::Nothing, _) => true,
            _ if sync.is_outdated(now) => false,
            (Self::Distant { changes, .. }, WindowedEvents::ChangedSince(since)) => {
                since <= changes.since
            }
            (Self::Coming | Self::Everything(_), WindowedEvents::ChangedSince(_)) => false,
            (Self::Everything(Some(requested_at)), _) => sync.began_at >= requested_at,
            _ => true,
        }
    }
}
