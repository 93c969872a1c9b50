//! How each condition of the table of exit codes is met.

use serde_json::{Value, json};

use crate::server::HOUR;
use crate::stage::{Consent, Stage, a_calendar, a_decision, abandoned, scheduled, unreadable};

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

pub(super) fn of_events() -> Vec<Case> {
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
            an_unreadable_override(),
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

pub(super) fn of_calendars() -> Vec<Case> {
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

/// No key of these signs an owner.
const PORTAL: &str =
    r#"{"name":"portal","roles":["participant"],"secret":"a secret of thirty-two bytes, or more"}"#;

pub(super) fn of_the_console() -> Vec<Case> {
    let nobody = "no calendar has this name";
    let no_key = "no key may sign its role";
    let too_long = "it would live too long";
    let of_several =
        |command, arguments| case(command, "several have it", two_calendars(), arguments);
    let unsigned = || Stage::calm().signing_with(PORTAL);
    let of_sales = "--owner sales@acme.example";
    vec![
        case(
            "console token",
            nobody,
            Stage::calm(),
            "--calendar nobody@acme.example",
        ),
        of_several("console token", "--calendar sales@acme.example"),
        case("console token", no_key, Stage::calm(), ""),
        case(
            "console token",
            too_long,
            Stage::calm(),
            "--reader --for 2h",
        ),
        case(
            "console link",
            nobody,
            Stage::calm(),
            "--owner nobody@acme.example",
        ),
        of_several("console link", of_sales),
        case("console link", no_key, unsigned(), of_sales),
        case(
            "console link",
            too_long,
            Stage::calm(),
            "--owner calendar-1 --for 2h",
        ),
        case("console open", no_key, Stage::calm(), ""),
        case("console open", too_long, Stage::calm(), "--reader --for 2h"),
        case(
            "console key add",
            "the name is taken",
            Stage::calm(),
            "crm --roles owner",
        ),
        case(
            "console key remove",
            "there is no such key, or no other one",
            Stage::calm(),
            "erp",
        ),
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
