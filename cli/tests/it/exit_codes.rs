//! Each exit code that the documentation's table states is one that a process ends with.

use std::collections::BTreeSet;

use serde_json::json;
use test_case::test_case;

use crate::server::{HOUR, Server};
use crate::stage::{Stage, a_calendar, a_decision, abandoned, scheduled, unreadable};
use crate::{ARGUMENTS, commands, run, run_with};

const COMMAND_LINE: &str = include_str!("../../../docs/command-line.md");

/// A policy on standard input, which no command may change.
const POLICY: &str = r#"{"version": 1, "default": "record"}"#;
const OTHER: &str = r#"{"version": 1, "default": "record", "deduplication": "calendar"}"#;
const DOUBTFUL: &str = r#"{"version": 1, "default": "record", "time_zone": "EST"}"#;

/// The rows of the table: a command, and a condition on which it exits with 1, or `never`.
fn documented() -> BTreeSet<(String, String)> {
    let (_, table) = COMMAND_LINE
        .split_once("<!-- exit codes: hold against the commands -->")
        .expect("the table");
    let rows = table.trim_start().lines();
    let rows = rows.take_while(|line| !line.is_empty()).skip(2);
    let mut conditions = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        for command in cells[1].split('`').skip(1).step_by(2) {
            let each = cells[2].split("; ");
            conditions.extend(each.map(|condition| (command.to_owned(), condition.to_owned())));
        }
    }
    conditions
}

#[test]
fn the_table_of_exit_codes_has_every_command() {
    let mut known = BTreeSet::new();
    commands(&Server::start(), &[], &mut known);
    let without_flags = |command: String| command.split(" --").next().map(str::to_owned);
    let commands = documented().into_iter().map(|(command, _)| command);
    let documented: BTreeSet<_> = commands.filter_map(without_flags).collect();
    assert_eq!(documented, known);
}

