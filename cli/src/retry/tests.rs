//! What is tried again, and what is not.

use callsheet_app::ports::{Calendars as _, Decisions as _};
use callsheet_domain::{Decision, EventId, Step};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, at,
};

use super::{all, one};
use crate::render::Render as _;

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
        row("closed", abandoned),
        row("due", |_| ()),
        row("over", over),
    ] {
        decisions.write(&row).await.expect("memory");
    }
    (state, decisions)
}

async fn is_due(decisions: &MemoryDecisions, event: &str) -> bool {
    let event = EventId::parse(event).expect("an id");
    let row = decisions.of_event(&event).await.expect("memory");
    matches!(row.expect("it is stored").step(), Step::Schedule(_))
}

#[tokio::test]
async fn what_was_given_up_on_is_due_again_and_what_is_over_stays_closed() {
    let (state, decisions) = stored().await;
    let retried = all(&state, &decisions, at("09:30")).await.expect("memory");
    assert_eq!(
        retried.text(),
        "1 meeting is tried again:\n  2090-03-06 10:00 UTC closed \"Kick-off\": no meeting url"
    );
    assert!(is_due(&decisions, "closed").await);
    assert!(!is_due(&decisions, "over").await);
    let again = all(&state, &decisions, at("09:30")).await.expect("memory");
    assert_eq!(again.text(), "Nothing to come was given up on.");
}

/// Recall replays the answer to a key for an hour, so a retry must not repeat one.
#[tokio::test]
async fn a_retry_is_a_further_attempt() {
    let (_, decisions) = stored().await;
    let event = EventId::parse("closed").expect("an id");
    one(&decisions, &event, at("09:30")).await.expect("opened");
    let row = decisions.of_event(&event).await.expect("memory");
    let attempts = row.expect("it is stored").attempts;
    assert_eq!((attempts.count, attempts.last_error), (3, None));
}

#[tokio::test]
async fn what_was_not_given_up_on_is_over_or_is_not_known_is_a_no() {
    let (_, decisions) = stored().await;
    for event in ["due", "over", "nobody"] {
        let event = EventId::parse(event).expect("an id");
        let answer = one(&decisions, &event, at("09:30")).await;
        assert_eq!(answer.expect_err("nothing to open").exit_code(), 1);
    }
}
