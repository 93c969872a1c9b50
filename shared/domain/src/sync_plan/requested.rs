//! What the notices about one calendar ask for, taken together.

use jiff::SignedDuration;

use super::request::{SyncReason, SyncRequest};
use jiff::Timestamp;

/// Which events notices ask to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Extent {
    /// None: only the calendar itself changed.
    Nothing,
    /// Those changed at or after an instant of Recall's clock.
    Since(Timestamp),
    /// All that Recall keeps up to date.
    Full,
}

/// What the notices of one batch ask about one calendar, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestedSync {
    /// The calendar itself changed.
    pub is_calendar_changed: bool,
    pub(super) wants: Extent,
    pub(super) sent_at: Timestamp,
    /// How long after the first change that it tells of a notice was sent, at most.
    pub(super) lateness: SignedDuration,
}

impl RequestedSync {
    /// Takes notices about one calendar together; none ask nothing.
    #[must_use]
    pub fn of<'a>(requests: impl IntoIterator<Item = &'a SyncRequest>) -> Option<Self> {
        requests.into_iter().map(Self::from).reduce(Self::and)
    }

    fn and(self, other: Self) -> Self {
        let wants = match (self.wants, other.wants) {
            (Extent::Full, _) | (_, Extent::Full) => Extent::Full,
            (Extent::Since(one), Extent::Since(other)) => Extent::Since(one.min(other)),
            (Extent::Nothing, wants) | (wants, Extent::Nothing) => wants,
        };
        Self {
            is_calendar_changed: self.is_calendar_changed || other.is_calendar_changed,
            wants,
            sent_at: self.sent_at.max(other.sent_at),
            lateness: self.lateness.max(other.lateness),
        }
    }
}

impl From<&SyncRequest> for RequestedSync {
    fn from(request: &SyncRequest) -> Self {
        let (is_calendar_changed, wants) = match request.reason {
            SyncReason::EventsChanged { since } => (false, Extent::Since(since)),
            SyncReason::CalendarChanged => (true, Extent::Nothing),
            SyncReason::FullSync => (false, Extent::Full),
        };
        let lateness = match wants {
            Extent::Since(since) => request.sent_at.duration_since(since),
            Extent::Nothing | Extent::Full => SignedDuration::ZERO,
        };
        Self {
            is_calendar_changed,
            wants,
            sent_at: request.sent_at,
            lateness,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_notices_ask_nothing() {
        assert_eq!(RequestedSync::of([]), None);
    }
}
