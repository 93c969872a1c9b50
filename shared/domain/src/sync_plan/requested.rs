//! The combined sync requests of one calendar.

use jiff::{SignedDuration, Timestamp};

use super::request::{SyncReason, SyncRequest};
use super::state::{CompletedSync, WorkspaceSyncState};
use crate::id::CalendarId;

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

    /// Combines the requests for `calendar` that neither its own last sync nor one of the
    /// workspace has answered; one of those that are answered if there is no other.
    ///
    /// Combined with a later one, a request that is answered would have to be answered again, by
    /// a list that reaches as far back.
    #[must_use]
    pub fn unanswered<'a>(
        requests: impl IntoIterator<Item = &'a SyncRequest>,
        calendar: &CalendarId,
        last_sync: Option<&CompletedSync>,
        workspace: &WorkspaceSyncState,
    ) -> Option<Self> {
        let is_answered = |request: &Self| {
            request.extent == Extent::Nothing
                || last_sync.is_some_and(|last_sync| last_sync.coverage().covers(request))
                || workspace.answers(calendar, request)
        };
        let requests = requests.into_iter().map(Self::from);
        let (answered, others): (Vec<_>, Vec<_>) = requests.partition(is_answered);
        let one = answered.into_iter().next();
        others.into_iter().reduce(Self::and).or(one)
    }

    /// When a change of the calendar itself was reported, if one was.
    #[must_use]
    pub fn calendar_changed_at(&self) -> Option<Timestamp> {
        self.is_calendar_changed.then_some(self.sent_at)
    }

    fn and(self, other: Self) -> Self {
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
    use std::collections::BTreeSet;

    use test_case::test_case;

    use super::super::state::{LatestSync, WorkspaceCoverage};
    use super::*;
    use crate::revision::PolicyRevision;
    use crate::time::plus;

    fn at(seconds: i64) -> Timestamp {
        plus(Timestamp::UNIX_EPOCH, SignedDuration::from_secs(seconds))
    }

    fn calendar() -> CalendarId {
        CalendarId::parse("calendar-1").expect("an id")
    }

    /// A request since an instant, sent ten seconds later.
    fn since(seconds: i64) -> SyncRequest {
        SyncRequest {
            calendar_id: calendar(),
            reason: SyncReason::EventsChanged { since: at(seconds) },
            sent_at: at(seconds + 10),
        }
    }

    #[test]
    fn no_requests_combine_to_none() {
        assert_eq!(RequestedSync::of([]), None);
        let unanswered =
            RequestedSync::unanswered([], &calendar(), None, &WorkspaceSyncState::default());
        assert_eq!(unanswered, None);
    }

    fn list(since: i64, began: i64) -> LatestSync {
        LatestSync {
            reach: WorkspaceCoverage {
                began_at: at(began),
                since: Some(at(since)),
                starts_until: None,
                skipped: BTreeSet::new(),
                policy: PolicyRevision(1),
            },
            until: at(began + 10),
            pages: 1,
            listed: 1,
        }
    }

    /// After a long list since 90 that began at 200, and one since 210 that began at 250.
    #[test_case(&[100, 300] => Some(300); "one that is answered, and a later one")]
    #[test_case(&[80, 300] => Some(80); "one that the list did not reach back to")]
    #[test_case(&[300, 400] => Some(300); "two later ones")]
    #[test_case(&[100, 120] => Some(100); "two that are answered")]
    #[test_case(&[100, 230, 300] => Some(300); "two that are answered by either, and a later one")]
    #[test_case(&[205] => Some(205); "one that no list has answered alone")]
    fn a_request_that_is_answered_is_not_answered_again(requests: &[i64]) -> Option<i64> {
        let workspace = WorkspaceSyncState {
            latest: Some(list(210, 250)),
            latest_long: Some(list(90, 200)),
            ..WorkspaceSyncState::default()
        };
        let requests: Vec<_> = requests.iter().map(|it| since(*it)).collect();
        let open = RequestedSync::unanswered(&requests, &calendar(), None, &workspace)?;
        match open.extent {
            Extent::Since(since) => Some(since.as_second()),
            Extent::Nothing | Extent::Full => None,
        }
    }
}
