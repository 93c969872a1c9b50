//! What is listed, in which order and form.

use callsheet_app::ports::{Calendars as _, NewPolicy, OverrideStore as _};
use callsheet_domain::{OverrideChoice, OverrideScope, PolicyRevision, RequestedDisconnection};
use callsheet_testkit::{MemoryState, With as _, a_calendar_record, an_actor, an_event, at};

use super::*;
use crate::render::assert_published;

async fn with_four_actions() -> MemoryState {
    let state = MemoryState::new();
    let record = a_calendar_record().with(|record| {
        record.disconnection = Some(RequestedDisconnection {
            by: an_actor(),
            at: at("09:33"),
        });
    });
    let written = state.write_disconnection(&record).await;
    written.expect("memory");
    let (owner, by) = (record.calendar.owner(), an_actor());
    let event = OverrideScope::Event(an_event().platform_id.expect("it has one"));
    let skip = OverrideChoice::Skip;
    let set = state.set_override(&owner, &event, skip, &by, at("09:30"));
    set.await.expect("memory");
    let paused = state.pause(&owner, at("12:00"), &by, at("09:32"));
    paused.await.expect("memory");
    let policy = NewPolicy {
        document: r#"{"version":1,"default":"skip"}"#.to_owned(),
        by,
        at: at("09:31"),
        note: Some("=quiet, please".to_owned()),
        newest_used: PolicyRevision::default(),
    };
    let pushed = state.push(&policy, PolicyRevision::default());
    pushed.await.expect("memory");
    state
}

async fn listed(state: &MemoryState, most: usize) -> Activity {
    read(state, most).await.expect("memory")
}

#[tokio::test]
async fn what_people_did_is_listed_newest_first() {
    let state = with_four_actions().await;
    let activity = listed(&state, 50).await;
    assert_published("activity", &activity);
    let expected = "\
when                  by                 did          for                 what
────────────────────────────────────────────────────────────────────────────────────────────────────
2090-03-06 09:33 UTC  lead@acme.example  disconnect   sales@acme.example
2090-03-06 09:32 UTC  lead@acme.example  pause        sales@acme.example  until 2090-03-06 12:00 UTC
2090-03-06 09:31 UTC  lead@acme.example  policy push                      revision 1: =quiet, please
2090-03-06 09:30 UTC  lead@acme.example  skip         sales@acme.example  ID";
    let id = an_event().platform_id.expect("it has one").to_string();
    assert_eq!(activity.text().replace(&id, "ID"), expected);
    assert_eq!(listed(&state, 1).await.actions.len(), 1);
}

/// Of several overrides of one event each is listed, also one that was cleared.
#[tokio::test]
async fn what_was_replaced_and_cleared_is_listed() {
    let state = MemoryState::new();
    let owner = a_calendar_record().calendar.owner();
    let event = OverrideScope::Event(an_event().platform_id.expect("it has one"));
    let by = an_actor().signed_with(Some("crm".to_owned()));
    let choices = [
        (OverrideChoice::Record, "09:30"),
        (OverrideChoice::Skip, "09:31"),
        (OverrideChoice::Clear, "09:32"),
    ];
    for (choice, time) in choices {
        let set = state.set_override(&owner, &event, choice, &by, at(time));
        set.await.expect("memory");
    }
    let activity = listed(&state, 50).await;
    assert_published("activity", &activity);
    let did = activity.actions.iter();
    let did: Vec<_> = did
        .map(|one| (one.action.as_str(), one.via.as_deref()))
        .collect();
    let by_key = ["clear", "skip", "record"].map(|word| (word, Some("crm")));
    assert_eq!(did, by_key);
}

#[tokio::test]
async fn a_spreadsheet_has_a_line_for_each_and_no_formula() {
    let activity = listed(&with_four_actions().await, 50).await;
    let lines: Vec<_> = spreadsheet(&activity).lines().map(str::to_owned).collect();
    let expected = "2090-03-06T09:31:00Z,lead@acme.example,,policy_push,,,,,,1,\"'=quiet, please\"";
    assert_eq!((lines.len(), lines[3].as_str()), (5, expected));
    let expected =
        "2090-03-06T09:33:00Z,lead@acme.example,,disconnect,sales@acme.example,calendar-sales,,,,,";
    assert_eq!(lines[1], expected);
}

#[tokio::test]
async fn nothing_is_said_in_words() {
    let activity = listed(&MemoryState::new(), 50).await;
    let none = "Nobody pushed a policy, set an override, or paused or disconnected a calendar.";
    assert_eq!(activity.text(), none);
}
