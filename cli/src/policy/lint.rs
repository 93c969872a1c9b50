//! Reports every problem of a policy, with its place.
//!
//! A mistake in the syntax of YAML or JSON is one problem, since nothing behind it can be
//! parsed. What is not in the format of policies is reported all at once, and so are the
//! problems of a document that is.

use std::path::Path;

use callsheet_api::policy::{LintReport, Problem, Size};
use callsheet_domain::{Policy, PolicyDocument, PolicyProblem};

use super::document::PolicyFile;
use super::problem::{self, problem_text};
use super::size::summary;
use crate::error::CliError;
use crate::render::{Render, counted};
use crate::screen::Screen;

/// Opens and checks a policy file; of a strict check, a warning is a failure.
pub(crate) fn check(file: &Path, is_strict: bool) -> Result<LintReport, CliError> {
    Ok(LintReport {
        is_strict,
        ..lint(&PolicyFile::open(file)?)
    })
}

/// Checks a policy file.
pub(crate) fn lint(file: &PolicyFile) -> LintReport {
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

/// The document and the compiled policy, or every problem.
pub(crate) fn compile(file: &PolicyFile) -> Result<(PolicyDocument, Policy), Vec<Problem>> {
    let document = file.parse()?;
    match Policy::compile(&document) {
        Ok(policy) => Ok((document, policy)),
        Err(invalid) => Err(located(file, invalid.0)),
    }
}

/// The problems with their lines in the file.
pub(super) fn located(file: &PolicyFile, problems: Vec<PolicyProblem>) -> Vec<Problem> {
    problem::located(problems, &file.source_map())
}

impl Render for LintReport {
    fn text_on(&self, _screen: &Screen) -> String {
        let Self { file, problems, .. } = self;
        if let Some(size) = self.size {
            let warnings = self.warnings.iter();
            let mut lines: Vec<_> = warnings
                .map(|warning| format!("{file}: warning: {}", problem_text(warning)))
                .collect();
            let warned = match lines.len() {
                0 => String::new(),
                count => format!(", {}", counted(count, "warning", "warnings")),
            };
            lines.push(format!("{file}: {}, no problems{warned}", summary(size)));
            return lines.join("\n");
        }
        let mut lines: Vec<_> = problems
            .iter()
            .map(|problem| format!("{file}: {}", problem_text(problem)))
            .collect();
        lines.push(counted(problems.len(), "problem", "problems"));
        lines.join("\n")
    }

    fn exit_code(&self) -> u8 {
        let is_doubtful = self.is_strict && !self.warnings.is_empty();
        u8::from(is_doubtful || !self.problems.is_empty())
    }
}
