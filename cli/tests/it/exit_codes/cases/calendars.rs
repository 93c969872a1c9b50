//! Conditions of commands about calendars and the workspace.

use serde_json::json;

use super::{
    Case, a_failing_call, an_unreadable_calendar, case, one_scheduled, one_unreadable,
    two_calendars, two_events,
};
use crate::stage::{Consent, Stage};

pub(in crate::exit_codes) fn of_calendars() -> Vec<Case> {
    let none = "no calendar has this name";
    let several = "several have it";
    let decision = "a decision cannot be read";
    let row = "a stored row cannot be read";
    let gone = "a calendar is gone at Recall";
    let not_compared = "a meeting could not be compared";
    vec![
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
            "calendars disconnect",
            none,
            Stage::calm(),
            "nobody@acme.example --yes",
        ),
        case(
            "calendars disconnect",
            several,
            two_calendars(),
            "sales@acme.example --yes",
        ),
        case(
            "calendars disconnect",
            "it was not confirmed",
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
    ]
}
