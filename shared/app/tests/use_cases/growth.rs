//! How the work on a change grows: linear with what changed, whatever the age of a series and
//! the number of its people.
//!
//! A change is synced page by page, and the scheduler makes its calls and the owner checks
//! that follow, until nothing is left. Rows that are read and written are counted at the port
//! of decisions, and their bytes as their text has them.

mod metered;
mod series;
mod workspace;

use std::collections::BTreeMap;

use callsheet_app::ports::Clock as _;
use callsheet_app::{DecisionWriter, EventPage, SyncCounts};
use callsheet_domain::{CalendarEvent, ResponseStatus, plus};
use callsheet_testkit::With as _;
use jiff::SignedDuration;
use metered::Used;
use series::Series;
use test_case::test_case;

/// The most that a change may use for each event that changed.
#[derive(Clone, Copy)]
struct Most {
    rows_read: usize,
    rows_written: usize,
    calls: usize,
}

impl Used {
    /// For each of so many events no more was used than `most`, of rows of a few kilobytes.
    fn assert_at_most(self, events: usize, most: Most) {
        assert!(
            self.rows_read <= most.rows_read * events,
            "{events}: {self:?}"
        );
        assert!(
            self.entries_read <= most.rows_read * events,
            "{events}: {self:?}"
        );
        assert!(
            self.rows_written <= most.rows_written * events,
            "{events}: {self:?}"
        );
        let rows = self.rows_read + self.rows_written;
        assert!(
            self.bytes <= 3_500 * rows,
            "{events}: {self:?} of {rows} rows"
        );
    }
}

/// What changes in a series.
type Change = fn(&Series) -> Vec<CalendarEvent>;

fn one_attendee_answers(series: &Series) -> Vec<CalendarEvent> {
    let event = series.event(series.copies - 1, 0);
    vec![event.with(|event| event.facts.own_response = Some(ResponseStatus::Declined))]
}

fn one_instance_moves(series: &Series) -> Vec<CalendarEvent> {
    let moved = series.instance(0).into_iter().map(|event| {
        event.with(|event| {
            event.starts_at = plus(event.starts_at, SignedDuration::from_mins(5));
            event.ends_at = plus(event.ends_at, SignedDuration::from_mins(5));
        })
    });
    moved.collect()
}

fn the_title_changes(series: &Series) -> Vec<CalendarEvent> {
    let edited = series.all().into_iter();
    let edited =
        edited.map(|event| event.with(|event| event.facts.title = Some("edited".to_owned())));
    edited.collect()
}

/// The next owner is called twice: time stands still here, so the check that follows cannot
/// tell that the first call came after the leaving one.
fn the_owner_leaves(series: &Series) -> Vec<CalendarEvent> {
    let event = series.event(1, 0);
    vec![event.with(|event| event.facts.own_response = Some(ResponseStatus::Declined))]
}

#[test_case(one_attendee_answers, Most { rows_read: 8, rows_written: 3, calls: 1 }; "one attendee answers")]
#[test_case(the_owner_leaves, Most { rows_read: 20, rows_written: 9, calls: 3 }; "the owner leaves")]
#[test_case(one_instance_moves, Most { rows_read: 8, rows_written: 3, calls: 1 }; "one instance moves for all")]
#[test_case(the_title_changes, Most { rows_read: 7, rows_written: 3, calls: 1 }; "a series is edited")]
#[tokio::test]
async fn the_work_on_a_change_is_linear_in_the_events_that_changed(change: Change, most: Most) {
    for copies in [10, 20, 40, 80] {
        let series = Series::new(copies, 4);
        series.work(series.all()).await;
        let calls = series.calls();
        let events = change(&series);
        let changed = events.len();
        let used = series.work(events).await;
        let calls = series.calls() - calls;
        used.assert_at_most(changed, most);
        assert!(calls <= most.calls * changed, "{copies}: {calls} calls");
    }
}

/// The owner's call reconfigures the bot for all copies.
#[tokio::test]
async fn a_new_title_of_a_series_costs_one_call_for_each_instance() {
    for copies in [5, 10, 20, 40] {
        let series = Series::new(copies, 4);
        series.work(series.all()).await;
        let calls = series.calls();
        series.work(the_title_changes(&series)).await;
        assert_eq!(series.calls() - calls, 4, "{copies} copies");
    }
}

/// Neither the instances that a series has, nor those that it had.
#[tokio::test]
async fn the_work_on_an_instance_does_not_grow_with_the_series() {
    let mut before = None;
    for instances in [2, 4, 8, 16] {
        let series = Series::new(5, instances);
        series.work(series.all()).await;
        let used = series.work(one_instance_moves(&series)).await;
        assert_eq!(*before.get_or_insert(used), used, "{instances} instances");
    }
}

#[tokio::test]
async fn the_work_on_a_meeting_that_is_first_seen_is_linear_in_its_people() {
    for copies in [25, 50, 100, 200] {
        let series = Series::new(copies, 1);
        let used = series.work(series.all()).await;
        assert!(used.entries_read <= 5 * copies, "{copies}: {used:?}");
        used.assert_at_most(
            copies,
            Most {
                rows_read: 7,
                rows_written: 3,
                calls: 1,
            },
        );
        assert_eq!(series.calls(), copies, "one claim for each copy");
    }
}

/// The largest has the constants of the smallest, first seen and moved.
#[test_case(100)]
#[test_case(500)]
#[test_case(2_000)]
#[test_case(5_000)]
#[tokio::test]
async fn an_all_hands_costs_the_same_for_each_of_its_people(copies: usize) {
    let series = Series::new(copies, 1);
    for events in [series.all(), one_instance_moves(&series)] {
        let calls = series.calls();
        let used = series.work(events).await;
        // One more for the bot that all of them share.
        used.assert_at_most(
            copies + 1,
            Most {
                rows_read: 8,
                rows_written: 3,
                calls: 1,
            },
        );
        assert_eq!(series.calls() - calls, copies, "one claim for each copy");
    }
}

/// An event that did not change costs its own row.
#[tokio::test]
async fn an_unchanged_page_reads_the_rows_of_its_events_and_no_other() {
    let series = Series::new(20, 4);
    series.work(series.all()).await;
    let rows = series.decisions.decisions.all().into_iter();
    let updated: BTreeMap<_, _> = rows
        .map(|row| (row.key.event_id, row.inputs.event))
        .collect();
    let bots = series.recall.bots();
    let page = series.all().into_iter();
    let page: Vec<_> = page
        .map(|event| {
            event.with(|event| {
                let bots = bots.values().filter(|bot| bot.events.contains(&event.id));
                event.bots = bots.map(|bot| bot.entry.clone()).collect();
                event.updated_at = updated[&event.id];
            })
        })
        .collect();
    let writer = DecisionWriter {
        decisions: &series.decisions,
        state: &series.state,
        clock: &series.clock,
    };
    let page = EventPage {
        asked_at: series.clock.now(),
        unreadable: Vec::new(),
        events: page,
    };
    series.decisions.take();
    let mut counts = SyncCounts::default();
    let written = writer.write_page(&series.context, page, &mut counts).await;
    written.expect("the table answers");
    let used = series.decisions.take();
    assert_eq!(
        (used.rows_read, used.entries_read, used.rows_written),
        (80, 0, 0)
    );
}
