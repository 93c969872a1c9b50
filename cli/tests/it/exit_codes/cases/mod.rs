//! How each condition of the table of exit codes is met.

mod calendars;
mod console;
mod events;

use serde_json::{Value, json};

use crate::server::HOUR;
use crate::stage::{Stage, a_calendar, a_decision, abandoned, scheduled, unreadable};
pub(super) use calendars::of_calendars;
pub(super) use console::of_the_console;
pub(super) use events::of_events;

/// A policy on standard input, which no command may change.
pub(super) const POLICY: &str = r#"{"version": 1, "default": "record"}"#;
pub(super) const OTHER: &str =
    r#"{"version": 1, "default": "record", "deduplication": "calendar"}"#;
pub(super) const DOUBTFUL: &str = r#"{"version": 1, "default": "record", "time_zone": "EST"}"#;

/// A condition of the table, and how to meet it.
pub(super) struct Case {
    pub(super) command: &'static str,
    /// As the table has it.
    pub(super) condition: &'static str,
    /// What is behind the command.
    pub(super) stage: Stage,
    pub(super) arguments: &'static str,
    pub(super) input: &'static str,
}

fn case(
    command: &'static str,
    condition: &'static str,
    stage: Stage,
    arguments: &'static str,
) -> Case {
    Case {
        command,
        condition,
        stage,
        arguments,
        input: "",
    }
}

impl Case {
    fn reading(self, input: &'static str) -> Self {
        Self { input, ..self }
    }
}

/// Two events, whose titles and ids begin alike.
fn two_events() -> Stage {
    Stage::calm()
        .deciding(a_decision("event-1"))
        .deciding(a_decision("event-2"))
}

/// One event, and one whose decision cannot be read.
pub(super) fn one_unreadable() -> Stage {
    Stage::calm()
        .deciding(scheduled(a_decision("event-1")))
        .deciding(unreadable(a_decision("event-2")))
}

/// An event whose copy in another calendar cannot be read.
fn an_unreadable_copy() -> Stage {
    let mut copy = unreadable(a_decision("event-2"));
    copy["ical_uid"] = "meeting-of-event-1".into();
    Stage::calm()
        .deciding(scheduled(a_decision("event-1")))
        .deciding(copy)
}

/// Two calendars of one person.
/// Calendars of one address on both platforms, which are two owners.
fn two_calendars() -> Stage {
    let mut other = a_calendar("calendar-2", "sales@acme.example");
    other["platform"] = "microsoft_outlook".into();
    Stage::calm().holding(other)
}

fn an_unreadable_calendar() -> Stage {
    Stage::calm().holding(unreadable(a_calendar("calendar-2", "lead@acme.example")))
}

/// Of a calendar whose owner is not known, so it is stored for the calendar.
fn an_unreadable_override() -> Stage {
    let mut calendar = a_calendar("calendar-2", "");
    calendar["email"] = Value::Null;
    Stage::calm().holding(calendar).holding(json!({
        "v": 99, "partition": "calendar#calendar-2", "sort": "override#event#platform-event-1",
    }))
}

fn an_unreadable_action() -> Stage {
    Stage::calm().holding(json!({
        "v": 99, "partition": "calendar#calendar-1", "logged": "activity-0",
        "sort": "activity#3792747600000000-0000000001-5f1c7f0a",
    }))
}

/// A meeting whose bot was given up before it was over.
fn a_meeting_that_is_over() -> Stage {
    let mut decision = abandoned(a_decision("event-1"));
    decision["starts_at"] = HOUR.into();
    decision["ends_at"] = (2 * HOUR).into();
    decision["wanted"]["starts_at"] = HOUR.into();
    Stage::calm().deciding(decision)
}

/// A meeting whose bot is at Recall as it is wanted.
pub(super) fn one_scheduled() -> Stage {
    let bot = json!({
        "bot_id": "bot-1", "deduplication_key": "key-of-event-1", "start_time": "2090-03-06T10:00:00Z",
        "meeting_url": "https://meet.example/1",
    });
    Stage::calm()
        .deciding(scheduled(a_decision("event-1")))
        .listing("event-1", json!([bot]))
}

/// A meeting that runs, until far in the future.
fn running(mut decision: Value) -> Value {
    decision["starts_at"] = HOUR.into();
    for bot in ["wanted", "applied"] {
        if !decision[bot].is_null() {
            decision[bot]["starts_at"] = HOUR.into();
        }
    }
    decision
}

/// A meeting that runs without its bot.
pub(super) fn one_running() -> Stage {
    let mut decision = running(abandoned(a_decision("event-1")));
    decision["link"] = "a digest".into();
    Stage::calm().deciding(decision)
}

/// A meeting that begins soon, and a call that failed.
fn a_failing_call() -> Stage {
    let mut decision = a_decision("event-1");
    decision["attempts"] = 6.into();
    decision["not_before"] = 1.into();
    decision["last_error"] = "the service did not respond".into();
    Stage::calm().deciding(decision)
}

/// For each condition of the table one case or more.
pub(super) fn of_policies() -> Vec<Case> {
    let calm = Stage::calm;
    let problems = "the policy has problems";
    let unreadable = "a stored row cannot be read";
    vec![
        case(
            "init",
            "an answer has a problem",
            calm(),
            "- --record all --denied-domains acme..example",
        ),
        // Each test has its package's folder as its own.
        case("init", "the file exists", calm(), "Cargo.toml --record all"),
        case("policy lint", problems, calm(), "-").reading("{}"),
        case(
            "policy lint",
            "it has warnings, with `--strict`",
            calm(),
            "- --strict",
        )
        .reading(DOUBTFUL),
        case("policy push", problems, calm(), "-").reading("{}"),
        case("policy push", "the push is refused", two_events(), "-").reading(OTHER),
        case(
            "policy pull",
            "there is no such revision",
            calm(),
            "--revision 99",
        ),
        case("preview", problems, calm(), "--policy -").reading("{}"),
        case(
            "preview",
            unreadable,
            one_unreadable().listing("event-2", json!([])),
            "--policy -",
        )
        .reading(POLICY),
        case(
            "preview",
            unreadable,
            an_unreadable_calendar(),
            "--policy -",
        )
        .reading(POLICY),
    ]
}

/// What cannot be read does not change the exit code of these.
pub(super) fn of_those_that_never() -> Vec<Case> {
    let never = |command, arguments| case(command, "never", one_unreadable(), arguments);
    vec![
        never("policy history", ""),
        never("console key list", ""),
        never("policy schema", ""),
        never("rebuild --dry-run", "--all"),
        never("rebuild --dry-run", "event-2"),
        never("redrive", ""),
        never("redrive", "--dry-run"),
        never("resync", ""),
        never("resync", "--full"),
    ]
}
