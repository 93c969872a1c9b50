//! Why an expression has no result, without the value of any fact.

use cel::ExecutionError;

use super::steps::MAX_STEPS;
use crate::fact::Fact;

/// The cause that a list was read of which not all elements are known.
const INCOMPLETE: &str = "the list of attendees is incomplete (attendees_complete)";

/// An expression has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EvaluationFailure {
    /// Why. It never contains the value of a fact, which may be an address or a title.
    pub reason: String,
    /// The unknown facts among those it reads, in order.
    pub unknown: Vec<Fact>,
}

impl EvaluationFailure {
    /// `is_incomplete` says that a list was read that may be incomplete.
    pub(super) fn new(error: &ExecutionError, unknown: Vec<Fact>, is_incomplete: bool) -> Self {
        let cut = is_incomplete.then(|| INCOMPLETE.to_owned());
        let not_known = Some(unknown.as_slice()).filter(|facts| !facts.is_empty());
        // The types were checked, so without a cause the cause is that an unknown fact or an
        // incomplete list was read.
        let causes = [describe(error), not_known.map(self::not_known), cut];
        let causes: Vec<String> = causes.into_iter().flatten().collect();
        let reason = match causes.as_slice() {
            [] => "its parts do not fit together".to_owned(),
            causes => causes.join(", and "),
        };
        Self { reason, unknown }
    }

    pub(super) fn too_many_steps(unknown: Vec<Fact>) -> Self {
        let reason = format!("it takes more than {MAX_STEPS} steps");
        Self { reason, unknown }
    }

    pub(super) fn no_result(unknown: Vec<Fact>) -> Self {
        let reason = match unknown.as_slice() {
            [] => "it is neither true nor false".to_owned(),
            facts => not_known(facts),
        };
        Self { reason, unknown }
    }
}

fn not_known(facts: &[Fact]) -> String {
    let names: Vec<String> = facts
        .iter()
        .map(|fact| format!("\"{}\"", fact.name()))
        .collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb} not known", names.join(" and "))
}

/// The cause, unless it is a wrong type.
fn describe(error: &ExecutionError) -> Option<String> {
    Some(match error {
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number becomes too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list has no element at this place".to_owned(),
        ExecutionError::NoSuchKey(_) => "a map has no such key".to_owned(),
        ExecutionError::DuplicateKey(_) => "a map has the same key twice".to_owned(),
        // The message quotes the value.
        ExecutionError::FunctionError { function, .. } => {
            format!("{function}() cannot read what it was given")
        }
        _ => return None,
    })
}
