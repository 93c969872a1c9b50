//! Every page of a list of events is listed, each with a permit.

use callsheet_app::{PortError, Service};
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
