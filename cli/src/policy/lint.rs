//! Reports every problem of a policy, with its place.
//!
//! A file that is not in the format has one problem, by line and column, since
//! nothing behind it can be parsed. The problems of a document that is in the
//! format are reported all together, by their paths in the document.

use callsheet_domain::{Policy, PolicyDocument};
use serde::Serialize;

use super::document::PolicyFile;
use super::problem::Problem;
use super::size::Size;
use crate::render::{Render, counted};

/// Result of a check of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LintReport {
    pub(crate) file: String,
    /// None if the policy is invalid.
    pub(crate) size: Option<Size>,
    pub(crate) problems: Vec<Problem>,
    /// What can hardly be meant. Of an invalid policy there are none.
    pub(crate) warnings: Vec<Problem>,
    /// Whether a warning makes the check fail.
    #[serde(skip)]
    pub(crate) is_strict: bool,
}

/// Checks a policy file.
pub(crate) fn lint(file: &PolicyFile) -> LintReport {
    let (size, problems, warnings) = match compile(file) {
        Ok((document, _)) => {
            let warnings = document.warnings().into_iter();
            let warnings = warnings.map(Problem::from).collect();
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
    let document = file.parse().map_err(|problem| vec![problem])?;
    match Policy::compile(&document) {
        Ok(policy) => Ok((document, policy)),
        Err(invalid) => Err(invalid.0.into_iter().map(Problem::from).collect()),
    }
}

impl Render for LintReport {
    fn text(&self) -> String {
        let Self { file, problems, .. } = self;
        if let Some(size) = self.size {
            let warnings = self.warnings.iter();
            let mut lines: Vec<_> = warnings
                .map(|Problem { place, message }| format!("{file}: warning: {place}: {message}"))
                .collect();
            let warned = match lines.len() {
                0 => String::new(),
                count => format!(", {}", counted(count, "warning", "warnings")),
            };
            lines.push(format!("{file}: {}, no problems{warned}", size.summary()));
            return lines.join("\n");
        }
        let mut lines: Vec<_> = problems
            .iter()
            .map(|Problem { place, message }| {
                let message = message.replace('\n', "\n    ");
                format!("{file}: {place}: {message}")
            })
            .collect();
        lines.push(counted(problems.len(), "problem", "problems"));
        lines.join("\n")
    }

    fn exit_code(&self) -> u8 {
        let is_doubtful = self.is_strict && !self.warnings.is_empty();
        u8::from(is_doubtful || !self.problems.is_empty())
    }
}
