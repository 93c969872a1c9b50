//! Whether the workspace has to be listed in windows.

use callsheet_domain::{DistantChanges, WindowedEvents};

/// Whether a sync in windows is needed, and of which events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// None is needed; one in progress goes on all the same.
    Nothing,
    /// Changes to distant events were left to windows.
    Distant(DistantChanges),
    /// A new policy is active: coming events are decided anew.
    Coming,
    /// Events of the last day are listed too.
    Everything,
}

impl Need {
    /// The events that are to be listed, if any.
    pub(super) fn events(self) -> Option<WindowedEvents> {
        match self {
            Self::Nothing => None,
            Self::Distant(distant) => Some(WindowedEvents::ChangedSince(distant.since)),
            Self::Coming => Some(WindowedEvents::Coming),
            Self::Everything => Some(WindowedEvents::All),
        }
    }

    /// Whether a sync of these events, which is in progress, goes on.
    pub(super) fn is_met_by(self, events: WindowedEvents) -> bool {
        match (self, events) {
            (Self::Distant(distant), WindowedEvents::ChangedSince(since)) => since <= distant.since,
            (Self::Coming | Self::Everything, WindowedEvents::ChangedSince(_)) => false,
            _ => true,
        }
    }
}
