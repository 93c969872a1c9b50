//! The lines that the code logs, read from its source: macros of `tracing` and their fields.

use crate::source::{files, folders, is_of_name, places};

const MACROS: [&str; 5] = ["error!(", "warn!(", "info!(", "debug!(", "trace!("];

/// A call of a macro of `tracing`.
#[derive(Debug)]
pub(crate) struct LogCall {
    /// The target, if it is not the module.
    pub(crate) target: Option<String>,
    /// The names of its fields, without the text.
    pub(crate) fields: Vec<String>,
}

/// All calls in the code of the functions and of what they share.
pub(crate) fn log_calls() -> Vec<LogCall> {
    let folders = ["functions", "shared"].into_iter().flat_map(folders);
    let code = folders.flat_map(|folder| files(&format!("{folder}/src")));
    code.flat_map(|file| calls_of(&file)).collect()
}

/// The calls in one file.
fn calls_of(file: &str) -> Vec<LogCall> {
    let begins = MACROS
        .iter()
        .flat_map(|name| places(file, name).map(|at| at + name.len()));
    let arguments = begins.map(|at| arguments(&file[at..]));
    arguments.map(|arguments| call(&arguments)).collect()
}

fn call(arguments: &[&str]) -> LogCall {
    let target = arguments
        .first()
        .and_then(|first| first.strip_prefix("target:"));
    let fields = arguments.iter().skip(usize::from(target.is_some()));
    let fields = fields.take_while(|argument| !argument.starts_with('"'));
    let name = |argument: &&str| {
        let argument = argument.trim_start_matches(['%', '?']);
        let end = argument.find(|letter| !is_of_name(letter) && letter != '.');
        argument[..end.unwrap_or(argument.len())].to_owned()
    };
    LogCall {
        target: target.map(str::to_owned),
        fields: fields.map(name).filter(|name| !name.is_empty()).collect(),
    }
}

/// The arguments before the bracket that closes the call, separated by commas.
fn arguments(call: &str) -> Vec<&str> {
    let (mut found, mut begin, mut depth, mut in_text, mut escaped) =
        (Vec::new(), 0, 0, false, false);
    for (at, letter) in call.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            ')' if depth == 0 => {
                found.push(&call[begin..at]);
                break;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&call[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The names that the log's own formats give to a line: a second value under one of them
/// makes a line of which readers lose one.
const OF_THE_FORMATS: [&str; 13] = [
    "_aws",
    "fields",
    "filename",
    "level",
    "line_number",
    "message",
    "span",
    "spans",
    "target",
    "threadId",
    "threadName",
    "time",
    "timestamp",
];

#[test]
fn no_field_of_a_log_line_is_named_as_another_or_as_the_formats_own() {
    let calls = log_calls();
    assert!(calls.len() > 20, "{} calls were found", calls.len());
    for call in calls {
        for (at, field) in call.fields.iter().enumerate() {
            let is_taken = OF_THE_FORMATS.contains(&field.as_str());
            let is_repeated = call.fields[..at].contains(field);
            assert!(!is_taken && !is_repeated, "{field} in {call:?}");
        }
    }
}

#[test]
fn a_call_is_read_with_its_fields() {
    let file = concat!(
        r#"tracing::info!(target:METRICS,late=1,over);tracing::warn!(%event,ids=a.map(f(x,y)),"#,
        r#"message="it, \"or\" not",?kind,"the event {event}");debug!("no fields, a = b");"#
    );
    let calls = calls_of(file);
    let found: Vec<_> = calls
        .iter()
        .map(|call| {
            let fields: Vec<_> = call.fields.iter().map(String::as_str).collect();
            (call.target.as_deref(), fields)
        })
        .collect();
    let expected = [
        (None, vec!["event", "ids", "message", "kind"]),
        (Some("METRICS"), vec!["late", "over"]),
        (None, vec![]),
    ];
    assert_eq!(found, expected);
}
