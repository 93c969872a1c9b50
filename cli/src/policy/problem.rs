//! Problems of a policy file, as they read.

use callsheet_api::policy::Problem;

/// The place and the message, in one line if the message is.
pub(super) fn problem_text(problem: &Problem) -> String {
    let lines = problem.line.zip(problem.column);
    let lines = lines.map(|(line, column)| format!("line {line}, column {column}"));
    let path = Some(&problem.place).filter(|place| !place.is_empty());
    let parts: Vec<&str> = lines.iter().chain(path).map(String::as_str).collect();
    let message = problem.message.replace('\n', "\n    ");
    if parts.is_empty() {
        return message;
    }
    format!("{}: {message}", parts.join(", "))
}

/// Lines that name each warning about a policy.
pub(crate) fn warning_lines(warnings: &[Problem]) -> Vec<String> {
    let line = |warning: &Problem| format!("warning: {}", problem_text(warning));
    warnings.iter().map(line).collect()
}
