//! The requests to AWS that the functions made, against what the roles of the template allow.
//!
//! Both directions: what was requested is allowed, and what is allowed was
//! requested. `tests/template` compares the same with the calls in the source,
//! without a deployment.

mod commands;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use callsheet_tests::{FUNCTIONS, Template, variable};

use crate::log_lines::lines;

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
