//! Reports every problem of a policy file, with its place.

use std::path::Path;

use callsheet_api::policy::LintReport;
use callsheet_api::policy_file::lint;

use super::document::open;
use super::problem::problem_text;
use super::size::summary;
use crate::error::CliError;
use crate::render::{Render, counted};
use crate::screen::Screen;

/// Opens and checks a policy file; of a strict check, a warning is a failure.
pub(crate) fn check(file: &Path, is_strict: bool) -> Result<LintReport, CliError> {
    Ok(LintReport {
        is_strict,
        ..lint(&open(file)?)
    })
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
