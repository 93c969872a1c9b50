//! A first policy that was made from a person's answers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::policy::{Problem, Size};
use crate::preview::Comparison;

/// A first policy that was made from a person's answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FirstPolicy {
    /// The file that it was written to; none for standard output.
    pub file: Option<String>,
    /// The policy, in YAML with comments.
    pub policy: String,
    /// Its size.
    pub size: Size,
    /// What can hardly be meant.
    pub warnings: Vec<Problem>,
    /// What it would change, without the meetings; none if it was not previewed.
    pub preview: Option<Comparison>,
    /// Why it could not be previewed, although a stack and a key of Recall are given.
    pub not_previewed: Option<String>,
}
