//! The permissions of each function's role, against the AWS calls that its code can make.
//!
//! The calls are derived from the source, so that no second list has to agree with it:
//!
//! 1. A function names the adapters that it uses, by their types, and what it
//!    imports of `callsheet_app`, by which its use case is found.
//! 2. Function and use case call methods of the adapters' ports: `queue.send(…)`.
//!    `receivers.rs` says which names stand for an adapter.
//! 3. The adapter's method, and the functions of its modules that it calls, make
//!    calls of the AWS SDK: `.send_message().queue_url(…)` needs `sqs:SendMessage`.
//!
//! The derivation is textual: it knows a receiver by its name and a call by its
//! form. A call that the role may not make, and a permission without a call,
//! both fail the test.

use std::collections::{BTreeMap, BTreeSet};

use test_case::test_case;

use crate::reading::Template;
use crate::receivers::receivers;
use crate::source::{Module, files, folders, is_of_name, modules, places};

/// The types that call AWS, each with IAM's name of the service that it calls.
const ADAPTERS: [(&str, &str); 6] = [
    ("EventBridgeBus", "events"),
    ("SqsQueue", "sqs"),
    ("SqsDeadLetters", "sqs"),
    ("DecisionTable", "dynamodb"),
    ("StateTable", "dynamodb"),
    ("Secret", "secretsmanager"),
];

/// The first setters of the SDK's request builders in this project. They tell
/// `.query().table_name(…)` from any other method without arguments.
const FIRST_SETTERS: [&str; 6] = [
    "queue_url",
    "request_items",
    "secret_id",
    "set_entries",
    "set_transact_items",
    "table_name",
];

/// The actions that Lambda's poller of a queue needs, with the function's role.
const POLLS_QUEUE: [&str; 3] = [
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
];

/// The bus, as the template names it.
const BUS: &str =
    "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${EventBusName}";

/// What each adapter calls, as the template names it. A secret is another one for each function.
const CALLED: [(&str, &str); 5] = [
    ("EventBridgeBus", BUS),
    ("SqsQueue", "SyncQueue.Arn"),
    ("SqsDeadLetters", "DeadLetterQueue.Arn"),
    ("DecisionTable", "DecisionsTable.Arn"),
    ("StateTable", "StateTable.Arn"),
];

#[test_case("webhook", Some("WebhookSecrets.Id"), None; "webhook")]
#[test_case("sync", Some("ApiKey.Id"), Some("SyncQueue.Arn"); "sync")]
#[test_case("scheduler", Some("ApiKey.Id"), None; "scheduler")]
#[test_case("events", None, None; "events")]
#[test_case("console", Some("SigningKeys.Id"), None; "console")]
#[test_case("console", Some("ApiKey.Id"), None; "console with previews")]
fn a_role_is_allowed_exactly_the_calls_that_its_function_makes(
    function: &str,
    secret: Option<&str>,
    polled: Option<&str>,
) {
    let secret = secret.map(|secret| ("Secret", secret));
    let resources: Vec<_> = CALLED.into_iter().chain(secret).collect();
    let own = files(&format!("functions/{function}/src"));
    let code: Vec<_> = own.iter().cloned().chain(use_case(&own)).collect();
    let mut calls: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, service) in ADAPTERS {
        if !own.iter().any(|file| places(file, name).next().is_some()) {
            continue;
        }
        let resource = resources.iter().find(|(adapter, _)| *adapter == name);
        let (_, resource) = resource.unwrap_or_else(|| panic!("{function} uses {name}"));
        calls.insert((*resource).to_owned(), calls_of(name, service, &code));
    }
    if let Some(queue) = polled {
        let calls = calls.entry(queue.to_owned()).or_default();
        calls.extend(POLLS_QUEUE.map(str::to_owned));
    }
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let role = format!("{}Role", camel_case(function));
    let template = Template::read();
    let with_previews = template.allowed_if("AllowsPreviews", &role);
    for (resource, actions) in template.allowed(&role).into_iter().chain(with_previews) {
        let resource = table_of(&resource);
        // Lambda itself writes logs and reads the stream.
        if resources.iter().any(|(_, ours)| *ours == resource) {
            allowed.entry(resource).or_default().extend(actions);
        }
    }
    assert_eq!(allowed, calls, "allowed on the left, called on the right");
}

