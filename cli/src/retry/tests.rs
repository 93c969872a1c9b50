//! Which decisions are reopened.

use callsheet_app::events::EventName;
use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::{Decision, EventId, Step};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, at,
};

use super::{retry_all, retry_event};
use crate::render::{Render as _, assert_published};

fn row(event: &str, change: impl FnOnce(&mut Decision)) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = EventId::parse(event).expect("an id");
        change(row);
    })
}

fn abandoned(row: &mut Decision) {
    row.attempts.count = 3;
    row.attempts.last_error = Some("no meeting url".to_owned());
    *row = row.clone().abandon("no meeting url");
}

fn named(event: &EventId) -> EventName {
    EventName::Id(event.to_string())
}

async fn stored() -> (MemoryState, MemoryDecisions) {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    state
        .write_record(&a_calendar_record())
        .await
        .expect("memory");
    let over = |row: &mut Decision| {
        abandoned(row);
        (row.starts_at, row.ends_at) = (at("08:00"), at("09:00"));
    };
    for row in [
        row("abandoned", abandoned),
        row("due", |_| ()),
        row("over", over),
    ] {
        decisions.write(&row).await.expect("memory");
    }
    (state, decisions)
}

async fn is_due(decisions: &MemoryDecisions, event: &str) -> bool {
    let event = EventId::parse(event).expect("an id");
    let row = decisions
        .of_event(&event)
        .await
        .expect("memory")
        .decisions
        .pop();
    matches!(row.expect("it is stored").step(), Step::Schedule(_))
}

#[tokio::test]
async fn an_abandoned_decision_is_due_again_unless_its_meeting_is_over() {
    let (state, decisions) = stored().await;
    let retried = retry_all(&state, &decisions, at("09:30"))
        .await
        .expect("memory");
    assert_published("retry", &retried);
    assert_eq!(
        retried.text(),
        "1 meeting is retried:\n  2090-03-06 10:00 UTC abandoned \"Kick-off\": no meeting url"
    );
    assert!(is_due(&decisions, "abandoned").await);
    assert!(!is_due(&decisions, "over").await);
    let again = retry_all(&state, &decisions, at("09:30"))
        .await
        .expect("memory");
    assert_eq!(
        again.text(),
        "No decision about an upcoming meeting is abandoned."
    );
}

/// Recall replays the response to an idempotency key for an hour, so a retry must not repeat one.
#[tokio::test]
async fn a_retry_counts_as_a_further_attempt() {
    let (state, decisions) = stored().await;
    let event = EventId::parse("abandoned").expect("an id");
    retry_event(&state, &decisions, &named(&event), at("09:30"))
        .await
        .expect("it is reopened");
    let row = decisions
        .of_event(&event)
        .await
        .expect("memory")
        .decisions
        .pop();
    let attempts = row.expect("it is stored").attempts;
    assert_eq!((attempts.count, attempts.last_error), (3, None));
}

#[tokio::test]
async fn a_retry_of_a_due_decision_a_past_meeting_or_an_unknown_event_is_refused() {
    let (state, decisions) = stored().await;
    for event in ["due", "over", "unknown"] {
        let event = EventId::parse(event).expect("an id");
        let result = retry_event(&state, &decisions, &named(&event), at("09:30")).await;
        assert_eq!(result.expect_err("nothing to reopen").exit_code(), 1);
    }
}

#[tokio::test]
async fn a_decision_that_cannot_be_read_is_named_and_the_others_are_retried() {
    let (state, decisions) = stored().await;
    let bad = row("bad", abandoned);
    decisions.write(&bad).await.expect("memory");
    decisions.make_unreadable(&bad.key);
    let retried = retry_all(&state, &decisions, at("09:30")).await;
    let retried = retried.expect("the others are retried");
    assert_eq!((retried.meetings.len(), retried.exit_code()), (1, 1));
    let text = retried.text();
    assert!(
        text.contains("  event bad: made unreadable on purpose"),
        "{text}"
    );
    let one = retry_event(&state, &decisions, &named(&bad.key.event_id), at("09:30")).await;
    let error = one.expect_err("it cannot be read");
    assert_eq!(error.exit_code(), 1);
    assert!(
        error.report().contains("`callsheet rebuild bad`"),
        "{}",
        error.report()
    );
}

/// The calendar's record cannot be read, and its decisions can.
#[tokio::test]
async fn decisions_of_a_calendar_with_an_unreadable_record_are_retried() {
    let (state, decisions) = stored().await;
    state.make_record_unreadable(&a_calendar_record().calendar.id);
    let retried = retry_all(&state, &decisions, at("09:30")).await;
    assert_eq!(retried.expect("memory").meetings.len(), 1);
}
