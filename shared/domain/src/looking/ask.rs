//! What the notices about one calendar ask for, taken together.

use jiff::SignedDuration;

use crate::{SyncReason, SyncRequest, Timestamp};

/// Which events notices ask to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Wants {
    /// None: only the calendar itself changed.
    Nothing,
    /// Those changed at or after an instant of Recall's clock.
    Since(Timestamp),
    /// All that Recall keeps up to date.
    All,
}

/// What the notices of one batch ask about one calendar, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ask {
    /// The calendar itself changed.
    pub is_calendar_changed: bool,
    pub(super) wants: Wants,
    pub(super) sent_at: Timestamp,
    /// How long after the first change that it tells of a notice was sent, at most.
    pub(super) lateness: SignedDuration,
}

impl Ask {
    /// Takes notices about one calendar together; none ask nothing.
    #[must_use]
    pub fn of<'a>(requests: impl IntoIterator<Item = &'a SyncRequest>) -> Option<Self> {
        requests.into_iter().map(Self::from).reduce(Self::and)
    }

    fn and(self, other: Self) -> Self {
        let wants = match (self.wants, other.wants) {
            (Wants::All, _) | (_, Wants::All) => Wants::All,
            (Wants::Since(one), Wants::Since(other)) => Wants::Since(one.min(other)),
            (Wants::Nothing, wants) | (wants, Wants::Nothing) => wants,
        };
        Self {
            is_calendar_changed: self.is_calendar_changed || other.is_calendar_changed,
            wants,
            sent_at: self.sent_at.max(other.sent_at),
            lateness: self.lateness.max(other.lateness),
        }
    }
}

impl From<&SyncRequest> for Ask {
    fn from(request: &SyncRequest) -> Self {
        let (is_calendar_changed, wants) = match request.reason {
            SyncReason::EventsChanged { since } => (false, Wants::Since(since)),
            SyncReason::CalendarChanged => (true, Wants::Nothing),
            SyncReason::FullSync => (false, Wants::All),
        };
        let lateness = match wants {
            Wants::Since(since) => request.sent_at.duration_since(since),
            Wants::Nothing | Wants::All => SignedDuration::ZERO,
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
        assert_eq!(Ask::of([]), None);
    }
}
