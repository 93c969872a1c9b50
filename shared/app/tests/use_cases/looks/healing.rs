//! What nobody told of is found all the same.

use callsheet_app::ports::{Calendars as _, Queue as _};
use callsheet_domain::{Errand, Operation, plus};
use callsheet_testkit::{But as _, a_calendar, an_event, at};
use jiff::SignedDuration;

use super::{event, house, id};
use crate::house::House;

#[tokio::test]
async fn a_change_whose_notice_never_came_is_found_by_the_next_sweep() {
    let house = house(3).await;
    house.recall.put_event(event(2, house.after(0)));
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 0, "it is not time yet");
    house.clock.advance(SignedDuration::from_mins(5));
    let before = house.recall.calls().len();
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 1);
    assert_eq!(house.subjects_since(before), ["workspace"]);
    house.sweep(house.deadline()).await;
    assert_eq!(house.subjects_since(before).len(), 1, "it was just done");
}

#[tokio::test]
async fn one_calendar_at_a_time_is_swept_too() {
    let house = house(3).await;
    house.recall.put_event(event(2, house.after(0)));
    house.clock.advance(SignedDuration::from_mins(5));
    let before = house.recall.calls().len();
    house.queue.send(&Errand::Sweep).await.expect("memory");
    let mut sync = house.sync();
    sync.settings.is_workspace_listed = false;
    sync.handle(&house.queue.deliver(1), house.deadline()).await;
    assert_eq!(house.decided(), 1);
    let mut looked_at = house.subjects_since(before);
    looked_at.sort();
    assert_eq!(looked_at, ["calendar-0", "calendar-1", "calendar-2"]);
}

#[tokio::test]
async fn everything_is_looked_at_once_a_day() {
    let house = house(2).await;
    house.recall.delete_calendar(&a_calendar().id);
    house.clock.advance(SignedDuration::from_hours(23));
    house.sweep(house.deadline()).await;
    let before = house.recall.calls().len();
    house.clock.advance(SignedDuration::from_hours(1));
    house.sweep(house.deadline()).await;
    let mut looked_at = house.subjects_since(before);
    looked_at.sort();
    assert_eq!(looked_at, ["calendar-0", "calendar-1", "workspace"]);
    house.sweep(house.deadline()).await;
    assert_eq!(house.subjects_since(before).len(), 3);
}

#[tokio::test]
async fn a_calendar_that_nobody_knew_is_met_in_a_look_at_the_workspace() {
    let house = house(2).await;
    house
        .recall
        .put_calendar(a_calendar().but(|calendar| calendar.id = id(7)));
    house.recall.put_event(event(7, house.after(0)));
    house.change(0..2).await;
    house.handle_all().await;
    assert_eq!(house.decided(), 3);
    let record = house
        .state
        .record(&id(7))
        .await
        .expect("memory")
        .expect("a record");
    assert_eq!(record.looked, None, "it is owed a look at everything");
}

#[tokio::test]
async fn a_calendar_that_nobody_told_of_is_found_once_a_day() {
    let house = house(0).await;
    house.recall.put_event(an_event());
    house.clock.advance(SignedDuration::from_hours(24));
    house.recall.put_event(an_event().but(|event| {
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(48));
        event.ends_at = plus(event.ends_at, SignedDuration::from_hours(48));
    }));
    house.sweep(house.deadline()).await;
    assert_eq!(house.decided(), 1);
    assert_eq!(house.recall.count(Operation::ListCalendars), 1);
}

#[tokio::test]
async fn a_calendar_that_was_deleted_without_a_word_is_missed_once_a_day() {
    let house = House::new();
    let lasts =
        an_event().but(|event| event.ends_at = plus(at("10:00"), SignedDuration::from_hours(48)));
    house.see(lasts).await;
    house.drained().await.expect("drained");
    house.recall.delete_calendar(&a_calendar().id);
    house.sweep(house.deadline()).await;
    house.clock.advance(SignedDuration::from_hours(24));
    house.sweep(house.deadline()).await;
    let row = house.decision(&an_event().id);
    assert_eq!(row.verdict.grounds().rule.to_string(), "disconnected");
    assert!(!row.is_due(), "its bots are known to be gone");
}
