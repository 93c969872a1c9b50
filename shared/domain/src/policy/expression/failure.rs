//! Why an expression has no answer, in words that hold no value of any fact.

use cel::ExecutionError;

use crate::fact::Fact;

/// An expression could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EvaluationFailure {
    /// Why, in words; never with what a fact says, which may be an address or a title.
    pub reason: String,
    /// Which of the facts it reads are not known, in order.
    pub unknown: Vec<Fact>,
}

impl EvaluationFailure {
    pub(super) fn new(error: &ExecutionError, unknown: Vec<Fact>) -> Self {
        let reason = match (in_words(error), unknown.as_slice()) {
            (Some(words), []) => words,
            (None, []) => "its parts do not fit together".to_owned(),
            (Some(words), facts) => format!("{words}, and {}", not_known(facts)),
            // Types were checked, so it can only be that an unknown fact was read.
            (None, facts) => not_known(facts),
        };
        Self { reason, unknown }
    }

    pub(super) fn no_answer(unknown: Vec<Fact>) -> Self {
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

/// The cause, unless it is that types did not fit.
fn in_words(error: &ExecutionError) -> Option<String> {
    Some(match error {
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number becomes too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list is shorter than it takes for".to_owned(),
        ExecutionError::NoSuchKey(_) => "a map has no such key".to_owned(),
        ExecutionError::DuplicateKey(_) => "a map has the same key twice".to_owned(),
        // The message quotes what could not be read.
        ExecutionError::FunctionError { function, .. } => {
            format!("{function}() cannot read what it was given")
        }
        _ => return None,
    })
}
