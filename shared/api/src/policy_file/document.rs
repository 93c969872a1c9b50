//! The text of a policy, in JSON or YAML, which is parsed into a document.
//!
//! YAML is parsed as version 1.2: `yes` and `on` are texts, and so is a number
//! with a leading zero. The YAML that is written is the same in version 1.1.

use callsheet_domain::{Notation, PolicyDocument};
use serde_json::Value;
use serde_saphyr::UserMessageFormatter;

use crate::policy::Problem;
use crate::policy_file::places::located;
use crate::policy_file::source_map::{Node, SourceMap};

/// A policy file.
#[derive(Debug, Clone)]
pub struct PolicyFile {
    /// Name of the file, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Whether it is JSON; else it is YAML, which JSON is, too.
    pub is_json: bool,
}

impl PolicyFile {
    /// Parses the document. A file that is YAML or JSON, but not in the format of policies, has
    /// all its problems reported at once, also those of its contents; nothing behind a mistake in
    /// the syntax can be parsed.
    ///
    /// # Errors
    /// Each problem.
    pub fn parse(&self) -> Result<PolicyDocument, Vec<Problem>> {
        let parsed = if self.is_json {
            parse_json(&self.text)
        } else {
            parse_yaml(&self.text)
        };
        parsed.map_err(|problem| {
            let found = self.problems();
            if found.is_empty() {
                vec![problem]
            } else {
                found
            }
        })
    }

    /// Where each value of the document is; nothing if the syntax is wrong.
    pub(crate) fn source_map(&self) -> SourceMap {
        self.with_places()
            .map_or_else(SourceMap::default, |(_, map)| map)
    }

    fn problems(&self) -> Vec<Problem> {
        let Some((value, map)) = self.with_places() else {
            return Vec::new();
        };
        let (value, notation) = if self.is_json {
            match serde_json::from_str(&self.text) {
                Ok(value) => (value, Notation::Json),
                Err(_) => return Vec::new(),
            }
        } else {
            (value, Notation::Yaml)
        };
        let found = PolicyDocument::problems_of(&value, notation);
        located(found, &map)
    }

    /// The value, and where each part of it is. JSON is YAML, too.
    fn with_places(&self) -> Option<(Value, SourceMap)> {
        let node: Node = serde_saphyr::from_str_with_options(&self.text, options()).ok()?;
        let mut map = SourceMap::default();
        Some((node.into_value("", &mut map), map))
    }
}

fn parse_json(text: &str) -> Result<PolicyDocument, Problem> {
    serde_json::from_str(text).map_err(|error| Problem {
        place: String::new(),
        line: Some(error.line() as u64),
        column: Some(error.column() as u64),
        message: PolicyDocument::clarified(&without_place(&error.to_string())),
    })
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

fn parse_yaml(text: &str) -> Result<PolicyDocument, Problem> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let error = error.without_snippet();
        let (line, column) = error.location().map(|at| (at.line(), at.column())).unzip();
        Problem {
            place: String::new(),
            line,
            column,
            message: PolicyDocument::clarified(&without_place(
                &error.render_with_formatter(&UserMessageFormatter),
            )),
        }
    })
}

/// Writes the document as YAML.
///
/// # Errors
/// If it has a value that YAML has not.
pub fn to_yaml(document: &PolicyDocument) -> Result<String, String> {
    // Long texts stay in one line: folded ones are harder to edit.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: 10_000 };
    serde_saphyr::to_string_with_options(document, options)
        .map_err(|error| format!("the policy cannot be written as YAML: {error}"))
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
