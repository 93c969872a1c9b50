//! What is wrong with a policy, and where.

use std::fmt;

/// One thing that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyProblem {
    /// Where in the document: `rules[2].when`; empty for the whole of it.
    pub place: String,
    /// What is wrong, and what to write instead.
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

/// Everything that is wrong with a policy, at least one thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct InvalidPolicy(pub Vec<PolicyProblem>);

fn lines(problems: &[PolicyProblem]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// A place in a document, under which problems are gathered.
pub(super) struct Place<'a> {
    path: String,
    problems: &'a mut Vec<PolicyProblem>,
}

impl<'a> Place<'a> {
    /// The whole document.
    pub(super) fn whole(problems: &'a mut Vec<PolicyProblem>) -> Self {
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

    /// The item of the list here.
    pub(super) fn item(&mut self, index: usize) -> Place<'_> {
        Place {
            path: format!("{}[{index}]", self.path),
            problems: self.problems,
        }
    }

    /// Notes a problem here.
    pub(super) fn refuse(&mut self, message: impl Into<String>) {
        self.problems.push(PolicyProblem {
            place: self.path.clone(),
            message: message.into(),
        });
    }

    /// The value, or the problem with it noted here.
    pub(super) fn accept<T, E: fmt::Display>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                self.refuse(problem.to_string());
                None
            }
        }
    }
}
