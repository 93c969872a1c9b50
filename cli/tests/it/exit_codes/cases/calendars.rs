//! Conditions of commands about calendars and the workspace.

use serde_json::json;

use super::{
    Case, a_failing_call, an_unreadable_calendar, case, one_scheduled, one_unreadable,
    two_calendars, two_events,
};
use crate::stage::{Consent, Stage, a_decision, unreadable};

/// A calendar that only Recall knows.
fn unrecorded() -> Stage {
    Stage::default().connecting("calendar-1")
}

fn of_disconnections() -> Vec<Case> {
    let unconfirmed = "it was not confirmed";
    let decision = "a decision cannot be read";
    vec![
        case(
            "calendars disconnect",
            "no calendar has this name",
            Stage::calm(),
            "nobody@acme.example --yes",
        ),
        case(
            "calendars disconnect",
            "several have it",
            two_calendars(),
            "sales@acme.example --yes",
        ),
        case(
            "calendars disconnect",
            unconfirmed,
            Stage::calm(),
            "calendar-1",
        ),
        case(
            "calendars disconnect",
            decision,
            one_unreadable(),
            "calendar-1 --yes",
        ),
        case(
            "calendars disconnect",
            decision,
            one_unreadable(),
            "calendar-1 --dry-run",
        ),
        case(
            "calendars disconnect",
            "its record cannot be read",
            an_unreadable_calendar(),
            "calendar-2 --yes",
        ),
        case(
            "calendars disconnect --at-recall",
            "Recall knows no calendar with this id",
            Stage::default(),
            "nobody@acme.example --yes",
        ),
        case(
            "calendars disconnect --at-recall",
            "its record can be read",
            Stage::calm(),
            "calendar-1 --yes",
        ),
        case(
            "calendars disconnect --at-recall",
            unconfirmed,
            unrecorded(),
            "calendar-1",
        ),
        case(
            "calendars disconnect --at-recall",
            decision,
            unrecorded().deciding(unreadable(a_decision("event-2"))),
            "calendar-1 --yes",
        ),
    ]
}

pub(in crate::exit_codes) fn of_calendars() -> Vec<Case> {
    let none = "no calendar has this name";
    let several = "several have it";
    let decision = "a decision cannot be read";
    let row = "a stored row cannot be read";
    let gone = "a calendar is gone at Recall";
    let not_compared = "a meeting could not be compared";
    let mut cases = of_disconnections();
    cases.extend([
        case("pause", none, Stage::calm(), "nobody@acme.example --for 3d"),
        case(
            "pause",
            several,
            two_calendars(),
            "sales@acme.example --for 3d",
        ),
        case(
            "pause",
            "the end is past",
            Stage::calm(),
            "calendar-1 --until 2020-01-01T00:00Z",
        ),
        case("resume", none, Stage::calm(), "nobody@acme.example"),
        case("resume", several, two_calendars(), "sales@acme.example"),
        case(
            "forget",
            "something has to stay for now",
            two_events(),
            "sales@acme.example --yes",
        ),
        case("forget", decision, one_unreadable(), "nobody@acme.example"),
        case("status", "anything needs a person", a_failing_call(), ""),
        case("status", "anything needs a person", one_unreadable(), ""),
        case(
            "coverage",
            decision,
            one_unreadable(),
            "--from 2090-03-06 --until 2090-03-06",
        ),
        case(
            "coverage",
            "no totals of a day are kept",
            Stage::calm(),
            "--from 2020-01-01 --until 2020-01-01",
        ),
        case("doctor", "a check fails", Stage::calm().disconnected(), ""),
        case("calendars list", row, one_unreadable(), "--meetings"),
        case("calendars list", row, an_unreadable_calendar(), ""),
        case(
            "calendars connect",
            "there is no consent",
            Stage::calm().consenting(Consent::Refused),
            "google --client-id client --no-browser",
        ),
        case(
            "calendars connect",
            "Recall refuses the credentials",
            Stage::calm().consenting(Consent::RefusedByRecall),
            "microsoft --client-id client --no-browser",
        ),
        case(
            "drift",
            "a bot drifted",
            one_scheduled().listing("event-1", json!([])),
            "",
        ),
        case("drift", gone, Stage::calm().disconnected(), ""),
        case(
            "drift",
            not_compared,
            two_events().listing("event-1", json!([])),
            "",
        ),
    ]);
    cases
}
