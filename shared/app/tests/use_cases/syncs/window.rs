//! Events that leave the days that Recall lists.

use callsheet_app::ports::{Calendars as _, Clock as _};
use callsheet_app::{PortError, Service};
use callsheet_domain::{CalendarEvent, Operation, SyncReason, Wanted, plus};
use callsheet_testkit::{Fault, With as _, at};
use jiff::SignedDuration;
use test_case::test_case;

use super::{event, event_id, harness, id};
use crate::harness::Harness;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// An event of the first calendar, so many days later.
fn in_days(number: usize, later: i64, harness: &Harness) -> CalendarEvent {
    event(number, harness.after(0)).with(|event| {
        event.calendar_id = id(0);
        event.starts_at = plus(event.starts_at, days(later));
        event.ends_at = plus(event.ends_at, days(later));
    })
}

/// So many events in twenty days, each with its bot.
async fn with_bots(events: usize) -> Harness {
    let harness = harness(1).await;
    for number in 0..events {
        let event = in_days(number, 20, &harness);
        harness.recall.put_event(event);
    }
    harness.events_changed(&id(0), harness.after(-60)).await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.bots().len(), events);
    harness
}

impl Harness {
    /// Runs the resyncs of a day from now.
    async fn resync_tomorrow(&self) {
        self.clock.advance(SignedDuration::from_hours(25));
        for _ in 0..3 {
            self.resync(self.deadline()).await;
            self.clock.advance(SignedDuration::from_secs(60));
        }
        self.drained().await.expect("memory");
    }
}

#[tokio::test]
async fn an_event_that_is_moved_out_of_the_listed_days_takes_its_bot_with_it() {
    let harness = with_bots(2).await;
    harness.recall.put_event(in_days(0, 40, &harness));
    harness.resync_tomorrow().await;
    let Wanted::Bot(bot) = harness.decision(&event_id(0)).wanted else {
        panic!("it is to be recorded");
    };
    assert_eq!(bot.starts_at, plus(at("12:00"), days(40)));
    harness.assert_as_wanted();
    assert_eq!(
        harness.recall.count(Operation::GetEvent),
        1,
        "the other is listed"
    );
}

#[tokio::test]
async fn an_event_that_is_not_listed_and_gone_has_no_bot() {
    let harness = with_bots(2).await;
    harness.recall.remove_event(&event_id(0));
    harness.resync_tomorrow().await;
    let row = harness.decision(&event_id(0));
    assert_eq!(row.verdict.reason().rule.as_str(), "deleted");
    assert!(!row.is_due());
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
    harness.resync_tomorrow().await;
    assert_eq!(
        harness.recall.count(Operation::GetEvent),
        1,
        "it is known to be gone"
    );
}

/// It is the nearest one each day.
#[test_case(1, 2; "one that fails keeps no other waiting")]
#[test_case(3, 0; "no further one is read after three")]
#[tokio::test]
async fn events_that_recall_fails_for_are_left_to_the_next_day(failing: usize, read: usize) {
    let harness = with_bots(3 + read).await;
    for number in 0..3 + read {
        let nearer = i64::try_from(number).expect("few");
        harness
            .recall
            .put_event(in_days(number, 40 + nearer, &harness));
    }
    let moved = || {
        let rows = harness.decisions.all();
        let far = plus(at("12:00"), days(40));
        rows.iter().filter(|row| row.starts_at >= far).count()
    };
    for _ in 0..failing {
        let fault = Fault::Fails(PortError::Unavailable {
            service: Service::Recall,
            reason: "502".to_owned(),
            source: None,
        });
        harness.recall.fault(Operation::GetEvent, fault);
    }
    harness.resync_tomorrow().await;
    assert_eq!(moved(), 3 + read - failing);
    harness.resync_tomorrow().await;
    assert_eq!(moved(), 3 + read);
    harness.assert_as_wanted();
}

/// As many as fit into a part of the calls of a minute, and the rest a day later.
#[tokio::test]
async fn many_events_that_left_the_listed_days_are_read_in_parts() {
    let harness = with_bots(70).await;
    for number in 0..70 {
        harness.recall.put_event(in_days(number, 40, &harness));
    }
    harness.resync_tomorrow().await;
    assert_eq!(harness.recall.count(Operation::GetEvent), 60);
    harness.resync_tomorrow().await;
    let moved = plus(at("12:00"), days(40));
    let rows = harness.decisions.all();
    assert!(rows.iter().all(|row| row.starts_at >= moved));
    harness.assert_as_wanted();
    // Those that are known to be far ahead are expected to be in no list.
    harness.resync_tomorrow().await;
    assert_eq!(harness.recall.count(Operation::GetEvent), 70);
}

/// Else whoever changes overrides each day would put it off for ever.
#[tokio::test]
async fn a_requested_full_sync_reads_what_it_did_not_list_for_two_seconds() {
    let harness = with_bots(70).await;
    for number in 0..70 {
        harness.recall.put_event(in_days(number, 40, &harness));
    }
    let began = harness.clock.now();
    harness.request(&id(0), SyncReason::FullSync).await;
    let read = harness.recall.count(Operation::GetEvent);
    assert!((5..20).contains(&read), "{read}");
    let took = harness.clock.now().duration_since(began);
    assert!(took < SignedDuration::from_secs(4), "{took}");
}

/// The pages before the interruption were read by another invocation.
#[tokio::test]
async fn a_full_sync_that_is_resumed_knows_what_was_listed_before() {
    let harness = with_bots(90).await;
    harness.recall.put_event(in_days(0, 40, &harness));
    harness.recall.page_size(1);
    harness.clock.advance(SignedDuration::from_hours(25));
    let resync = async || {
        harness.resync(harness.deadline()).await;
        harness.clock.advance(SignedDuration::from_secs(60));
        let record = harness.state.record(&id(0)).await.expect("memory");
        record.expect("it is stored").in_progress
    };
    assert!(resync().await.is_some(), "a minute is not enough");
    assert_eq!(harness.recall.count(Operation::GetEvent), 0);
    while resync().await.is_some() {}
    harness.drained().await.expect("memory");
    assert_eq!(harness.recall.count(Operation::GetEvent), 1);
    harness.assert_as_wanted();
}
