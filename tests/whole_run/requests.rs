//! The requests to AWS that the functions and the command line made, against what
//! the roles of the template and the table of the documentation allow.
//!
//! Both directions: what was requested is allowed, and what is allowed was
//! requested. `tests/template` compares the same with the calls in the source,
//! without a deployment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use callsheet_tests::{FUNCTIONS, Template, command_requests, variable};

use crate::log_lines::lines;

const COMMAND_LINE: &str = include_str!("../../docs/command-line.md");

/// What a role is allowed for AWS itself, which uses the role too: role, action, resource, and
/// the reason. The function does not request it.
const FOR_AWS: [(&str, &str, &str, &str); 26] = [
    (
        "WebhookRole",
        "logs:CreateLogStream",
        "WebhookLogs",
        WRITES_LOG,
    ),
    (
        "WebhookRole",
        "logs:PutLogEvents",
        "WebhookLogs",
        WRITES_LOG,
    ),
    ("SyncRole", "logs:CreateLogStream", "SyncLogs", WRITES_LOG),
    ("SyncRole", "logs:PutLogEvents", "SyncLogs", WRITES_LOG),
    (
        "SchedulerRole",
        "logs:CreateLogStream",
        "SchedulerLogs",
        WRITES_LOG,
    ),
    (
        "SchedulerRole",
        "logs:PutLogEvents",
        "SchedulerLogs",
        WRITES_LOG,
    ),
    (
        "ConsoleRole",
        "logs:CreateLogStream",
        "ConsoleLogs",
        WRITES_LOG,
    ),
    (
        "ConsoleRole",
        "logs:PutLogEvents",
        "ConsoleLogs",
        WRITES_LOG,
    ),
    ("SyncRole", "sqs:ReceiveMessage", "SyncQueue", POLLS_QUEUE),
    ("SyncRole", "sqs:DeleteMessage", "SyncQueue", POLLS_QUEUE),
    (
        "SyncRole",
        "sqs:GetQueueAttributes",
        "SyncQueue",
        POLLS_QUEUE,
    ),
    (
        "SchedulerRole",
        "dynamodb:DescribeStream",
        STREAM,
        READS_STREAM,
    ),
    ("SchedulerRole", "dynamodb:GetRecords", STREAM, READS_STREAM),
    (
        "SchedulerRole",
        "dynamodb:GetShardIterator",
        STREAM,
        READS_STREAM,
    ),
    // IAM has no narrower resource for it.
    ("SchedulerRole", "dynamodb:ListStreams", "*", READS_STREAM),
    (
        "EventsRole",
        "logs:CreateLogStream",
        "EventsLogs",
        WRITES_LOG,
    ),
    ("EventsRole", "logs:PutLogEvents", "EventsLogs", WRITES_LOG),
    (
        "EventsRole",
        "dynamodb:DescribeStream",
        STREAM,
        READS_STREAM,
    ),
    ("EventsRole", "dynamodb:GetRecords", STREAM, READS_STREAM),
    (
        "EventsRole",
        "dynamodb:GetShardIterator",
        STREAM,
        READS_STREAM,
    ),
    (
        "EventsRole",
        "dynamodb:DescribeStream",
        STATE_STREAM,
        READS_STREAM,
    ),
    (
        "EventsRole",
        "dynamodb:GetRecords",
        STATE_STREAM,
        READS_STREAM,
    ),
    (
        "EventsRole",
        "dynamodb:GetShardIterator",
        STATE_STREAM,
        READS_STREAM,
    ),
    ("EventsRole", "dynamodb:ListStreams", "*", READS_STREAM),
    (
        "EventsRole",
        "sqs:SendMessage",
        "LostEventsQueue",
        "Lambda tells which records it dropped",
    ),
    (
        "ResyncRole",
        "sqs:SendMessage",
        "SyncQueue",
        "EventBridge Scheduler requests a resync",
    ),
];
const WRITES_LOG: &str = "Lambda writes the function's log";
const POLLS_QUEUE: &str = "Lambda polls the queue for the function";
const READS_STREAM: &str = "Lambda reads the stream for the function";
const STREAM: &str = "DecisionsTable.StreamArn";
const STATE_STREAM: &str = "StateTable.StreamArn";

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

type Requests = BTreeSet<(String, String)>;

