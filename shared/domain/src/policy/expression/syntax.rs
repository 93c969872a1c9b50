//! Parses the source of an expression, and words its errors plainly.
//!
//! The parser's stack grows with each open bracket, and a visit of its tree with each link
//! of a chain (`a.b.c`, `1 + 1 + 1`). Both are bounded before a deep visit: brackets by the
//! parser's own limit, chains by the length of the source, and the resulting tree by
//! [`MAX_DEPTH`](super::check::MAX_DEPTH). Measured in a debug build without
//! any optimisation, the worst texts take 1.6 MB of stack; as the workspace
//! builds `cel`, 0.3 MB.

use cel::common::ast::{IdedExpr, SourceInfo};
use cel::{ParseError, ParseErrors};

use super::evaluate::ENVIRONMENT;
use crate::policy::expression::ExpressionProblem;

/// The most characters an expression may have.
pub(super) const MAX_LENGTH: usize = 1_000;

/// The most brackets, or conditions, that may be open at one place.
const MAX_BRACKETS: u16 = 8;

/// The beginning of the parser's message about a source that is nested too deeply.
const TOO_DEEP: &str = "Recursion limit of";

/// The tree of an expression, and the positions of its nodes in the source.
pub(super) fn parse(source: &str) -> Result<(IdedExpr, SourceInfo), ExpressionProblem> {
    if source.trim().is_empty() {
        return Err(ExpressionProblem::at(source, 0, "the expression is empty"));
    }
    if let Some((offset, _)) = source.char_indices().nth(MAX_LENGTH) {
        let message = format!("an expression has {MAX_LENGTH} characters at most");
        return Err(ExpressionProblem::at(source, offset, message));
    }
    ENVIRONMENT
        .parser()
        .max_recursion_depth(MAX_BRACKETS)
        .parse_with_source_info(source)
        .map_err(|errors| problem(source, &errors))
}

fn problem(source: &str, ParseErrors { errors }: &ParseErrors) -> ExpressionProblem {
    // For an incomplete tree the parser also reports its missing parts, which are not the cause.
    let cause = errors
        .iter()
        .find(|error| !error.msg.starts_with("Incomplete ") && !error.msg.starts_with("No `"));
    let Some(error) = cause.or(errors.first()) else {
        return ExpressionProblem::at(source, 0, "this cannot be read");
    };
    let (line, column) = place(source, error);
    let (message, suggestion) = describe(&error.msg);
    ExpressionProblem {
        line,
        column,
        message,
        suggestion,
    }
}

/// Where an error is: macros count bytes, everything else counts characters.
fn place(source: &str, error: &ParseError) -> (usize, usize) {
    let line = usize::try_from(error.pos.0).unwrap_or(0).max(1);
    let column = usize::try_from(error.pos.1).unwrap_or(0).max(1);
    if !is_of_a_macro(&error.msg) {
        return (line, column);
    }
    let text = source.split('\n').nth(line - 1).unwrap_or_default();
    let before = text.get(..column - 1).unwrap_or(text);
    (line, before.chars().count() + 1)
}

fn is_of_a_macro(message: &str) -> bool {
    matches!(message, NO_FIELD | NO_NAME)
}

const NO_FIELD: &str = "invalid argument to has() macro";
const NO_NAME: &str = "argument must be a simple name";

/// CEL's message without the parser's own terms.
fn describe(message: &str) -> (String, Option<String>) {
    if message.contains(TOO_DEEP) {
        return (too_deep(), None);
    }
    let plain = match message {
        NO_FIELD => "has() takes a field, as in has(person.response)",
        NO_NAME => {
            "the first of the arguments is a plain name, as in attendees.exists(a, a.optional)"
        }
        "invalid int literal" => "this number is too large",
        "invalid uint literal" => "there are no unsigned numbers; leave the \"u\" out",
        "invalid double literal" => "this number cannot be read",
        _ if message.starts_with("unsupported syntax") => "this way of writing is not supported",
        _ if message.starts_with("error recovery") => "this cannot be read",
        _ => return unexpected(message.strip_prefix("Syntax error: ").unwrap_or(message)),
    };
    (plain.to_owned(), None)
}

pub(super) fn too_deep() -> String {
    "this is nested too deeply; write it as several rules, or with fewer brackets".to_owned()
}

/// A message about an unexpected part.
fn unexpected(message: &str) -> (String, Option<String>) {
    if let Some(rest) = message.strip_prefix("token recognition error at: '") {
        let met = rest.strip_suffix('\'').unwrap_or(rest).trim();
        return match met.chars().next() {
            Some('"' | '\'') => (
                "this text has no end, or a wrong escape in it".to_owned(),
                None,
            ),
            _ => (format!("unexpected {met}"), instead_of(met)),
        };
    }
    for (start, wanted_first) in [
        ("mismatched input '", false),
        ("extraneous input '", false),
        ("no viable alternative at input '", false),
        ("missing '", true),
    ] {
        let Some(rest) = message.strip_prefix(start) else {
            continue;
        };
        if wanted_first {
            let wanted = rest.split('\'').next().unwrap_or_default();
            return (format!("a {wanted} is missing here"), None);
        }
        let met = rest.rsplit_once("' expecting").map_or(rest, |(met, _)| met);
        let met = met.strip_suffix('\'').unwrap_or(met);
        return match met {
            "<EOF>" => ("something is missing at the end".to_owned(), None),
            _ => (format!("unexpected {met}"), instead_of(met)),
        };
    }
    (message.to_owned(), None)
}

/// The operator of CEL for one of another language.
fn instead_of(met: &str) -> Option<String> {
    let meant = match met.to_lowercase().as_str() {
        "=" | "is" | "equals" => "==",
        "and" | "&" => "&&",
        "or" | "|" => "||",
        "not" | "~" => "!",
        _ => return None,
    };
    Some(meant.to_owned())
}
