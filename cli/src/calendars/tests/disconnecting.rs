//! A calendar is taken away.

use std::cell::Cell;

use callsheet_app::PortError;
use callsheet_domain::{Operation, SyncJob, SyncReason, SyncRequest};
use callsheet_testkit::{Fault, Faults, Intercepted, When};

use super::*;
use crate::calendars::disconnect::{Disconnected, Outcome, disconnect};
use crate::error::CliError;
use crate::render::Render as _;

/// A calendar that both sides know, with three meetings of which one shares its
/// bot with another calendar.
async fn house(clock: &ManualClock) -> House {
    let house = empty(clock);
    house.remember("sales", CalendarStatus::Connected).await;
    house.put("sales", CalendarStatus::Connected);
    house.decide("sales", "event-1", Some("key-1")).await;
    house.decide("sales", "event-2", Some("key-2")).await;
    house.decide("sales", "event-3", None).await;
    house.decide("support", "event-4", Some("key-2")).await;
    house
}

async fn gone(house: &House, name: &str) -> Result<Disconnected, CliError> {
    disconnect(house, name, &clock(), |_| Ok(())).await
}

/// What the stack was told.
fn told(house: &House) -> Vec<SyncReason> {
    let looks = house.queue.sent().into_iter().map(|job| match job {
        SyncJob::Request(SyncRequest {
            calendar_id,
            reason,
            ..
        }) => {
            assert_eq!(calendar_id, id("calendar-sales"));
            reason
        }
        SyncJob::Resync | SyncJob::ResyncNow { .. } => panic!("no sweep is needed"),
    });
    looks.collect()
}

#[tokio::test]
async fn it_is_deleted_and_the_stack_is_told() {
    let clock = clock();
    let house = house(&clock).await;
    let asked = Cell::new(String::new());
    let done = disconnect(&house, "sales@acme.example", &clock, |question| {
        assert_eq!(house.recall.count(Operation::DeleteCalendar), 0);
        asked.set(question.to_owned());
        Ok(())
    });
    let done = done.await.expect("it is gone");
    assert_eq!(
        asked.take(),
        "sales@acme.example (calendar-sales) will be deleted at Recall, for good: its owner can only \
         connect it anew.\n\
         It has 3 upcoming meetings, and 1 bot goes with it. 1 bot stays since another calendar \
         shares it."
    );
    assert_eq!(done.outcome, Outcome::Deleted);
    assert_eq!(house.recall.count(Operation::DeleteCalendar), 1);
    assert_eq!(told(&house), [SyncReason::CalendarChanged]);
    assert!(house.state.next_free(Operation::DeleteCalendar).is_some());
    assert!(done.text().contains("1 bot of an upcoming meeting with it"));
}

#[tokio::test]
async fn done_again_it_still_has_the_stack_tidy_up() {
    let house = house(&clock()).await;
    for expected in [Outcome::Deleted, Outcome::AlreadyGone] {
        let done = gone(&house, "calendar-sales").await.expect("it is gone");
        assert_eq!(done.outcome, expected);
    }
    assert_eq!(told(&house), [SyncReason::CalendarChanged; 2]);
    let text = gone(&house, "calendar-sales").await.expect("still").text();
    assert!(text.contains("was gone from Recall already"), "{text}");
}

#[tokio::test]
async fn one_that_was_retired_is_still_found_by_its_owner() {
    let house = empty(&clock());
    house.remember("sales", CalendarStatus::Deleted).await;
    let done = gone(&house, "sales@acme.example")
        .await
        .expect("it is gone");
    assert_eq!(done.outcome, Outcome::AlreadyGone);
    assert!(done.leaving.report().contains("is known to be gone"));
}

#[tokio::test]
async fn without_a_yes_nothing_happens() {
    let house = house(&clock()).await;
    let no = |_: &str| Err(CliError::Refused("nothing was changed".to_owned()));
    let trouble = disconnect(&house, "calendar-sales", &clock(), no).await;
    assert_eq!(trouble.expect_err("no is no").exit_code(), 1);
    assert_eq!(house.recall.calls(), []);
    assert_eq!(told(&house), []);
}

#[tokio::test]
async fn one_that_only_recall_knows_is_deleted_too() {
    let house = empty(&clock());
    house.put("sales", CalendarStatus::Connected);
    let done = gone(&house, "calendar-sales").await.expect("it is gone");
    assert_eq!(done.outcome, Outcome::Deleted);
    assert_eq!(done.leaving.meetings, 0);
}

#[tokio::test]
async fn what_nobody_knows_is_not_deleted() {
    let house = house(&clock()).await;
    for name in ["calendar-nobody", "nobody@acme.example"] {
        let trouble = gone(&house, name).await.expect_err("nobody knows it");
        assert!(trouble.report().contains("no calendar is known by"));
        assert_eq!(trouble.exit_code(), 1);
    }
    assert_eq!(house.recall.count(Operation::DeleteCalendar), 0);
}

#[tokio::test]
async fn an_owner_of_several_says_which() {
    let house = house(&clock()).await;
    let another = named(a_calendar_record(), "sales").with(|record| {
        record.calendar.id = id("calendar-second");
    });
    house.state.write_record(&another).await.expect("memory");
    let trouble = gone(&house, "sales@acme.example")
        .await
        .expect_err("which?");
    assert!(trouble.report().contains("calendar-sales, calendar-second"));
}

#[tokio::test]
async fn a_call_that_is_not_answered_is_made_again() {
    let house = house(&clock()).await;
    house
        .recall
        .fault(Operation::DeleteCalendar, Fault::CutAfterEffect);
    let done = gone(&house, "calendar-sales").await.expect("it is gone");
    // The first call had its effect, and nobody heard of it.
    assert_eq!(done.outcome, Outcome::AlreadyGone);
    assert_eq!(told(&house), [SyncReason::CalendarChanged]);
}

#[tokio::test]
async fn being_denied_changes_nothing() {
    let house = house(&clock()).await;
    let denied = PortError::Denied {
        service: "Recall",
        reason: "403".to_owned(),
    };
    house
        .recall
        .fault(Operation::DeleteCalendar, Fault::Fails(denied));
    let trouble = gone(&house, "calendar-sales").await.expect_err("denied");
    assert_eq!(trouble.exit_code(), 2);
    assert_eq!(told(&house), []);
}

#[tokio::test]
async fn if_the_stack_cannot_be_told_it_says_to_run_it_again() {
    let clock = clock();
    let kept = house(&clock).await;
    let faults = Faults::once(0, When::Before);
    let ports = Ports {
        state: kept.state.clone(),
        decisions: kept.decisions.clone(),
        recall: kept.recall.clone(),
        queue: Intercepted::new(kept.queue.clone(), &faults),
    };
    let run = async || disconnect(&ports, "calendar-sales", &clock, |_| Ok(())).await;
    let trouble = run().await.expect_err("nobody was told");
    assert!(
        trouble.report().contains("run this again"),
        "{}",
        trouble.report()
    );
    assert_eq!(run().await.expect("told").outcome, Outcome::AlreadyGone);
    assert_eq!(told(&kept), [SyncReason::CalendarChanged]);
}
