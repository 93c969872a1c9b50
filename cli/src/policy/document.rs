//! Policies as they are written in files: YAML, or JSON by the file's name.
//!
//! YAML is read as its version 1.2 says: `yes` and `on` are texts, and so is a
//! number with a leading nought. What is written can be read by either version.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use callsheet_domain::PolicyDocument;
use serde_saphyr::UserMessageFormatter;

use super::lint::Problem;
use crate::error::CliError;

/// A policy as it is written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// What the file is called, to be shown.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) is_json: bool,
}

impl Written {
    /// Reads a file; `-` is standard input, which may hold either.
    pub(crate) fn at(path: &Path) -> Result<Self, CliError> {
        let name = path.display().to_string();
        let text = if name == "-" {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            fs::read_to_string(path)
        };
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        let text = text.map_err(|error| CliError::Cannot(format!("{name}: {error}")))?;
        Ok(Self {
            name,
            text,
            is_json,
        })
    }

    /// The document, if it is in the format.
    pub(crate) fn document(&self) -> Result<PolicyDocument, Problem> {
        if self.is_json {
            return serde_json::from_str(&self.text).map_err(|error| Problem {
                place: place(error.line() as u64, error.column() as u64),
                message: PolicyDocument::clarified(&without_place(&error.to_string())),
            });
        }
        from_yaml(&self.text)
    }
}

fn from_yaml(text: &str) -> Result<PolicyDocument, Problem> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let place = error.location().map(|at| place(at.line(), at.column()));
        Problem {
            place: place.unwrap_or_else(|| "the whole".to_owned()),
            message: PolicyDocument::clarified(&without_place(
                &error.render_with_formatter(&UserMessageFormatter),
            )),
        }
    })
}

/// The document in YAML.
pub(crate) fn to_yaml(document: &PolicyDocument) -> Result<String, CliError> {
    // Long texts stay on their line: a folded one is harder to change.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: 10_000 };
    serde_saphyr::to_string_with_options(document, options)
        .map_err(|error| CliError::Cannot(format!("the policy cannot be written as YAML: {error}")))
}

fn place(line: u64, column: u64) -> String {
    format!("line {line}, column {column}")
}

/// A message without the place that some parsers put at its end: it is shown before it.
fn without_place(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    let is_place = message[end..]
        .trim_start_matches(" at line ")
        .chars()
        .all(|letter| letter.is_ascii_digit() || ", column".contains(letter));
    let kept = if is_place { &message[..end] } else { message };
    kept.to_owned()
}
