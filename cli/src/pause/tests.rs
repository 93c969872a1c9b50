//! Which calendar is paused, and until when.

use callsheet_app::ports::Calendars as _;
use callsheet_domain::CalendarId;
use callsheet_testkit::{MemoryQueue, MemoryState, With as _, a_calendar_record, an_actor, at};
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
    let id = a_calendar_record().calendar.id;
    let pause = state.overrides(&id).await.expect("memory").pause;
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

#[tokio::test]
async fn an_owner_of_two_calendars_has_to_give_an_id() {
    let (state, queue) = set_up().await;
    let other = a_calendar_record().with(|record| {
        record.calendar.id = CalendarId::parse("calendar-2").expect("an id");
    });
    state.write_record(&other).await.expect("memory");
    let ports = (&state, Some(&queue));
    let owner = "sales@acme.example";
    let result = set_pause(ports, owner, None, &an_actor(), at("09:30")).await;
    let report = result.expect_err("there are two calendars").report();
    assert!(report.contains("calendar-2, calendar-sales"), "{report}");
}
