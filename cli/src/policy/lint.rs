//! Says everything that is wrong with a policy, and where.
//!
//! What is not in the format at all is told by line and column, and alone: past
//! it nothing can be read. What is in the format and makes no sense is told all
//! together, by its place in the document.

use callsheet_domain::{Policy, PolicyDocument};
use serde::Serialize;

use super::document::Written;
use crate::render::{Render, counted};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    pub(crate) place: String,
    pub(crate) message: String,
}

/// What is to be said about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Linted {
    pub(crate) file: String,
    /// What is in it; none if it makes no sense.
    pub(crate) size: Option<Size>,
    pub(crate) problems: Vec<Problem>,
}

/// How much a policy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Size {
    /// Rules, those of all its policies together.
    pub(crate) rules: usize,
    /// Policies of their own for some calendars.
    pub(crate) policies: usize,
}

impl Size {
    pub(crate) fn of(document: &PolicyDocument) -> Self {
        let own = document.policies.iter().flat_map(|named| &named.rules);
        Self {
            rules: document.rules.len() + own.map(Vec::len).sum::<usize>(),
            policies: document.policies.len(),
        }
    }

    pub(crate) fn text(self) -> String {
        let rules = counted(self.rules, "rule", "rules");
        match self.policies {
            0 => rules,
            own => format!(
                "{rules}, {} for some calendars",
                counted(own, "policy", "policies")
            ),
        }
    }
}

/// Looks for problems.
pub(crate) fn lint(written: &Written) -> Linted {
    let (size, problems) = match compiled(written) {
        Ok((document, _)) => (Some(Size::of(&document)), Vec::new()),
        Err(problems) => (None, problems),
    };
    Linted {
        file: written.name.clone(),
        size,
        problems,
    }
}

/// The document and what is judged by, or everything that is wrong.
pub(crate) fn compiled(written: &Written) -> Result<(PolicyDocument, Policy), Vec<Problem>> {
    let document = written.document().map_err(|problem| vec![problem])?;
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

impl Render for Linted {
    fn text(&self) -> String {
        let Self { file, problems, .. } = self;
        if let Some(size) = self.size {
            return format!("{file}: {}, nothing is wrong", size.text());
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
