//! The combined sync requests of one calendar.

use jiff::{SignedDuration, Timestamp};

use super::request::{SyncReason, SyncRequest};

/// The events that requests name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Extent {
    /// None: only the calendar itself changed.
    Nothing,
    /// Those that changed at or after an instant of Recall's clock.
    Since(Timestamp),
    /// All events that Recall keeps up to date.
    Full,
}

/// The requests for one calendar in a batch, combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestedSync {
    /// Whether the calendar itself changed.
    pub is_calendar_changed: bool,
    pub(super) extent: Extent,
    pub(super) sent_at: Timestamp,
    /// The longest time from the first change of a request to the request.
    pub(super) lateness: SignedDuration,
}

impl RequestedSync {
    /// Combines the requests for one calendar; none if there are none.
    #[must_use]
    pub fn of<'a>(requests: impl IntoIterator<Item = &'a SyncRequest>) -> Option<Self> {
        requests.into_iter().map(Self::from).reduce(Self::and)
    }

    /// When a change of the calendar itself was reported, if one was.
    #[must_use]
    pub fn calendar_changed_at(&self) -> Option<Timestamp> {
        self.is_calendar_changed.then_some(self.sent_at)
    }

    pub(super) fn and(self, other: Self) -> Self {
        let extent = match (self.extent, other.extent) {
            (Extent::Full, _) | (_, Extent::Full) => Extent::Full,
            (Extent::Since(one), Extent::Since(other)) => Extent::Since(one.min(other)),
            (Extent::Nothing, extent) | (extent, Extent::Nothing) => extent,
        };
        Self {
            is_calendar_changed: self.is_calendar_changed || other.is_calendar_changed,
            extent,
            sent_at: self.sent_at.max(other.sent_at),
            lateness: self.lateness.max(other.lateness),
        }
    }
}

impl From<&SyncRequest> for RequestedSync {
    fn from(request: &SyncRequest) -> Self {
        let (is_calendar_changed, extent) = match request.reason {
            SyncReason::EventsChanged { since } => (false, Extent::Since(since)),
            SyncReason::CalendarChanged => (true, Extent::Nothing),
            SyncReason::FullSync => (false, Extent::Full),
        };
        let lateness = match extent {
            Extent::Since(since) => request.sent_at.duration_since(since),
            Extent::Nothing | Extent::Full => SignedDuration::ZERO,
        };
        Self {
            is_calendar_changed,
            extent,
            sent_at: request.sent_at,
            lateness,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_requests_combine_to_none() {
        assert_eq!(RequestedSync::of([]), None);
    }
}
