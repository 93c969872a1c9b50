//! The problems of a policy document, and their places.

use std::fmt;

/// One problem of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyProblem {
    /// The place in the document, `rules[2].when`; empty for the whole document.
    pub place: String,
    /// The problem, and what to write instead.
    pub message: String,
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(formatter, "{}: ", self.place)?;
        }
        formatter.write_str(&self.message)
    }
}

/// All problems of a policy, at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct InvalidPolicy(pub Vec<PolicyProblem>);

fn lines(problems: &[PolicyProblem]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// A place in a document, and the problems that are reported at it and below it.
pub(super) struct Place<'a> {
    path: String,
    problems: &'a mut Vec<PolicyProblem>,
}

impl<'a> Place<'a> {
    /// The root of the document.
    pub(super) fn root(problems: &'a mut Vec<PolicyProblem>) -> Self {
        Self {
            path: String::new(),
            problems,
        }
    }

    /// The place under `name`.
    pub(super) fn at(&mut self, name: &str) -> Place<'_> {
        let dot = if self.path.is_empty() { "" } else { "." };
        Place {
            path: format!("{}{dot}{name}", self.path),
            problems: self.problems,
        }
    }

    /// The item of the list at this place.
    pub(super) fn item(&mut self, index: usize) -> Place<'_> {
        Place {
            path: format!("{}[{index}]", self.path),
            problems: self.problems,
        }
    }

    /// The place in the document, `rules[2].when`.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Reports a problem at this place.
    pub(super) fn report(&mut self, message: impl Into<String>) {
        self.problems.push(PolicyProblem {
            place: self.path.clone(),
            message: message.into(),
        });
    }

    /// The value; an error is reported at this place.
    pub(super) fn accept<T, E: fmt::Display>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                self.report(problem.to_string());
                None
            }
        }
    }
}
