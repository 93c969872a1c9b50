//! The permissions of each function's role, against the AWS calls that its code can make.
//!
//! The calls are derived from the source, so that no second list has to agree with it:
//!
//! 1. A function names the adapters that it uses, by their types.
//! 2. Its own source and its use case call methods of their ports: `queue.send(…)`.
//! 3. The adapter's method, and the functions of its module that it calls, make
//!    calls of the AWS SDK: `.send_message().queue_url(…)` needs `sqs:SendMessage`.
//!
//! The derivation is textual. It knows a receiver by its name and a call by its
//! shape; where it finds a call that a role may not make, or none for a
//! permission, the role or the naming is wrong, and either is worth a look.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use test_case::test_case;

use crate::reading::Template;

/// An implementation of ports that calls AWS.
struct Adapter {
    /// Name of its type; a function that names it uses it.
    name: &'static str,
    /// IAM's name of the service that it calls.
    service: &'static str,
    /// Its source: a file or a folder.
    source: &'static str,
    /// What the use cases call it: fields, arguments or, for associated functions, the type.
    receivers: &'static [&'static str],
}

const ADAPTERS: [Adapter; 4] = [
    Adapter {
        name: "SqsQueue",
        service: "sqs",
        source: "shared/queue/src/sqs.rs",
        receivers: &["queue"],
    },
    Adapter {
        name: "DecisionTable",
        service: "dynamodb",
        source: "shared/store/src/decisions",
        receivers: &["decisions"],
    },
    Adapter {
        name: "StateTable",
        service: "dynamodb",
        source: "shared/store/src/state",
        receivers: &["state", "policies", "rate_limits"],
    },
    Adapter {
        name: "Secret",
        service: "secretsmanager",
        source: "shared/runtime/src/secret.rs",
        receivers: &["Secret", "key", "secrets"],
    },
];

/// Setters that the SDK's builders of calls begin with in this project. They
/// tell `.query().table_name(…)` from any other method without arguments.
const FIRST_SETTERS: [&str; 5] = [
    "queue_url",
    "request_items",
    "secret_id",
    "set_transact_items",
    "table_name",
];

/// What Lambda itself does as the function's role, to poll a queue.
const POLLS_QUEUE: [&str; 3] = [
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
];

#[test_case(
    "functions/webhook/src", &["shared/app/src/accept.rs"], "WebhookRole",
    &[("SqsQueue", "NoticesQueue.Arn"), ("Secret", "WebhookSecrets.Id")], None;
    "webhook"
)]
#[test_case(
    "functions/sync/src",
    &[
        "shared/app/src/sync",
        "shared/app/src/calendar_loader.rs",
        "shared/app/src/decision_writer.rs",
        "shared/app/src/event_pages.rs",
        "shared/app/src/policy_cache.rs",
        "shared/app/src/rate_limiter.rs",
    ],
    "SyncRole",
    &[
        ("SqsQueue", "NoticesQueue.Arn"),
        ("DecisionTable", "DecisionsTable.Arn"),
        ("StateTable", "StateTable.Arn"),
        ("Secret", "ApiKey.Id"),
    ],
    Some("NoticesQueue.Arn");
    "sync"
)]
#[test_case(
    "functions/scheduler/src",
    &["shared/app/src/scheduler"],
    "SchedulerRole",
    &[
        ("DecisionTable", "DecisionsTable.Arn"),
        ("StateTable", "StateTable.Arn"),
        ("Secret", "ApiKey.Id"),
    ],
    None;
    "scheduler"
)]
fn a_role_is_allowed_exactly_the_calls_that_its_function_makes(
    function: &str,
    use_case: &[&str],
    role: &str,
    resources: &[(&str, &str)],
    polled: Option<&str>,
) {
    let main = source(function);
    let used = ADAPTERS
        .iter()
        .filter(|adapter| names(&main, adapter.name).next().is_some());
    let code = use_case
        .iter()
        .fold(main.clone(), |code, part| code + &source(part));
    let mut calls: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for adapter in used {
        let resource = resources.iter().find(|(name, _)| *name == adapter.name);
        let (_, resource) = resource.unwrap_or_else(|| panic!("{function} uses {}", adapter.name));
        let called = calls_of(adapter, &code);
        calls.insert((*resource).to_owned(), called);
    }
    if let Some(queue) = polled {
        let calls = calls.entry(queue.to_owned()).or_default();
        calls.extend(POLLS_QUEUE.map(str::to_owned));
    }
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (resource, actions) in Template::read().allowed(role) {
        let resource = table_of(&resource);
        // Logs and streams are Lambda's doing, not the code's.
        if resources.iter().any(|(_, ours)| *ours == resource) {
            allowed.entry(resource).or_default().extend(actions);
        }
    }
    assert_eq!(allowed, calls, "allowed on the left, called on the right");
}

