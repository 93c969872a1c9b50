//! Policy files: JSON if the name ends in `.json`, otherwise YAML.
//!
//! YAML is parsed as version 1.2: `yes` and `on` are texts, and so is a number
//! with a leading zero. The YAML that is written is the same in version 1.1.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use callsheet_api::policy::Problem;
use callsheet_domain::PolicyDocument;
use serde_saphyr::UserMessageFormatter;

use crate::error::CliError;

/// A policy file.
#[derive(Debug, Clone)]
pub(crate) struct PolicyFile {
    /// Name of the file, for messages.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) is_json: bool,
}

impl PolicyFile {
    /// Reads a file. `-` is standard input, which is parsed as YAML, so may be either.
    pub(crate) fn open(path: &Path) -> Result<Self, CliError> {
        let (name, text) = if path == Path::new("-") {
            let mut text = String::new();
            let read = io::stdin().read_to_string(&mut text).map(|_| text);
            ("standard input".to_owned(), read)
        } else {
            (path.display().to_string(), fs::read_to_string(path))
        };
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        let text =
            text.map_err(|error| CliError::Failed(format!("{name} cannot be read: {error}")))?;
        Ok(Self {
            name,
            text,
            is_json,
        })
    }

    /// Parses the document.
    pub(crate) fn parse(&self) -> Result<PolicyDocument, Problem> {
        if self.is_json {
            return serde_json::from_str(&self.text).map_err(|error| Problem {
                place: place(error.line() as u64, error.column() as u64),
                message: PolicyDocument::clarified(&without_place(&error.to_string())),
            });
        }
        parse_yaml(&self.text)
    }
}

fn parse_yaml(text: &str) -> Result<PolicyDocument, Problem> {
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
            place: place.unwrap_or_else(|| "the whole file".to_owned()),
            message: PolicyDocument::clarified(&without_place(
                &error.render_with_formatter(&UserMessageFormatter),
            )),
        }
    })
}

/// Writes the document as YAML.
pub(crate) fn to_yaml(document: &PolicyDocument) -> Result<String, CliError> {
    // Long texts stay in one line: folded ones are harder to edit.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: 10_000 };
    serde_saphyr::to_string_with_options(document, options)
        .map_err(|error| CliError::Failed(format!("the policy cannot be written as YAML: {error}")))
}

fn place(line: u64, column: u64) -> String {
    format!("line {line}, column {column}")
}

/// `message` without the place that some parsers append: it is shown before the message.
fn without_place(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    let is_place = message[end..]
        .trim_start_matches(" at line ")
        .chars()
        .all(|letter| letter.is_ascii_digit() || ", column".contains(letter));
    let kept = if is_place { &message[..end] } else { message };
    kept.to_owned()
}
