//! Reports every problem of a policy, with its place.
//!
//! A file that is not in the format has one problem, by line and column, since
//! nothing behind it can be parsed. The problems of a document that is in the
//! format are reported all together, by their paths in the document.

use callsheet_api::policy::{LintReport, Problem, Size};
use callsheet_domain::{Policy, PolicyDocument};

use super::document::PolicyFile;
use super::size::summary;
use crate::render::{Render, counted};
use crate::screen::Screen;

/// Checks a policy file.
pub(crate) fn lint(file: &PolicyFile) -> LintReport {
    let (size, problems) = match compile(file) {
        Ok((document, _)) => (Some(Size::of(&document)), Vec::new()),
        Err(problems) => (None, problems),
    };
    LintReport {
        file: file.name.clone(),
        size,
        problems,
    }
}

/// The document and the compiled policy, or every problem.
pub(crate) fn compile(file: &PolicyFile) -> Result<(PolicyDocument, Policy), Vec<Problem>> {
    let document = file.parse().map_err(|problem| vec![problem])?;
    match Policy::compile(&document) {
        Ok(policy) => Ok((document, policy)),
        Err(invalid) => Err(invalid
            .0
            .into_iter()
            .map(|problem| Problem {
                place: problem.place,
                message: problem.message,
            })
            .collect()),
    }
}

impl Render for LintReport {
    fn text_on(&self, _screen: &Screen) -> String {
        let Self { file, problems, .. } = self;
        if let Some(size) = self.size {
            return format!("{file}: {}, no problems", summary(size));
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
        u8::from(!self.problems.is_empty())
    }
}
