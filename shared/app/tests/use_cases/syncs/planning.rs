//! Which syncs are planned for a batch of requests.

use callsheet_app::ports::{Queue as _, SyncStates as _};
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::{Operation, OverrideRevision, SyncJob};
use callsheet_testkit::{Fault, With as _, at};
use futures_util::future::join;
use jiff::SignedDuration;

use super::{event, event_id, harness, id};

#[tokio::test]
async fn requests_for_many_calendars_cost_one_page() {
    let harness = harness(30).await;
    let before = harness.recall.calls().len();
    harness.change(0..30).await;
    harness.handle_all().await;
    assert_eq!(harness.subjects_since(before), ["workspace"]);
    assert_eq!(harness.decided(), 30);
}

#[tokio::test]
async fn a_burst_of_requests_for_one_calendar_leaves_half_of_the_rate_limit_to_others() {
    let harness = harness(2).await;
    let before = harness.recall.calls().len();
    let began = harness.after(0);
    for _ in 0..120 {
        harness.change([0]).await;
        harness.clock.advance(SignedDuration::from_millis(500));
        let batch = harness.queue.deliver(10);
        let handled = harness.sync().handle(&batch, harness.deadline()).await;
        assert_eq!(handled, Handled::default());
    }
    let minutes = harness.after(0).duration_since(began).as_secs_f64() / 60.0;
    let lists = harness.subjects_since(before).len();
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let a_minute = lists as f64 / minutes;
    assert!(a_minute <= 31.0, "{a_minute} lists a minute");
}

#[tokio::test]
async fn one_calendar_is_synced_alone_while_no_other_changes() {
    let harness = harness(2).await;
    let before = harness.recall.calls().len();
    harness.change([1]).await;
    harness.handle_all().await;
    assert_eq!(harness.subjects_since(before), ["calendar-1"]);
}

/// Rows of a calendar that were evaluated with an override which is not stored any
/// more cannot be written: that must cost no other calendar.
#[tokio::test]
async fn a_calendar_that_cannot_be_written_holds_up_no_other() {
    let harness = harness(3).await;
    harness.change(0..3).await;
    harness.handle_all().await;
    let mut row = harness.decision(&event_id(1));
    row.inputs.overrides = OverrideRevision(9);
    harness.decisions.put(row);
    harness.clock.advance(SignedDuration::from_secs(60));

    harness.recall.put_event(event(1, harness.after(0)));
    harness.change([0, 2]).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let sent = harness.queue.sent().len();
    let handled = harness
        .sync()
        .handle(&harness.queue.deliver(10), harness.deadline())
        .await;
    assert_eq!(handled, Handled::default());
    let last_sync = harness
        .state
        .workspace()
        .await
        .expect("memory")
        .latest
        .expect("a sync");
    assert_eq!(last_sync.listed, 3);
    let asked: Vec<_> = harness.queue.sent().split_off(sent);
    let [SyncJob::Request(request)] = asked.as_slice() else {
        panic!("one request is sent: {asked:?}");
    };
    assert_eq!(request.calendar_id, id(1));
    let handled = harness
        .sync()
        .handle(&harness.queue.deliver(10), harness.deadline())
        .await;
    assert_eq!(
        handled.failed.len(),
        1,
        "alone it fails, until it is a dead letter"
    );
}

/// The sync that skipped it does not cover its request when that is delivered again.
#[tokio::test]
async fn a_skipped_calendar_is_synced_when_its_request_is_delivered_again() {
    let harness = harness(3).await;
    harness.change(0..3).await;
    harness.handle_all().await;
    let row = harness.decision(&event_id(1));
    let seen_first = row.inputs.event;
    let unwritable = row
        .clone()
        .with(|row| row.inputs.overrides = OverrideRevision(9));
    harness.decisions.put(unwritable);
    harness.clock.advance(SignedDuration::from_secs(60));

    harness.change(0..3).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(10);
    let handled = harness.sync().handle(&batch, harness.deadline()).await;
    let of_it = &batch[1].job;
    assert_eq!(handled.failed, vec![batch[1].message_id.clone()]);

    harness.decisions.put(row);
    harness.queue.send(of_it).await.expect("memory");
    harness.handle_all().await;
    assert!(harness.decision(&event_id(1)).inputs.event > seen_first);
}

#[tokio::test]
async fn a_workspace_that_cannot_be_listed_is_synced_one_calendar_at_a_time() {
    let harness = harness(2).await;
    harness.change(0..2).await;
    let refused = PortError::Unreadable {
        service: Service::Recall,
        reason: "unexpected status 400: calendar_id is required".to_owned(),
    };
    harness
        .recall
        .fault(Operation::ListEvents, Fault::Fails(refused));
    let before = harness.recall.calls().len();
    harness.handle_all().await;
    assert_eq!(
        harness.subjects_since(before),
        ["workspace", "calendar-0", "calendar-1"]
    );
    assert_eq!(harness.decided(), 2);
}

#[tokio::test]
async fn a_worker_waits_for_a_sync_in_progress_that_covers_its_request() {
    let harness = harness(4).await;
    harness.recall.page_size(1);
    harness.change(0..4).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let (one, other) = (harness.queue.deliver(2), harness.queue.deliver(2));
    let before = harness.recall.calls().len();
    let (sync, deadline) = (harness.sync(), harness.deadline());
    let (one, other) = join(sync.handle(&one, deadline), sync.handle(&other, deadline)).await;
    assert_eq!((one, other), (Handled::default(), Handled::default()));
    assert_eq!(
        harness.subjects_since(before),
        ["workspace"; 4],
        "four pages, once"
    );
    assert_eq!(harness.decided(), 4);
}

/// While pages are read an event moves to a page that was read already, and one
/// that is still to be read changes: neither is lost nor written old.
#[tokio::test]
async fn an_event_that_moves_while_pages_are_read_is_not_lost() {
    let harness = harness(3).await;
    harness.recall.page_size(1);
    harness.change(0..3).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let batch = harness.queue.deliver(10);
    let (sync, deadline) = (harness.sync(), harness.deadline());
    let meanwhile = async {
        // Now the first page is read, and the second waits for its permit.
        let moved = event(2, harness.after(0)).with(|event| event.starts_at = at("10:00"));
        harness.recall.put_event(moved);
        harness.tell(&id(2)).await;
    };
    let drained = harness.state_drawn(5).await;
    let (handled, ()) = join(sync.handle(&batch, deadline), meanwhile).await;
    assert!(drained);
    assert_eq!(handled, Handled::default());
    harness.handle_all().await;
    assert_eq!(harness.decision(&event_id(2)).starts_at, at("10:00"));
    assert_eq!(harness.decided(), 3);
}

#[tokio::test]
async fn an_event_that_moves_to_another_calendar_is_evaluated_there() {
    let harness = harness(2).await;
    harness.change([0]).await;
    harness.handle_all().await;
    harness.drained().await.expect("drained");
    harness.clock.advance(SignedDuration::from_secs(60));
    let moved = event(0, harness.after(0)).with(|event| event.calendar_id = id(1));
    harness.recall.put_event(moved);
    harness.tell(&id(1)).await;
    harness.handle_all().await;
    harness.drained().await.expect("drained");
    assert_eq!(harness.decision(&event_id(0)).calendar_id, id(1));
    assert_eq!(harness.decided(), 1);
    harness.assert_as_wanted();
}
