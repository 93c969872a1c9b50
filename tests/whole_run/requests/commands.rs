//! The requests to AWS that the command line made, against the table of the documentation.
//!
//! Both directions: what was requested is in the table, and what is in the table was requested.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_tests::command_requests;

use super::{Requests, named, names};

const COMMAND_LINE: &str = include_str!("../../../docs/command-line.md");

/// What a command requests only by the size or the state of the workspace, which the tests share:
/// command, action, resource, and the condition.
const SOMETIMES: [(&str, &str, &str, &str); 5] = [
    ("status", "dynamodb:BatchGetItem", "DecisionsTable", IF_DUE),
    (
        "status",
        "dynamodb:Query",
        "DecisionsTable/index/calendar",
        IF_FEW,
    ),
    ("status", "dynamodb:Query", "StateTable", IF_FEW),
    ("override", "dynamodb:PutItem", "DecisionsTable", IF_FIRST),
    ("send", "dynamodb:PutItem", "DecisionsTable", IF_FIRST),
];
/// `doctor` reads what `status` reads, so what holds for one holds for the other.
const READ_STATUS: [&str; 2] = ["doctor", "status"];
const IF_DUE: &str = "decisions are due soon or abandoned";
const IF_FEW: &str = "there are at most twenty calendars";
const IF_FIRST: &str = "no sync has taken the override in meanwhile";

/// The columns of the documentation's table, by the resources of the template.
const COLUMNS: [&str; 4] = [
    "DecisionsTable",
    "StateTable",
    "SyncQueue",
    "DeadLetterQueue",
];

/// The requests of each command by the documentation: the table below its marker. A cell lists
/// actions, and an index behind `on`.
fn documented() -> BTreeMap<String, Requests> {
    let marker = "<!-- permissions: hold against the requests -->";
    let (_, table) = COMMAND_LINE
        .split_once(marker)
        .expect("the table of permissions");
    let rows = table
        .trim_start()
        .lines()
        .take_while(|line| line.starts_with('|'));
    let rows = rows.skip(2).map(|row| {
        let cells = row.trim_matches('|').split('|').map(str::trim);
        let cells: Vec<_> = cells.collect();
        let commands = in_code(cells[0]);
        let (of_columns, others) = cells[1..].split_at(COLUMNS.len());
        let columns = COLUMNS.iter().zip(of_columns);
        let requests = columns.flat_map(|(on, cell)| of_cell(on, cell));
        let others = others.iter().flat_map(|cell| of_other(cell));
        (commands, requests.chain(others).collect::<Requests>())
    });
    let of_each = rows.flat_map(|(commands, requests)| {
        commands
            .into_iter()
            .map(move |command| (command, requests.clone()))
    });
    of_each.collect()
}

fn of_cell<'a>(resource: &'a str, cell: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
    let service = if resource.ends_with("Queue") {
        "sqs"
    } else {
        "dynamodb"
    };
    cell.split(", ")
        .filter(|part| !part.is_empty())
        .map(move |part| {
            let names = in_code(part);
            let index = names.get(1).map(|index| format!("/index/{index}"));
            let resource = format!("{resource}{}", index.unwrap_or_default());
            (format!("{service}:{}", names[0]), resource)
        })
}

/// The requests of the last column: `action` on `resource`, each by its whole name.
fn of_other(cell: &str) -> impl Iterator<Item = (String, String)> {
    let parts = cell.split(", ").filter(|part| !part.is_empty());
    parts.map(|part| {
        let names = in_code(part);
        (names[0].clone(), names[1].clone())
    })
}

/// The parts of a text between backticks.
fn in_code(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
#[ignore = "it reads what all other tests noted, so `make test` runs it last"]
fn the_documentation_lists_exactly_the_requests_of_each_command() {
    let names = names();
    let mut requested: BTreeMap<String, Requests> = BTreeMap::new();
    for request in command_requests() {
        // A stack is asked for by any name, and the dashboard has the stack's.
        let resource = if request.action.starts_with("cloudformation:") {
            "callsheet".to_owned()
        } else {
            named(&request.resource, &names)
        };
        let of = requested.entry(request.command).or_default();
        of.insert((request.action, resource));
    }
    let documented = documented();
    let commands: BTreeSet<_> = requested.keys().chain(documented.keys()).collect();
    let differences = commands.into_iter().filter_map(|command| {
        let none = Requests::new();
        let requested = requested.get(command).unwrap_or(&none);
        let documented = documented.get(command).unwrap_or(&none);
        let missing: Vec<_> = requested.difference(documented).collect();
        let unused = documented.difference(requested);
        let unused: Vec<_> = unused.filter(|one| !is_for_some(command, one)).collect();
        let differs = !missing.is_empty() || !unused.is_empty();
        differs
            .then(|| format!("{command}: not in the table {missing:?}, never requested {unused:?}"))
    });
    let differences: Vec<_> = differences.collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn is_for_some(command: &str, (action, resource): &(String, String)) -> bool {
    let alike = all_that_read_as(command);
    let mut sometimes = SOMETIMES.iter();
    sometimes.any(|one| alike.contains(&one.0) && (one.1, one.2) == (action, resource))
}

/// So that an exception ends with the request that it is about.
#[test]
fn what_a_command_requests_sometimes_is_documented() {
    let documented = documented();
    for (command, action, resource, condition) in SOMETIMES {
        let one = (action.to_owned(), resource.to_owned());
        for command in all_that_read_as(command) {
            let is_documented = documented[command].contains(&one);
            assert!(is_documented, "{command}: {one:?}, if {condition}");
        }
    }
}

fn all_that_read_as(command: &str) -> Vec<&str> {
    if READ_STATUS.contains(&command) {
        READ_STATUS.to_vec()
    } else {
        vec![command]
    }
}
