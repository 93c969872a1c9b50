//! Why an expression has no result, without the value of any fact.

use cel::ExecutionError;

use super::steps::MAX_STEPS;
use crate::fact::Fact;

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
    pub(super) fn new(error: &ExecutionError, unknown: Vec<Fact>) -> Self {
        let reason = match (describe(error), unknown.as_slice()) {
            (Some(cause), []) => cause,
            (None, []) => "its parts do not fit together".to_owned(),
            (Some(cause), facts) => format!("{cause}, and {}", not_known(facts)),
            // The types were checked, so the cause is that an unknown fact was read.
            (None, facts) => not_known(facts),
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