/// A condition of the table, and how to meet it.
struct Case {
    command: &'static str,
    /// As the table has it.
    condition: &'static str,
    /// What is behind the command.
    stage: Stage,
    arguments: &'static str,
    input: &'static str,
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
fn one_unreadable() -> Stage {
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
fn two_calendars() -> Stage {
    Stage::calm().holding(a_calendar("calendar-2", "sales@acme.example"))
}

fn an_unreadable_calendar() -> Stage {
    Stage::calm().holding(unreadable(a_calendar("calendar-2", "lead@acme.example")))
}

fn an_unreadable_override() -> Stage {
    Stage::calm().holding(json!({
        "v": 99, "partition": "calendar#calendar-1", "sort": "override#event#platform-event-1",
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
fn one_scheduled() -> Stage {
    let bot = json!({
        "bot_id": "bot-1", "deduplication_key": "key-of-event-1", "start_time": "2090-03-06T10:00:00Z",
        "meeting_url": "https://meet.example/1",
    });
    Stage::calm()
        .deciding(scheduled(a_decision("event-1")))
        .listing("event-1", json!([bot]))
}

/// A meeting that begins soon, and a call that failed.
fn a_failing_call() -> Stage {
    let mut decision = a_decision("event-1");
    decision["attempts"] = 6.into();
    decision["last_error"] = "the service did not respond".into();
    Stage::calm().deciding(decision)
}

/// For each condition of the table one case or more.
fn of_policies() -> Vec<Case> {
    let calm = Stage::calm;
    let problems = "the policy has problems";
    let unreadable = "a stored row cannot be read";
    vec![
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

fn of_events() -> Vec<Case> {
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
    cases
}

fn of_calendars() -> Vec<Case> {
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
        case("calendars list", row, one_unreadable(), ""),
        case("calendars list", row, an_unreadable_calendar(), ""),
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

/// What cannot be read does not change the exit code of these.
fn of_those_that_never() -> Vec<Case> {
    let never = |command, arguments| case(command, "never", one_unreadable(), arguments);
    vec![
        never("policy history", ""),
        never("policy schema", ""),
        never("rebuild --dry-run", "--all"),
        never("rebuild --dry-run", "event-2"),
        never("redrive", ""),
        never("redrive", "--dry-run"),
        never("resync", ""),
        never("resync", "--full"),
    ]
}

#[test]
fn every_condition_of_the_table_has_a_case() {
    let cases = [
        of_policies(),
        of_events(),
        of_calendars(),
        of_those_that_never(),
    ];
    let tried = cases
        .into_iter()
        .flatten()
        .map(|case| (case.command.to_owned(), case.condition.to_owned()));
    assert_eq!(
        tried.collect::<BTreeSet<_>>(),
        documented(),
        "tried on the left, documented on the right"
    );
}

#[test_case(of_policies; "of policies")]
#[test_case(of_events; "of events")]
#[test_case(of_calendars; "of calendars")]
#[test_case(of_those_that_never; "of none")]
fn each_exit_code_means_one_thing(cases: fn() -> Vec<Case>) {
    for case in cases() {
        let words = case.command.split(' ').chain(case.arguments.split(' '));
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let output = run(&case.stage.start(), &words, case.input);
        let expected = i32::from(case.condition != "never");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(
            output.status.code(),
            Some(expected),
            "{words:?}: {}: {said}",
            case.condition
        );
        // What is refused or cannot be answered is said, and so is what needs a person.
        assert!(!said.is_empty(), "{words:?} says nothing");
    }
}

#[test_case("policy lint -", POLICY, Stage::calm(); "a policy without problems")]
#[test_case("policy lint -", DOUBTFUL, Stage::calm(); "a policy with warnings")]
#[test_case("policy push -", POLICY, one_scheduled(); "a push of the active policy")]
#[test_case("policy push -", OTHER, Stage::calm(); "a push of another policy")]
#[test_case("policy pull", "", Stage::calm(); "a pull")]
#[test_case("preview --policy -", POLICY, one_scheduled(); "a preview")]
#[test_case("events", "", one_scheduled(); "events")]
#[test_case("explain event-1", "", one_scheduled(); "an explanation")]
#[test_case("explain --find kick-off", "", one_scheduled(); "an explanation by a title")]
#[test_case("override event event-1 skip", "", one_scheduled(); "an override of an event")]
#[test_case("override series event-1 clear", "", one_scheduled(); "an override of a series")]
#[test_case("override list", "", one_scheduled(); "a list of overrides")]
#[test_case("pause calendar-1 --for 3d", "", Stage::calm(); "a pause")]
#[test_case("resume sales@acme.example", "", Stage::calm(); "the end of a pause")]
#[test_case("forget nobody@acme.example --yes", "", one_scheduled(); "a person of whom nothing is stored")]
#[test_case("retry event-1", "", Stage::calm().deciding(abandoned(a_decision("event-1"))); "a retry")]
#[test_case("retry --all", "", Stage::calm().deciding(abandoned(a_decision("event-1"))); "a retry of all")]
#[test_case("rebuild event-2", "", one_unreadable(); "a row that is rebuilt")]
#[test_case("rebuild --all", "", one_unreadable(); "rows that are rebuilt")]
#[test_case("status", "", Stage::default(); "a stack without calendars")]
#[test_case("calendars list", "", one_scheduled(); "calendars")]
#[test_case("calendars list --recall", "", one_scheduled(); "calendars and those at Recall")]
#[test_case("calendars disconnect calendar-1 --yes", "", one_scheduled(); "a disconnection")]
#[test_case("drift", "", one_scheduled(); "no drift")]
fn a_command_exits_with_0_if_it_is_done(line: &str, input: &str, stage: Stage) {
    let words: Vec<_> = line.split(' ').collect();
    let output = run(&stage.start(), &words, input);
    let said = [output.stdout, output.stderr].concat();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
fn every_command_exits_with_2_for_a_wrong_argument_or_a_service_that_does_not_respond() {
    let without_services = ["policy lint", "policy schema"];
    for (command, arguments) in ARGUMENTS {
        let words: Vec<_> = command
            .split(' ')
            .chain(arguments.iter().copied())
            .collect();
        let wrong = run(
            &Server::absent(),
            &[&words, &["--no-such-flag"][..]].concat(),
            POLICY,
        );
        assert_eq!(wrong.status.code(), Some(2), "{words:?}");
        if without_services.contains(&command) {
            continue;
        }
        let failed = run(&Server::absent(), &words, POLICY);
        let said = [failed.stdout, failed.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(failed.status.code(), Some(2), "{words:?}: {said}");
    }
}

#[test_case("policy lint no-such-file.yaml"; "a file that cannot be read")]
#[test_case("explain"; "a missing argument")]
#[test_case("fly"; "an unknown command")]
fn a_command_exits_with_2_if_the_question_cannot_be_answered(line: &str) {
    let words: Vec<_> = line.split(' ').collect();
    let output = run(&Server::start(), &words, "");
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stderr.is_empty(), "{line} says nothing");
}

#[test]
fn a_missing_setting_exits_with_2_and_names_it() {
    let server = Server::start();
    let output = run_with(&server, &["events"], "", &[("CALLSHEET_STATE_TABLE", "")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("CALLSHEET_STATE_TABLE"), "{errors}");
}
