//! Each exit code that the documentation's table states is one that a process ends with.

mod cases;

use std::collections::BTreeSet;

use cases::{
    Case, DOUBTFUL, OTHER, POLICY, of_calendars, of_events, of_policies, of_the_console,
    of_those_that_never, one_running, one_scheduled, one_unreadable,
};
use test_case::test_case;

use crate::server::Server;
use crate::stage::{Consent, Stage, a_decision, abandoned};
use crate::{ARGUMENTS, commands, run, run_with};

const COMMAND_LINE: &str = include_str!("../../../../docs/command-line.md");

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

#[test]
fn every_condition_of_the_table_has_a_case() {
    let cases = [
        of_policies(),
        of_events(),
        of_calendars(),
        of_the_console(),
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
#[test_case(of_the_console; "of the console")]
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

#[test_case("init - --record all", "", Stage::calm(); "a first policy")]
#[test_case("init - --no-input", "", Stage::calm(); "a first policy by the defaults")]
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
#[test_case("override meeting event-1 skip", "", one_scheduled(); "a no to a whole meeting")]
#[test_case("override series event-1 clear", "", one_scheduled(); "an override of a series")]
#[test_case("activity", "", one_scheduled(); "what people did")]
#[test_case("activity --csv", "", one_scheduled(); "what people did, for a spreadsheet")]
#[test_case("override list --csv", "", one_scheduled(); "overrides for a spreadsheet")]
#[test_case("override import -", "scope,choice,owner,id\nseries,skip,sales@acme.example,k3v9\n", one_scheduled(); "an import")]
#[test_case("override list", "", one_scheduled(); "a list of overrides")]
#[test_case("pause calendar-1 --for 3d", "", Stage::calm(); "a pause")]
#[test_case("resume sales@acme.example", "", Stage::calm(); "the end of a pause")]
#[test_case("forget nobody@acme.example --yes", "", one_scheduled(); "a person of whom nothing is stored")]
#[test_case("send event-1", "", one_running(); "a bot that is sent")]
#[test_case("retry event-1", "", Stage::calm().deciding(abandoned(a_decision("event-1"))); "a retry")]
#[test_case("retry --all", "", Stage::calm().deciding(abandoned(a_decision("event-1"))); "a retry of all")]
#[test_case("rebuild event-2", "", one_unreadable(); "a row that is rebuilt")]
#[test_case("rebuild --all", "", one_unreadable(); "rows that are rebuilt")]
#[test_case("status", "", Stage::default(); "a stack without calendars")]
#[test_case("coverage --by rule", "", one_scheduled(); "coverage")]
#[test_case("coverage --csv", "", one_scheduled(); "coverage for a spreadsheet")]
#[test_case("calendars list", "", one_scheduled(); "calendars")]
#[test_case("calendars list --recall", "", one_scheduled(); "calendars and those at Recall")]
#[test_case("calendars connect google --client-id client --no-browser", "", Stage::calm().consenting(Consent::Given); "a connection")]
#[test_case("calendars disconnect calendar-1 --yes", "", one_scheduled(); "a disconnection")]
#[test_case("calendars disconnect calendar-1 --dry-run", "", one_scheduled(); "a dry run of a disconnection")]
#[test_case("calendars disconnect calendar-1 --at-recall --yes", "", Stage::default().connecting("calendar-1"); "a calendar that only Recall knows")]
#[test_case("doctor", "", Stage::calm(); "a deployment without a failed check")]
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
    // A service that does not respond fails a check of `doctor`.
    // And `calendars connect` waits for a person.
    let without_services = [
        "calendars connect",
        "doctor",
        "init",
        "override import",
        "policy lint",
        "policy schema",
    ];
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
#[test_case("init -"; "questions without a terminal")]
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
