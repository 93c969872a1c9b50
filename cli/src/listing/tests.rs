//! Every page is listed, each with a permit.

use std::sync::Mutex;

use callsheet_app::Service;
use callsheet_testkit::{ManualClock, MemoryState, a_calendar, at};
use jiff::SignedDuration;
use serde_json::json;
use test_case::test_case;

use super::*;

/// Three pages of one event each. The first calls fail.
struct FailingPages {
    failures: Mutex<Vec<PortError>>,
    calls: Mutex<Vec<Timestamp>>,
    clock: ManualClock,
}

impl RawEvents for FailingPages {
    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<RawPage, PortError> {
        self.calls.lock().expect("one test").push(self.clock.now());
        if let Some(failure) = self.failures.lock().expect("one test").pop() {
            return Err(failure);
        }
        let page: u32 = cursor
            .map_or(Ok(1), |cursor| cursor.0.parse())
            .expect("a number");
        Ok(RawPage {
            events: serde_json::from_value(json!([
                {"page": page, "calendar": query.calendar_id.as_ref().map(CalendarId::as_str)},
            ]))
            .expect("any JSON"),
            next: (page < 3).then(|| PageCursor((page + 1).to_string())),
        })
    }
}

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
    let recall = FailingPages {
        failures: Mutex::new(failures),
        calls: Mutex::default(),
        clock: clock.clone(),
    };
    let event_lister = EventLister {
        recall,
        state: &state,
        clock,
        rate_limit: RateLimit::per_minute(30, 1),
        progress: Progress::hidden(),
    };
    let calendars = [a_calendar().id];
    let pages = event_lister
        .pages(calendars.iter(), at("09:00"))
        .await
        .expect("they are listed");
    let listed: usize = pages.iter().map(|page| page.events.len()).sum();
    assert_eq!(listed, 3);
    let made = event_lister.recall.calls.into_inner().expect("one test");
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
