//! Every problem of a policy file, with its place.
//!
//! A mistake in the syntax of YAML or JSON is one problem, since nothing behind it can be
//! parsed. What is not in the format of policies is reported all at once, and so are the
//! problems of a document that is.

use callsheet_domain::{Policy, PolicyDocument, PolicyProblem};

use crate::policy::{LintReport, Problem, Size};
use crate::policy_file::document::PolicyFile;
use crate::policy_file::places;

/// Checks a policy file.
#[must_use]
pub fn lint(file: &PolicyFile) -> LintReport {
    let (size, problems, warnings) = match compile(file) {
        Ok((document, _)) => {
            let warnings = located(file, document.warnings());
            (Some(Size::of(&document)), Vec::new(), warnings)
        }
        Err(problems) => (None, problems, Vec::new()),
    };
    LintReport {
        file: file.name.clone(),
        size,
        problems,
        warnings,
        is_strict: false,
    }
}

/// The document and the compiled policy.
///
/// # Errors
/// Each problem.
pub fn compile(file: &PolicyFile) -> Result<(PolicyDocument, Policy), Vec<Problem>> {
    let document = file.parse()?;
    match Policy::compile(&document) {
        Ok(policy) => Ok((document, policy)),
        Err(invalid) => Err(located(file, invalid.0)),
    }
}

/// The problems with their lines in the file.
#[must_use]
pub fn located(file: &PolicyFile, problems: Vec<PolicyProblem>) -> Vec<Problem> {
    places::located(problems, &file.source_map())
}
