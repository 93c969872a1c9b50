//! Messages that wait for the workspace's limit of lists, in the deployed stack.
//!
//! All calendars share the limit, so a test that uses it up would keep those of
//! `end_to_end` waiting. `cargo test` runs one program after the other.

use std::fs;
use std::path::Path;
use std::time::Duration;

use callsheet_app::ports::RateLimits as _;
use callsheet_domain::{CalendarId, Operation, plus};
use callsheet_tests::{Stack, variable};
use jiff::SignedDuration;
use recall_simulator::{EventDraft, Platform};

/// Longer than a run of the sync function waits for a list.
const USED_UP_FOR: SignedDuration = SignedDuration::from_secs(75);
/// Far longer than all of it takes.
const PATIENCE: Duration = Duration::from_mins(4);
const FUNCTIONS: [&str; 3] = ["webhook", "sync", "scheduler"];

/// The lines of a function's log that contain all of `words`.
fn logged(function: &str, words: &[&str]) -> Vec<String> {
    let file = Path::new(&variable("CALLSHEET_LOGS")).join(format!("{function}.log"));
    let log = fs::read_to_string(file).unwrap_or_default();
    log.lines()
        .filter(|line| words.iter().all(|word| line.contains(word)))
        .map(str::to_owned)
        .collect()
}

/// Connects a calendar and puts a meeting with an external attendee into it.
async fn connected_calendar(stack: &Stack, platform: Platform) -> CalendarId {
    let connected = stack
        .recall
        .create_calendar(platform, Some("desk@acme.example"));
    let calendar = connected.await.expect("the simulator");
    let start = plus(stack.now(), SignedDuration::from_hours(5));
    let end = plus(start, SignedDuration::from_mins(30));
    let meeting = EventDraft::new("Review", start, end)
        .meeting_url(format!("https://meet.example/{}", calendar.id))
        .organizer("colleague@acme.example")
        .attendee("buyer@globex.example");
    let created = stack.recall.create_event(calendar.id, meeting).await;
    created.expect("the simulator");
    CalendarId::parse(calendar.id.to_string()).expect("an id")
}

#[tokio::test]
async fn messages_that_wait_for_the_limit_of_lists_are_requeued_and_handled() {
    let stack = Stack::of_environment();
    let dead_letters = stack.dead_letters().await;
    let used_up = plus(stack.now(), USED_UP_FOR);
    let hold = stack.state.block_until(Operation::ListEvents, used_up);
    hold.await.expect("the table");
    let calendars = [
        connected_calendar(&stack, Platform::GoogleCalendar).await,
        connected_calendar(&stack, Platform::MicrosoftOutlook).await,
    ];

    let all_wait = async || {
        calendars.iter().all(|calendar| {
            let waits = [" waits: ", calendar.as_str()];
            !logged("sync", &waits).is_empty()
        })
    };
    assert!(stack.comes_true(PATIENCE, all_wait).await, "they wait");
    assert!(stack.now() < used_up, "no list could be made yet");

    let all_handled = async || {
        let compared = stack.compare(&calendars).await;
        compared.bots == calendars.len() && compared.agrees() && stack.queued().await == 0
    };
    assert!(stack.comes_true(PATIENCE, all_handled).await, "handled");
    assert_eq!(stack.dead_letters().await, dead_letters);
    for function in FUNCTIONS {
        let none: [String; 0] = [];
        assert_eq!(logged(function, &["AccessDenied"]), none, "{function}");
    }
    let failed: [String; 0] = [];
    assert_eq!(
        logged("sync", &["a message that waits counts as failed"]),
        failed
    );
}
