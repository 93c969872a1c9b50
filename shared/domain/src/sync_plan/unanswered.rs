//! The requests of a calendar that no completed sync has answered yet.

use super::request::SyncRequest;
use super::requested::{Extent, RequestedSync};
use super::state::{CompletedSync, WorkspaceSyncState};
use crate::id::CalendarId;

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
) -> Option<RequestedSync> {
    let is_answered = |request: &RequestedSync| {
        request.extent == Extent::Nothing
            || last_sync.is_some_and(|last_sync| last_sync.coverage().covers(request))
            || workspace.answers(calendar, request)
    };
    let requests = requests.into_iter().map(RequestedSync::from);
    let (answered, others): (Vec<_>, Vec<_>) = requests.partition(is_answered);
    let one = answered.into_iter().next();
    others.into_iter().reduce(RequestedSync::and).or(one)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use test_case::test_case;

    use super::*;
    use crate::revision::PolicyRevision;
    use crate::sync_plan::request::SyncReason;
    use crate::sync_plan::state::{LatestSync, WorkspaceCoverage};
    use crate::time::plus;
    use jiff::{SignedDuration, Timestamp};

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
    fn no_requests_are_none() {
        let workspace = WorkspaceSyncState::default();
        assert_eq!(unanswered([], &calendar(), None, &workspace), None);
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
        let open = unanswered(&requests, &calendar(), None, &workspace)?;
        match open.extent {
            Extent::Since(since) => Some(since.as_second()),
            Extent::Nothing | Extent::Full => None,
        }
    }
}