/// The table of an index, as the resource that it is part of; anything else as it is.
fn table_of(resource: &str) -> String {
    match resource.split_once("}/index/") {
        Some((table, _)) => table.trim_start_matches("${").to_owned(),
        None => resource.to_owned(),
    }
}

/// The actions that `code` needs for its calls of the adapter.
fn calls_of(adapter: &Adapter, code: &str) -> BTreeSet<String> {
    let bodies = bodies(&source(adapter.source));
    let is_called = |method: &str| {
        adapter.receivers.iter().any(|receiver| {
            let calls = [
                format!("{receiver}.{method}("),
                format!("{receiver}::{method}("),
            ];
            calls.iter().any(|call| names(code, call).next().is_some())
        })
    };
    let mut open: Vec<&Function> = bodies
        .keys()
        .filter(|function| is_called(&function.name))
        .collect();
    let (mut seen, mut actions) = (BTreeSet::new(), BTreeSet::new());
    while let Some(function) = open.pop() {
        if !seen.insert(function) {
            continue;
        }
        let body = &bodies[function];
        let action = |call: &str| format!("{}:{}", adapter.service, camel_case(call));
        actions.extend(sdk_calls(body).map(action));
        open.extend(bodies.keys().filter(|other| other.is_called_in(body)));
    }
    actions
}

/// A function of an adapter's source.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    name: String,
    /// It takes `self`.
    is_method: bool,
}

impl Function {
    /// Whether another function of the adapter, with this `body`, calls it.
    fn is_called_in(&self, body: &str) -> bool {
        let name = &self.name;
        if self.is_method {
            return names(body, &format!("self.{name}(")).next().is_some();
        }
        let is_associated = names(body, &format!("Self::{name}(")).next().is_some();
        let is_free = |at: usize| !body[..at].ends_with(['.', ':']);
        is_associated || names(body, &format!("{name}(")).any(is_free)
    }
}

/// The SDK's operations that `body` calls, in their Rust names.
fn sdk_calls(body: &str) -> impl Iterator<Item = &str> {
    FIRST_SETTERS.iter().flat_map(move |setter| {
        let begin = format!("().{setter}(");
        let before: Vec<_> = body.match_indices(&begin).map(|(at, _)| at).collect();
        before.into_iter().filter_map(move |at| {
            let call = body[..at].rsplit('.').next()?;
            call.bytes()
                .all(|byte| is_of_name(char::from(byte)))
                .then_some(call)
        })
    })
}

/// Each function's text; functions of one name and kind together.
fn bodies(source: &str) -> BTreeMap<Function, String> {
    let mut bodies: BTreeMap<Function, String> = BTreeMap::new();
    for part in source.split("fn ").skip(1) {
        let length = part.find(|letter| !is_of_name(letter));
        let (name, rest) = part.split_at(length.unwrap_or(part.len()));
        let function = Function {
            name: name.to_owned(),
            is_method: ["(self", "(mut self", "(&self", "(&mut self"]
                .iter()
                .any(|receiver| rest.starts_with(receiver)),
        };
        bodies.entry(function).or_default().push_str(rest);
    }
    bodies
}

/// Where `text` stands in `code`, not as the end of a longer name.
fn names<'a>(code: &'a str, text: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(text)
        .map(|(at, _)| at)
        .filter(|at| !code[..*at].ends_with(is_of_name))
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn camel_case(snake: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    snake.split('_').map(capital).collect()
}

/// The code of a file or a folder, without tests and comments, and without
/// spaces but between two names.
fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut code = String::new();
    read_into(&mut code, &path);
    let mut compact = String::new();
    for word in code.split_whitespace() {
        if compact.ends_with(is_of_name) && word.starts_with(is_of_name) {
            compact.push(' ');
        }
        compact.push_str(word);
    }
    compact
}

fn read_into(code: &mut String, path: &Path) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            read_into(code, &entry.expect("a file").path());
        }
        return;
    }
    let text = fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    for line in text.lines() {
        code.push_str(line.split("//").next().unwrap_or_default());
        code.push('\n');
    }
}
