//! The line and column of each problem of a policy.

use callsheet_domain::PolicyProblem;

use crate::policy::Problem;
use crate::policy_file::source_map::SourceMap;

/// The problems with their lines and columns, in the order of the file.
pub(crate) fn located(problems: Vec<PolicyProblem>, map: &SourceMap) -> Vec<Problem> {
    let locate = |problem: PolicyProblem| {
        let (line, column) = map.find(&problem.place).unzip();
        Problem {
            place: problem.place,
            line,
            column,
            message: problem.message,
        }
    };
    let mut located: Vec<_> = problems.into_iter().map(locate).collect();
    located.sort_by_key(|problem| (problem.line, problem.column));
    located
}
