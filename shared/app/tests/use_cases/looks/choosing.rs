//! Which looks are made, and what they leave to others.

use callsheet_app::ports::{Queue as _, SyncStates as _};
use callsheet_app::{Handled, PortError};
use callsheet_domain::{Operation, OverrideRevision, SyncJob};
use callsheet_testkit::{But as _, Fault, at};
use futures_util::future::join;
use jiff::SignedDuration;

use super::{event, event_id, house, id};

#[tokio::test]
async fn notices_of_many_calendars_cost_one_list() {
    let house = house(30).await;
    let before = house.recall.calls().len();
    house.change(0..30).await;
    house.handle_all().await;
    assert_eq!(house.subjects_since(before), ["workspace"]);
    assert_eq!(house.decided(), 30);
}

#[tokio::test]
async fn a_flood_about_one_calendar_leaves_half_of_the_lists_to_others() {
    let house = house(2).await;
    let before = house.recall.calls().len();
    let began = house.after(0);
    for _ in 0..120 {
        house.change([0]).await;
        house.clock.advance(SignedDuration::from_millis(500));
        let batch = house.queue.deliver(10);
        let handled = house.sync().handle(&batch, house.deadline()).await;
        assert_eq!(handled, Handled::default());
    }
    let minutes = house.after(0).duration_since(began).as_secs_f64() / 60.0;
    let lists = house.subjects_since(before).len();
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let a_minute = lists as f64 / minutes;
    assert!(a_minute <= 31.0, "{a_minute} lists a minute");
}

#[tokio::test]
async fn one_calendar_is_looked_at_alone_where_nothing_else_is_going_on() {
    let house = house(2).await;
    let before = house.recall.calls().len();
    house.change([1]).await;
    house.handle_all().await;
    assert_eq!(house.subjects_since(before), ["calendar-1"]);
}

/// Rows of a calendar that were decided by a word which is not there any more
/// cannot be written: that must cost nobody else.
#[tokio::test]
async fn a_calendar_that_cannot_be_written_holds_up_nobody_else() {
    let house = house(3).await;
    house.change(0..3).await;
    house.handle_all().await;
    let mut row = house.decision(&event_id(1));
    row.inputs.overrides = OverrideRevision(9);
    house.decisions.put(row);
    house.clock.advance(SignedDuration::from_secs(60));

    house.recall.put_event(event(1, house.after(0)));
    house.change([0, 2]).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let sent = house.queue.sent().len();
    let handled = house
        .sync()
        .handle(&house.queue.deliver(10), house.deadline())
        .await;
    assert_eq!(handled, Handled::default());
    let last_sync = house
        .state
        .workspace()
        .await
        .expect("memory")
        .latest
        .expect("a look");
    assert_eq!(last_sync.listed, 3);
    let asked: Vec<_> = house.queue.sent().split_off(sent);
    let [SyncJob::Request(request)] = asked.as_slice() else {
        panic!("one notice is sent: {asked:?}");
    };
    assert_eq!(request.calendar_id, id(1));
    let handled = house
        .sync()
        .handle(&house.queue.deliver(10), house.deadline())
        .await;
    assert_eq!(
        handled.failed.len(),
        1,
        "alone it fails, until it is a dead letter"
    );
}

/// The look that left it out is no answer to its notice when that comes again.
#[tokio::test]
async fn a_calendar_that_was_left_out_is_looked_at_when_its_notice_comes_again() {
    let house = house(3).await;
    house.change(0..3).await;
    house.handle_all().await;
    let row = house.decision(&event_id(1));
    let seen_first = row.inputs.event;
    let unwritable = row
        .clone()
        .but(|row| row.inputs.overrides = OverrideRevision(9));
    house.decisions.put(unwritable);
    house.clock.advance(SignedDuration::from_secs(60));

    house.change(0..3).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let batch = house.queue.deliver(10);
    let handled = house.sync().handle(&batch, house.deadline()).await;
    let of_it = &batch[1].job;
    assert_eq!(handled.failed, vec![batch[1].message_id.clone()]);

    house.decisions.put(row);
    house.queue.send(of_it).await.expect("memory");
    house.handle_all().await;
    assert!(house.decision(&event_id(1)).inputs.event > seen_first);
}

#[tokio::test]
async fn a_workspace_that_cannot_be_listed_whole_is_listed_one_by_one() {
    let house = house(2).await;
    house.change(0..2).await;
    let refused = PortError::Unreadable {
        service: "Recall",
        reason: "unexpected status 400: calendar_id is required".to_owned(),
    };
    house
        .recall
        .fault(Operation::ListEvents, Fault::Fails(refused));
    let before = house.recall.calls().len();
    house.handle_all().await;
    assert_eq!(
        house.subjects_since(before),
        ["workspace", "calendar-0", "calendar-1"]
    );
    assert_eq!(house.decided(), 2);
}

#[tokio::test]
async fn who_finds_a_look_at_work_that_answers_waits_for_it() {
    let house = house(4).await;
    house.recall.page_size(1);
    house.change(0..4).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let (one, other) = (house.queue.deliver(2), house.queue.deliver(2));
    let before = house.recall.calls().len();
    let (sync, deadline) = (house.sync(), house.deadline());
    let (one, other) = join(sync.handle(&one, deadline), sync.handle(&other, deadline)).await;
    assert_eq!((one, other), (Handled::default(), Handled::default()));
    assert_eq!(
        house.subjects_since(before),
        ["workspace"; 4],
        "four pages, once"
    );
    assert_eq!(house.decided(), 4);
}

/// While pages are read an event moves to a page that was read already, and one
/// that is still to be read changes: neither is lost nor written old.
#[tokio::test]
async fn an_event_that_moves_while_pages_are_read_is_not_lost() {
    let house = house(3).await;
    house.recall.page_size(1);
    house.change(0..3).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let batch = house.queue.deliver(10);
    let (sync, deadline) = (house.sync(), house.deadline());
    let meanwhile = async {
        // Now the first page is read, and the second waits for its turn.
        let moved = event(2, house.after(0)).but(|event| event.starts_at = at("10:00"));
        house.recall.put_event(moved);
        house.tell(&id(2)).await;
    };
    let drained = house.state_drawn(5).await;
    let (handled, ()) = join(sync.handle(&batch, deadline), meanwhile).await;
    assert!(drained);
    assert_eq!(handled, Handled::default());
    house.handle_all().await;
    assert_eq!(house.decision(&event_id(2)).starts_at, at("10:00"));
    assert_eq!(house.decided(), 3);
}

#[tokio::test]
async fn an_event_that_goes_to_another_calendar_is_decided_there() {
    let house = house(2).await;
    house.change([0]).await;
    house.handle_all().await;
    house.drained().await.expect("drained");
    house.clock.advance(SignedDuration::from_secs(60));
    let moved = event(0, house.after(0)).but(|event| event.calendar_id = id(1));
    house.recall.put_event(moved);
    house.tell(&id(1)).await;
    house.handle_all().await;
    house.drained().await.expect("drained");
    assert_eq!(house.decision(&event_id(0)).calendar_id, id(1));
    assert_eq!(house.decided(), 1);
    house.assert_as_wanted();
}
