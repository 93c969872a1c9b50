//! Texts of the comparison, and the exit codes.

use callsheet_app::drift::{DriftedMeeting, FoundDrift, GoneCalendar, NotCompared};
use callsheet_app::ports::{UnreadableEvent, UnreadableRow};
use callsheet_domain::{CalendarStatus, DriftKind};
use callsheet_testkit::{a_calendar, a_decision, an_event, id};
use serde_json::json;
use test_case::test_case;

use super::*;
use crate::render::{Render as _, assert_published};

/// One of `compared` meetings has no bot.
fn one_is_missing(compared: usize) -> FoundDrift {
    FoundDrift {
        drifted: vec![DriftedMeeting {
            kind: DriftKind::Missing,
            event: an_event(),
            decision: a_decision(),
            owner: a_calendar().email,
            bots: 0,
        }],
        compared,
        ..FoundDrift::default()
    }
}

#[test]
fn meetings_that_cannot_be_compared_are_counted_by_reason() {
    let result = Drift::of(FoundDrift {
        not_compared: NotCompared {
            due: 1,
            abandoned: 1,
            just_called: 1,
            undecided: 2,
        },
        unreadable: vec![UnreadableEvent {
            id: Some(id("event-7")),
            calendar_id: None,
            problem: "not in the published shape".to_owned(),
        }],
        ..FoundDrift::default()
    });
    assert_eq!(result.exit_code(), 1);
    assert_eq!(
        result.text(),
        "\
No upcoming meeting was compared.

5 more were not compared: 1 due, 1 abandoned, 1 called about less than a minute before, \
2 without a current decision. Whether they have the right bots is unknown: run this again in a few minutes; \
`callsheet status` shows what is abandoned or not synced.

1 event could not be read and was skipped:
  event event-7: not in the published shape"
    );
}

#[test]
fn drift_is_shown_as_a_table_and_counts() {
    let result = Drift::of(one_is_missing(1));
    assert_eq!(result.exit_code(), 1);
    assert_eq!(
        result.text(),
        "\
bot      start (UTC)       calendar                        meeting   event    bots
──────────────────────────────────────────────────────────────────────────────────
missing  2090-03-06 10:00  sales@acme.example (calendar…)  Kick-off  event-1     0

1 of 1 upcoming meeting has drifted: 1 missing.
Nothing was changed. The next sync of each event repairs it; `callsheet resync --full` requests one \
now."
    );
    let json = serde_json::to_value(&result).expect("it is JSON");
    assert_eq!(
        json,
        json!({
            "drifted": [{
                "kind": "missing",
                "starts_at": "2090-03-06T10:00:00Z",
                "calendar": "calendar-sales",
                "owner": "sales@acme.example",
                "event_id": "event-1",
                "title": "Kick-off",
                "bots": 0,
            }],
            "counts": {"missing": 1, "duplicate": 0, "stale": 0, "foreign": 0},
            "compared": 1,
            "not_compared": {"due": 0, "abandoned": 0, "just_called": 0, "undecided": 0},
            "gone": [],
            "unreadable": [],
            "unreadable_decisions": [],
            "unreadable_calendars": [],
        })
    );
}

#[test]
fn a_decision_that_cannot_be_read_is_named() {
    let row = UnreadableRow {
        key: a_decision().key,
        calendar_id: None,
        problem: "made unreadable on purpose".to_owned(),
    };
    let result = Drift::of(FoundDrift {
        compared: 1,
        unreadable_decisions: vec![row],
        ..FoundDrift::default()
    });
    assert_eq!(result.exit_code(), 1);
    let text = result.text();
    let expected = "  event event-1: made unreadable on purpose";
    assert!(text.contains(expected), "{text}");
}

#[test_case(None, "not listed"; "not listed by Recall")]
#[test_case(Some(CalendarStatus::Disconnected), "disconnected"; "disconnected at Recall")]
fn a_calendar_that_is_gone_at_recall_is_drift(at_recall: Option<CalendarStatus>, expected: &str) {
    let result = Drift::of(FoundDrift {
        compared: 1,
        gone: vec![GoneCalendar {
            calendar: a_calendar(),
            at_recall,
        }],
        ..FoundDrift::default()
    });
    assert_published("drift", &result);
    assert_eq!(result.exit_code(), 1);
    let line = format!("  sales@acme.example (calendar-sales): {expected} at Recall");
    assert!(result.text().contains(&line), "{}", result.text());
}

#[test]
fn the_exit_code_is_zero_if_every_meeting_has_its_bots() {
    let result = Drift::of(FoundDrift {
        compared: 2,
        ..FoundDrift::default()
    });
    assert_eq!(result.exit_code(), 0);
    assert_eq!(
        result.text(),
        "Recall has the right bots for 2 upcoming meetings."
    );
}
