//! One problem of a policy.

use callsheet_domain::PolicyProblem;
use serde::Serialize;

use super::source_map::SourceMap;

/// One problem of a policy, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// Path in the document, `rules[2].when`. Empty if the file cannot be parsed, and for the
    /// whole document.
    pub(crate) place: String,
    /// None if the place has no line of its own.
    pub(crate) line: Option<u64>,
    pub(crate) column: Option<u64>,
    pub(crate) message: String,
}

impl Problem {
    /// The problems with their lines and columns, in the order of the file.
    pub(super) fn all_located(problems: Vec<PolicyProblem>, map: &SourceMap) -> Vec<Self> {
        let problems = problems.into_iter();
        let mut located: Vec<_> = problems
            .map(|problem| Self::located(problem, map))
            .collect();
        located.sort_by_key(|problem| (problem.line, problem.column));
        located
    }

    fn located(problem: PolicyProblem, map: &SourceMap) -> Self {
        let (line, column) = map.find(&problem.place).unzip();
        Self {
            place: problem.place,
            line,
            column,
            message: problem.message,
        }
    }

    /// The place and the message, in one line if the message is.
    pub(crate) fn text(&self) -> String {
        let lines = self.line.zip(self.column);
        let lines = lines.map(|(line, column)| format!("line {line}, column {column}"));
        let path = Some(&self.place).filter(|place| !place.is_empty());
        let parts: Vec<&str> = lines.iter().chain(path).map(String::as_str).collect();
        let message = self.message.replace('\n', "\n    ");
        if parts.is_empty() {
            return message;
        }
        format!("{}: {message}", parts.join(", "))
    }
}

impl From<PolicyProblem> for Problem {
    fn from(problem: PolicyProblem) -> Self {
        Self::located(problem, &SourceMap::default())
    }
}

/// Lines that name each warning about a policy.
pub(crate) fn warning_lines(warnings: &[Problem]) -> Vec<String> {
    let line = |warning: &Problem| format!("warning: {}", warning.text());
    warnings.iter().map(line).collect()
}
