//! One problem of a policy.

use callsheet_domain::PolicyProblem;
use serde::Serialize;

/// One problem of a policy, with its place: a line and column if the file is not
/// in the format, else a path in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    pub(crate) place: String,
    pub(crate) message: String,
}

impl From<PolicyProblem> for Problem {
    fn from(problem: PolicyProblem) -> Self {
        Self {
            place: problem.place,
            message: problem.message,
        }
    }
}

/// Lines that name each warning about a policy.
pub(crate) fn warning_lines(warnings: &[Problem]) -> Vec<String> {
    let line = |Problem { place, message }: &Problem| format!("warning: {place}: {message}");
    warnings.iter().map(line).collect()
}