/// The table that an index belongs to; any other resource as it is.
fn table_of(resource: &str) -> String {
    match resource.split_once("}/index/") {
        Some((table, _)) => table.trim_start_matches("${").to_owned(),
        None => resource.to_owned(),
    }
}

/// The modules of `callsheet_app` that a function imports, and those that these
/// import, file by file. Ports are only declared there.
fn use_case(function: &[String]) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), modules("shared/app"));
    rest.retain(|module| module.name != "ports");
    let mut open = imported(function, "callsheet_app::");
    while !open.is_empty() {
        let is_used = |module: &mut Module| module.defines_one_of(&open);
        let used: Vec<_> = rest.extract_if(.., is_used).collect();
        let imports = used.iter().map(|module| imported(&module.files, "crate::"));
        open = imports.flatten().collect();
        found.extend(used.into_iter().flat_map(|module| module.files));
    }
    assert!(!found.is_empty(), "the function has no use case");
    found
}

/// The names in paths of the code that begin with `root`.
fn imported(code: &[String], root: &str) -> BTreeSet<String> {
    let paths = code.iter().flat_map(|file| {
        places(file, root).map(|at| {
            let path = &file[at + root.len()..];
            let ends: &[char] = if file[..at].ends_with("use ") {
                &[';']
            } else {
                &['(', ';', '<', ',', ')', '{']
            };
            path.split(ends).next().unwrap_or_default()
        })
    });
    let names = paths.flat_map(|path| path.split(|letter| !is_of_name(letter)));
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The actions that `code` needs for its calls of an adapter.
fn calls_of(adapter: &str, service: &str, code: &[String]) -> BTreeSet<String> {
    let source = source_of(adapter);
    let bodies = bodies(&source);
    let receivers = receivers(adapter, &source, code);
    let is_called = |method: &str| {
        receivers.iter().any(|receiver| {
            let calls = [
                format!("{receiver}.{method}("),
                format!("{receiver}::{method}("),
            ];
            let has = |call: &String| code.iter().any(|file| places(file, call).next().is_some());
            calls.iter().any(has)
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
        // IAM knows a transaction by its writes, and ours are puts.
        let named = |call: &str| camel_case(call).replace("TransactWriteItems", "PutItem");
        let action = |call: &str| format!("{service}:{}", named(call));
        actions.extend(sdk_calls(body).map(action));
        open.extend(bodies.keys().filter(|other| other.is_called_in(body)));
    }
    actions
}

/// The modules that define an adapter or implement something for it, file by file.
fn source_of(adapter: &str) -> Vec<String> {
    let of_adapter = |module: &Module| {
        ["struct ", "impl ", "for ", ">"]
            .iter()
            .any(|before| module.has(&format!("{before}{adapter}")))
    };
    let all = folders("shared")
        .into_iter()
        .flat_map(|folder| modules(&folder));
    let found: Vec<_> = all
        .filter(of_adapter)
        .flat_map(|module| module.files)
        .collect();
    assert!(!found.is_empty(), "{adapter} is nowhere");
    found
}

/// A function of an adapter's source.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    name: String,
    /// Whether it takes `self`.
    is_method: bool,
}

impl Function {
    /// Whether another function of the adapter, with this `body`, calls it.
    fn is_called_in(&self, body: &str) -> bool {
        let name = &self.name;
        if self.is_method {
            return places(body, &format!("self.{name}(")).next().is_some();
        }
        let is_associated = places(body, &format!("Self::{name}(")).next().is_some();
        let is_free = |at: usize| !body[..at].ends_with(['.', ':']);
        is_associated || places(body, &format!("{name}(")).any(is_free)
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

/// The text of each function. Functions of the same name and kind are taken together.
fn bodies(source: &[String]) -> BTreeMap<Function, String> {
    let mut bodies: BTreeMap<Function, String> = BTreeMap::new();
    for part in source.iter().flat_map(|file| file.split("fn ").skip(1)) {
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

fn camel_case(snake: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    snake.split('_').map(capital).collect()
}