/// The names of the template's resources by their deployed names.
fn names() -> BTreeMap<String, String> {
    let file = fs::read_to_string(variable("CALLSHEET_RESOURCES")).expect("the resources");
    let deployed: BTreeMap<String, String> = serde_json::from_str(&file).expect("names");
    deployed
        .into_iter()
        .map(|(name, deployed)| (deployed, name))
        .collect()
}

/// A deployed table, index, queue or secret by its name in the template, and a bus by the parameter
/// that names it.
fn named(resource: &str, names: &BTreeMap<String, String>) -> String {
    if resource.starts_with("event-bus/") {
        return "EventBusName".to_owned();
    }
    let (of, index) = match resource.split_once("/index/") {
        Some((table, index)) => (table, format!("/index/{index}")),
        None => (resource, String::new()),
    };
    // The ARN of a secret ends with its name and six random letters.
    let of = match of.split_once(":secret:") {
        Some((_, secret)) => secret.rsplit_once('-').map_or(secret, |(name, _)| name),
        None => of,
    };
    let name = names.get(of).map_or(of, String::as_str);
    format!("{name}{index}")
}

/// The requests of a function.
fn requested(function: &str) -> Requests {
    let names = names();
    let lines = lines().0.into_iter();
    let made = lines.filter(|line| {
        line.function == function && line.text("target") == "callsheet_runtime::requests"
    });
    made.map(|line| {
        (
            line.text("action").to_owned(),
            named(line.text("resource"), &names),
        )
    })
    .collect()
}

/// What a role is allowed, for the function and for AWS.
fn allowed(role: &str) -> Requests {
    let template = Template::read();
    // The local cloud is deployed with previews.
    let with_previews = template.allowed_if("AllowsPreviews", role);
    let allowed = template.allowed(role).into_iter().chain(with_previews);
    let each = allowed.flat_map(|(resource, actions)| {
        let resource = of_template(&resource);
        actions
            .into_iter()
            .map(move |action| (action, resource.clone()))
    });
    each.collect()
}

/// What a role is allowed for AWS.
fn for_aws(role: &str) -> Requests {
    let ours = FOR_AWS.iter().filter(|(of, ..)| *of == role);
    ours.map(|(_, action, resource, _)| ((*action).to_owned(), (*resource).to_owned()))
        .collect()
}

/// A resource as a policy of the template names it: `SyncQueue.Arn`, `${StateTable.Arn}/index/x`.
fn of_template(resource: &str) -> String {
    let plain = resource.replace("${", "").replace('}', "");
    if let Some((_, bus)) = plain.split_once(":event-bus/") {
        return bus.to_owned();
    }
    plain.trim_end_matches(".Id").replace(".Arn", "")
}

fn role_of(function: &str) -> String {
    format!("{}{}Role", function[..1].to_uppercase(), &function[1..])
}

#[test]
#[ignore = "it reads the logs of all other tests, so `make test` runs it last"]
fn a_role_is_allowed_exactly_what_its_function_requested() {
    for function in FUNCTIONS {
        let role = role_of(function);
        let (requested, allowed, for_aws) = (requested(function), allowed(&role), for_aws(&role));
        let missing: Vec<_> = requested.difference(&allowed).collect();
        let unused = allowed.iter().filter(|one| !requested.contains(*one));
        let unused: Vec<_> = unused.filter(|one| !for_aws.contains(*one)).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "{function} requested what its role does not allow: {missing:?}; \
             its role allows what no test had it request: {unused:?}"
        );
    }
}

/// So that an exception ends with the permission that it is about.
#[test]
fn what_a_role_is_allowed_for_aws_itself_is_in_the_template() {
    for (role, action, resource, reason) in FOR_AWS {
        let allowed = allowed(role);
        let one = (action.to_owned(), resource.to_owned());
        assert!(allowed.contains(&one), "{role}: {one:?}, because {reason}");
    }
}

#[test]
fn a_role_that_no_function_has_is_allowed_only_what_aws_needs() {
    let template = Template::read();
    let functions: BTreeSet<_> = FUNCTIONS.iter().map(|function| role_of(function)).collect();
    let kind = |name: &String| template.text(&format!("Resources.{name}.Type"));
    let roles = template.names("Resources").into_iter();
    let roles: Vec<_> = roles
        .filter(|name| kind(name) == "AWS::IAM::Role")
        .collect();
    assert!(roles.len() > functions.len());
    for role in roles.iter().filter(|role| !functions.contains(*role)) {
        assert_eq!(allowed(role), for_aws(role), "{role}");
    }
}

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
