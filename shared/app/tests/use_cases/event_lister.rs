//! Every page of a list of events is listed, each with a permit.

use callsheet_app::ports::Clock as _;
use callsheet_app::{AcquireError, CallTerms, PortError, Service, UseCaseError};
use callsheet_testkit::{ManualClock, MemoryState, a_calendar, an_event, at};
use jiff::SignedDuration;
use test_case::test_case;

use crate::listed_recall::ListedRecall;

fn throttled() -> PortError {
    PortError::Throttled {
        service: Service::Recall,
        wait: std::time::Duration::from_mins(1),
    }
}

#[test_case(Vec::new(), 3; "without a failure")]
#[test_case(vec![throttled()], 4; "after a 429")]
#[tokio::test]
async fn every_page_is_listed_within_the_rate_limit(failures: Vec<PortError>, calls: usize) {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let is_throttled = !failures.is_empty();
    let recall = ListedRecall::new(&clock, vec![vec![an_event()]; 3]);
    *recall.failures.lock().expect("one test") = failures;
    let lists = recall.lister(&state);
    let calendars = [a_calendar().id];
    let pages = lists.pages(calendars.iter(), at("09:00")).await;
    let pages = pages.expect("they are listed");
    let listed: usize = pages.iter().map(|page| page.events.len()).sum();
    assert_eq!(listed, 3);
    let made = lists.recall.calls.into_inner().expect("one test");
    assert_eq!(made.len(), calls);
    let requested: Vec<_> = pages.iter().map(|page| page.requested_at).collect();
    assert_eq!(
        requested,
        made[calls - 3..],
        "the times of the calls that succeeded"
    );
    for (one, next) in made.iter().zip(made.iter().skip(1)) {
        assert!(
            next.duration_since(*one) >= SignedDuration::from_secs(2),
            "{made:?}"
        );
    }
    let waited = made[calls - 1].duration_since(made[0]);
    assert_eq!(waited >= SignedDuration::from_secs(60), is_throttled);
}

fn unavailable() -> PortError {
    PortError::Unavailable {
        service: Service::Recall,
        reason: "503".to_owned(),
        source: None,
    }
}

/// Pages have permits two seconds apart, a 429 blocks them for a minute, and the delays before
/// attempts are 2, 4 and 8 seconds.
#[test_case(Vec::new(), 5, true; "more pages than permits")]
#[test_case(vec![throttled()], 1, true; "a 429")]
#[test_case(vec![unavailable(), unavailable(), unavailable(), unavailable()], 3, false; "an outage")]
#[tokio::test]
async fn a_listing_makes_no_call_after_its_latest_instant(
    failures: Vec<PortError>,
    calls: usize,
    is_without_permit: bool,
) {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let latest = at("09:30").checked_add(SignedDuration::from_secs(9));
    let latest = latest.expect("an instant");
    let recall = ListedRecall::new(&clock, vec![vec![an_event()]; 9]);
    *recall.failures.lock().expect("one test") = failures;
    let mut lists = recall.lister(&state);
    lists.terms = CallTerms {
        latest,
        ..CallTerms::OPERATOR
    };
    let calendars = [a_calendar().id];
    let pages = lists.pages(calendars.iter(), at("09:00")).await;
    let is_as_expected = match pages.expect_err("there is too little time") {
        UseCaseError::NoPermit(AcquireError::DeadlineReached) => is_without_permit,
        UseCaseError::Port(PortError::Unavailable { .. }) => !is_without_permit,
        other => panic!("{other}"),
    };
    assert!(is_as_expected);
    let made = lists.recall.calls.into_inner().expect("one test");
    assert_eq!(made.len(), calls, "{made:?}");
    assert!(made.iter().all(|call| *call <= latest), "{made:?}");
    assert!(clock.now() <= latest, "nothing is waited for in vain");
}
