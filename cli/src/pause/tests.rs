//! Which calendar is paused, and until when.

use callsheet_app::ports::Calendars as _;
use callsheet_domain::Platform;
use callsheet_testkit::{MemoryQueue, MemoryState, With as _, a_calendar_record, an_actor, at, id};
use test_case::test_case;

use super::*;

async fn set_up() -> (MemoryState, MemoryQueue) {
    let (state, queue) = (MemoryState::new(), MemoryQueue::new());
    state
        .write_record(&a_calendar_record())
        .await
        .expect("memory");
    (state, queue)
}

#[test_case("calendar-sales", Some("12:00"), true; "by its id")]
#[test_case("Sales@acme.example", Some("12:00"), true; "by its owner")]
#[test_case("sales@acme.example", None, true; "resumed")]
#[test_case("calendar-sales", Some("09:30"), false; "until an instant in the past")]
#[test_case("calendar-s", Some("12:00"), true; "by the beginning of its id")]
#[test_case("cal", Some("12:00"), false; "by too short a beginning")]
#[test_case("lead@acme.example", Some("12:00"), false; "by another owner")]
#[test_case("../calendar", Some("12:00"), false; "by an invalid id")]
#[tokio::test]
async fn a_calendar_is_paused_or_resumed(calendar: &str, until: Option<&str>, accepted: bool) {
    let (state, queue) = set_up().await;
    let ports = (&state, Some(&queue));
    let result = set_pause(ports, calendar, until.map(at), &an_actor(), at("09:30")).await;
    assert_eq!(result.is_ok(), accepted);
    assert_eq!(queue.sent().len(), usize::from(accepted));
    let owner = a_calendar_record().calendar.owner();
    let pause = state.overrides(&owner).await.expect("memory").pause;
    let expected = accepted.then(|| until.map_or(at("09:30"), at));
    assert_eq!(pause.map(|pause| pause.until), expected);
}

#[test_case(Some("12:00"), "Recording is paused until 2090-03-06 12:00 UTC. Meetings with a `record` override are still recorded.\nA sync of the calendar was requested, so it takes effect at once."; "paused")]
#[test_case(None, "Recording is resumed.\nA sync of the calendar was requested, so it takes effect at once."; "resumed")]
#[tokio::test]
async fn the_text_says_until_when(until: Option<&str>, expected: &str) {
    let (state, queue) = set_up().await;
    let ports = (&state, Some(&queue));
    let pause = set_pause(
        ports,
        "calendar-sales",
        until.map(at),
        &an_actor(),
        at("09:30"),
    )
    .await;
    assert_eq!(pause.expect("memory").text(), expected);
}

/// A mailbox that is connected twice, and one of the same address on another platform.
#[tokio::test]
async fn a_pause_holds_for_all_calendars_of_a_mailbox() {
    let (state, queue) = set_up().await;
    let other = a_calendar_record().with(|record| record.calendar.id = id("calendar-2"));
    state.write_record(&other).await.expect("memory");
    let ports = (&state, Some(&queue));
    let owner = "sales@acme.example";
    let set = set_pause(ports, owner, Some(at("12:00")), &an_actor(), at("09:30")).await;
    assert!(set.expect("it is one person").is_of_person);
    assert_eq!(queue.sent().len(), 2);
    for record in [other.clone(), a_calendar_record()] {
        let said = state.overrides(&record.calendar.owner()).await;
        assert!(said.expect("memory").pause.is_some());
    }
    let elsewhere = other.with(|record| {
        record.calendar.id = id("calendar-3");
        record.calendar.platform = Platform::Outlook;
    });
    state.write_record(&elsewhere).await.expect("memory");
    let result = set_pause(ports, owner, None, &an_actor(), at("09:30")).await;
    let report = result.expect_err("there are two mailboxes").report();
    assert!(report.contains("calendar-2, calendar-3"), "{report}");
}

#[tokio::test]
async fn a_pause_holds_for_the_connection_while_the_owner_is_unknown() {
    let (state, queue) = (MemoryState::new(), MemoryQueue::new());
    let record = a_calendar_record().with(|record| record.calendar.email = None);
    state.write_record(&record).await.expect("memory");
    let ports = (&state, Some(&queue));
    let until = Some(at("12:00"));
    let set = set_pause(ports, "calendar-sales", until, &an_actor(), at("09:30")).await;
    let set = set.expect("it is stored");
    assert!(!set.is_of_person);
    assert!(
        set.text().contains("owner is not known yet"),
        "{}",
        set.text()
    );
}
