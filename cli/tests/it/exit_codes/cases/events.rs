//! Conditions of commands about events.

use super::{
    Case, a_meeting_that_is_over, an_unreadable_action, an_unreadable_copy, an_unreadable_override,
    case, one_unreadable, running, two_events,
};
use crate::stage::{Stage, a_decision, abandoned, scheduled};

fn of_meetings() -> Vec<Case> {
    let none = "no event has this name";
    let several = "several have it";
    vec![
        case(
            "override meeting",
            none,
            two_events(),
            "--find nothing-like-this skip",
        ),
        case(
            "override meeting",
            several,
            two_events(),
            "--find kick-off skip",
        ),
        case(
            "override meeting",
            "its meeting is over",
            a_meeting_that_is_over(),
            "event-1 skip",
        ),
    ]
}

pub(in crate::exit_codes) fn of_events() -> Vec<Case> {
    let none = "no event has this name";
    let several = "several have it";
    let decision = "a decision cannot be read";
    let copy = "the row of a copy cannot be read";
    let mut cases = vec![
        case("events", decision, one_unreadable(), ""),
        case("explain", none, two_events(), "--find nothing-like-this"),
        case("explain", none, two_events(), "other-1"),
        case("explain", several, two_events(), "--find kick-off"),
        case("explain", several, two_events(), "even"),
        case(
            "explain",
            "a stored row cannot be read",
            an_unreadable_copy(),
            "event-1",
        ),
        case(
            "explain",
            "a stored row cannot be read",
            one_unreadable(),
            "event-2",
        ),
        case(
            "override import",
            "a line has a problem",
            two_events(),
            "- --dry-run",
        )
        .reading("scope,choice\nevent,perhaps\n"),
        case(
            "activity",
            "a stored row cannot be read",
            an_unreadable_action(),
            "",
        ),
        case(
            "override list",
            "a stored row cannot be read",
            an_unreadable_override(),
            "",
        ),
        case("retry", none, two_events(), "--find nothing-like-this"),
        case("retry", several, two_events(), "--find kick-off"),
        case(
            "retry",
            "its decision is not abandoned",
            two_events(),
            "event-1",
        ),
        case(
            "retry",
            "its meeting is over",
            a_meeting_that_is_over(),
            "event-1",
        ),
        case("retry", decision, one_unreadable(), "event-2"),
        case("retry", decision, one_unreadable(), "--all"),
        case("send", none, two_events(), "--find nothing-like-this"),
        case("send", several, two_events(), "--find kick-off"),
        case("send", "its meeting does not run", two_events(), "event-1"),
        case(
            "send",
            "its meeting does not run",
            a_meeting_that_is_over(),
            "event-1",
        ),
        case(
            "send",
            "its bot may be in the call",
            Stage::calm().deciding(running(scheduled(a_decision("event-1")))),
            "event-1",
        ),
        case(
            "send",
            "no bot can join",
            Stage::calm().deciding(running(abandoned(a_decision("event-1")))),
            "event-1",
        ),
        case("send", decision, one_unreadable(), "event-2"),
        case(
            "rebuild",
            "no event has this id",
            one_unreadable(),
            "event-3",
        ),
        case(
            "rebuild",
            "its decision can be read",
            one_unreadable(),
            "event-1",
        ),
    ];
    for command in ["override event", "override series"] {
        cases.extend([
            case(command, none, two_events(), "--find nothing-like-this skip"),
            case(command, several, two_events(), "--find kick-off skip"),
            case(command, copy, an_unreadable_copy(), "event-1 skip"),
        ]);
    }
    cases.into_iter().chain(of_meetings()).collect()
}
