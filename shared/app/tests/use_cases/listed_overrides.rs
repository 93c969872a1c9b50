//! Overrides and pauses are listed in the same order, however many owners are read at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callsheet_app::PortError;
use callsheet_app::calendar_activity::calendar_activity;
use callsheet_app::list_overrides::{list_overrides, overrides_in_calendar};
use callsheet_app::list_page::ListQuery;
use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_domain::{OverrideChoice, OverrideScope, plus};
use callsheet_testkit::{
    CallName, Counts, Intercepted, Interceptor, MemoryDecisions, MemoryState, With as _,
    a_calendar_record, a_decision, an_actor, an_email, at, id,
};
use jiff::SignedDuration;

/// More than are read at once.
const OWNERS: usize = 50;
/// The calls that may be under way at once: one of each owner.
const AT_ONCE: usize = 16;

/// Counts how many calls are under way. Of two calls the later one is done first, as a slow one
/// may be overtaken.
#[derive(Debug, Clone, Default)]
struct Overlap {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    made: Arc<AtomicUsize>,
}

impl Interceptor for Overlap {
    async fn around<T: Send>(
        &self,
        _: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        for _ in 0..3 * (number % 2) {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        let result = effect.await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

#[tokio::test]
async fn owners_are_read_at_once_and_listed_in_order() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    for number in 0..OWNERS {
        let record = a_calendar_record().with(|record| {
            record.calendar.id = id(format!("calendar-{number:02}"));
            record.calendar.email = Some(an_email(&format!("desk-{number:02}@acme.example")));
        });
        state.write_record(&record).await.expect("memory");
        let row = a_decision().with(|row| {
            row.key.event_id = id(format!("event-{number:02}"));
            row.platform_id = Some(id(format!("platform-{number:02}")));
            row.calendar_id = record.calendar.id.clone();
        });
        decisions.write(&row).await.expect("memory");
        let owner = record.calendar.owner();
        let scope = OverrideScope::Event(id(format!("platform-{number:02}")));
        let (no, by) = (OverrideChoice::Skip, an_actor());
        let set = state.set_override(&owner, &scope, no, &by, at("09:00"));
        set.await.expect("memory");
        let paused = state.pause(&owner, at("23:00"), &by, at("09:01"));
        paused.await.expect("memory");
    }
    let overlap = Overlap::default();
    let decisions = Intercepted::new(decisions, &overlap);
    let listed = list_overrides((&state, &decisions), &[], at("09:10")).await;
    let listed = listed.expect("memory");
    let expected: Vec<_> = (0..OWNERS)
        .map(|number| format!("calendar-{number:02}"))
        .collect();
    let paused = listed.pauses.iter().map(|one| one.calendar.to_string());
    assert_eq!(paused.collect::<Vec<_>>(), expected);
    let overridden = listed.overrides.iter().map(|one| one.calendar.to_string());
    assert_eq!(overridden.collect::<Vec<_>>(), expected);
    let has_event = |number: usize| {
        let row = listed.overrides[number].decision.as_ref();
        row.is_some_and(|row| row.key.event_id == id(format!("event-{number:02}")))
    };
    assert!((0..OWNERS).all(has_event), "each has the event of its own");
    assert_eq!(overlap.most.load(Ordering::SeqCst), AT_ONCE);
}

/// However many decisions there are about a calendar's meetings, a page of its overrides reads the
/// rows of the last thousand, a hundred at once.
#[tokio::test]
async fn a_page_of_one_calendar_reads_a_bounded_number_of_rows() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let record = a_calendar_record();
    state.write_record(&record).await.expect("memory");
    for number in 0..1_250_i64 {
        decisions.put(a_decision().with(|row| {
            row.key.event_id = id(format!("event-{number}"));
            row.platform_id = Some(id(format!("platform-{number}")));
            row.starts_at = plus(row.starts_at, SignedDuration::from_mins(number));
            row.ends_at = plus(row.ends_at, SignedDuration::from_mins(number));
        }));
    }
    let (owner, no, by) = (record.calendar.owner(), OverrideChoice::Skip, an_actor());
    for name in ["platform-0", "platform-1249"] {
        let scope = OverrideScope::Event(id(name));
        let set = state.set_override(&owner, &scope, no, &by, at("09:00"));
        set.await.expect("memory");
    }
    let counts = Counts::default();
    let decisions = Intercepted::new(decisions, &counts);
    let ports = (&state, &decisions);
    let query = ListQuery::first(50);
    let page = overrides_in_calendar(ports, &record.calendar, &query, at("09:10")).await;
    let mut page = page.expect("memory").overrides;
    page.sort_by_key(|one| one.scope.clone());
    let known = page.iter().map(|one| one.decision.is_some());
    assert_eq!(known.collect::<Vec<_>>(), [false, true]);
    let read = calendar_activity(ports, &record, &query, at("09:10")).await;
    let actions = read.expect("memory").actions.into_iter();
    let known = actions.map(|one| one.decision.is_some());
    assert_eq!(known.collect::<Vec<_>>(), [true, false]);
    assert_eq!(counts.by_name()["Decisions::decisions"], 20);
}
