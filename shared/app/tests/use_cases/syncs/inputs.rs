//! What a completed sync says about the decisions of its calendar.

use callsheet_app::Handled;
use callsheet_app::ports::{Calendars as _, Clock as _, OverrideStore as _, RateLimits as _};
use callsheet_domain::{
    CalendarEvent, CalendarRecord, Operation, OverrideRevision, PolicyRevision, needs_full_sync,
};
use callsheet_testkit::{an_actor, at};
use futures_util::future::join;
use jiff::SignedDuration;
use test_case::test_case;

use super::{event, event_id, harness, id};
use crate::harness::{Harness, skips_all};

impl Harness {
    async fn record_of(&self, number: usize) -> CalendarRecord {
        let record = self.state.record(&id(number)).await;
        record.expect("memory").expect("a record")
    }

    /// Rule of the decision about the `number`th event.
    fn rule(&self, number: usize) -> String {
        let row = self.decision(&event_id(number));
        row.verdict.reason().rule.to_string()
    }

    /// Acquires permits ahead, so that the next call waits for so many seconds.
    async fn no_list_for(&self, seconds: i64) {
        let until = self.after(seconds);
        let blocked = self.state.block_until(Operation::ListEvents, until);
        blocked.await.expect("memory");
    }
}

/// One calendar with a meeting that was decided while it is paused until 09:45;
/// now it is a second before.
async fn paused_until_a_second_from_now() -> Harness {
    let harness = harness(1).await;
    harness.recall.put_event(event(0, at("08:00")));
    let (owner, by) = (harness.state.owner_of(&id(0)), an_actor());
    let paused = harness
        .state
        .pause(&owner, at("09:45"), &by, harness.after(0));
    paused.await.expect("memory");
    assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
    assert_eq!(harness.rule(0), "paused");
    harness.clock.advance_to(at("09:44:58"));
    harness
}

/// An incremental sync lists only what changed, so it cannot lift the pause from
/// the other meetings.
#[tokio::test]
async fn a_pause_that_ends_while_a_sync_waits_for_its_permit_leaves_no_meeting_paused() {
    let harness = paused_until_a_second_from_now().await;
    let another = event(1, harness.after(0));
    let another = CalendarEvent {
        calendar_id: id(0),
        ..another
    };
    harness.recall.put_event(another);
    harness.no_list_for(3).await;
    harness.events_changed(&id(0), harness.after(0)).await;
    assert!(
        harness.clock.now() > at("09:45"),
        "the sync waited until the pause was over"
    );
    assert_eq!(harness.rule(1), "external");
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.rule(0), "external", "it is not paused any more");
}

/// Changes of the inputs while an incremental sync waits for its permit: the
/// calendar needs a full sync before and after.
#[test_case(true; "of the policy")]
#[test_case(false; "of an override")]
#[tokio::test]
async fn a_change_that_comes_while_a_sync_waits_still_needs_a_full_sync(is_policy: bool) {
    let harness = harness(1).await;
    harness.recall.put_event(event(0, harness.after(0)));
    harness.events_changed(&id(0), harness.after(-60)).await;
    assert_eq!(harness.rule(0), "external");
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.no_list_for(4).await;
    let changed = async {
        if is_policy {
            harness.push(skips_all).await;
        } else {
            let (owner, by) = (harness.state.owner_of(&id(0)), an_actor());
            let now = harness.after(0);
            let paused = harness.state.pause(&owner, at("18:00"), &by, now);
            paused.await.expect("memory");
        }
    };
    join(harness.events_changed(&id(0), harness.after(0)), changed).await;
    let record = harness.record_of(0).await;
    let (policy, overrides) = if is_policy { (1, 0) } else { (0, 1) };
    assert!(needs_full_sync(
        record.last_sync.as_ref(),
        PolicyRevision(policy),
        OverrideRevision(overrides),
        harness.after(0)
    ));
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.resync(harness.deadline()).await;
    let expected = if is_policy { "default" } else { "paused" };
    assert_eq!(harness.rule(0), expected);
}
