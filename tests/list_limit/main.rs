//! Sync requests that wait for the workspace's rate limit of lists, in the deployed stack.
//!
//! All calendars share the limit, so a test that uses it up would delay those of
//! `end_to_end`. `cargo test` runs one program after the other.

use std::time::Duration;

use callsheet_app::ports::RateLimits as _;
use callsheet_domain::{CalendarId, Operation, plus};
use callsheet_testkit::id;
use callsheet_tests::{FUNCTIONS, Stack, log_of, wait_until};
use jiff::SignedDuration;
use recall_simulator::{EventDraft, Platform};

/// How long lists are blocked: longer than an invocation of sync waits for
/// a permit, which is 47 s (60 s of timeout, less 5 s to answer and 8 s for a page), and
/// time for the webhooks to arrive on a busy machine.
const BLOCKED_FOR: SignedDuration = SignedDuration::from_secs(80);
/// Far longer than the whole test takes.
const TIMEOUT: Duration = Duration::from_mins(8);

/// The lines of a function's log that contain all of `texts`.
fn logged(function: &str, texts: &[&str]) -> Vec<String> {
    log_of(function)
        .lines()
        .filter(|line| texts.iter().all(|text| line.contains(text)))
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
    id(calendar.id)
}

#[tokio::test]
async fn messages_that_wait_for_the_list_limit_are_requeued_and_handled() {
    let stack = Stack::of_environment();
    let dead_letters = stack.dead_letters().await;
    // A message that no build can read, of another test, may be on the queue for an hour.
    let queued = stack.queued().await;
    stack.recall.hold_webhooks().await.expect("the simulator");
    let calendars = [
        connected_calendar(&stack, Platform::GoogleCalendar).await,
        connected_calendar(&stack, Platform::MicrosoftOutlook).await,
    ];
    let blocked_until = plus(stack.now(), BLOCKED_FOR);
    let blocked = stack
        .state
        .block_until(Operation::ListEvents, blocked_until);
    blocked.await.expect("the table");
    let released = stack.recall.release_webhooks(false).await;
    released.expect("the simulator");

    let all_wait = async || {
        calendars.iter().all(|calendar| {
            let waits = [" waits: ", calendar.as_str()];
            !logged("sync", &waits).is_empty()
        })
    };
    assert!(wait_until(TIMEOUT, all_wait).await, "every request waits");
    assert!(stack.now() < blocked_until, "no list is allowed yet");

    let all_handled = async || {
        let compared = stack.compare(&calendars).await;
        compared.bots == calendars.len() && compared.agrees() && stack.queued().await <= queued
    };
    assert!(
        wait_until(TIMEOUT, all_handled).await,
        "every request is handled"
    );
    assert_eq!(stack.dead_letters().await, dead_letters);
    for function in FUNCTIONS {
        let none: [String; 0] = [];
        assert_eq!(logged(function, &["AccessDenied"]), none, "{function}");
    }
    let failed: [String; 0] = [];
    assert_eq!(logged("sync", &["could not be requeued"]), failed);
}
