//! Policies: the check of one, a push, and those that were pushed before.

use callsheet_app::PortError;
use callsheet_app::ports::{Policies, StoredPolicy};
use callsheet_domain::{PolicyDocument, PolicyProblem, PolicyRevision, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::delivery::Delivery;

/// Size of a policy document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Size {
    /// Number of rules, including those for all and those of the policies for some calendars.
    pub rules: usize,
    /// Number of policies for some calendars.
    pub policies: usize,
}

impl Size {
    /// The size of `document`.
    #[must_use]
    pub fn of(document: &PolicyDocument) -> Self {
        let nested = document.policies.iter().flat_map(|named| &named.rules);
        Self {
            rules: document.rules_for_all.len()
                + document.rules.len()
                + nested.map(Vec::len).sum::<usize>(),
            policies: document.policies.len(),
        }
    }
}

/// A page of the policies that were pushed, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct History {
    /// The policies.
    pub policies: Vec<Entry>,
    /// The cursor of the next page, the revision of the last policy of this one; none on the last
    /// page.
    pub next: Option<String>,
}

/// A policy that was pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entry {
    /// Its revision.
    pub revision: u64,
    /// When it was pushed.
    pub at: Timestamp,
    /// Who pushed it.
    pub by: String,
    /// The signing key that vouched for the name; none if it was pushed on the command line.
    pub via: Option<String>,
    /// The reason, in the words of the person who pushed it.
    pub note: Option<String>,
    /// None if a later version of Callsheet pushed it, in a format that this one cannot read.
    pub size: Option<Size>,
    /// Size of the document as JSON.
    pub bytes: usize,
}

/// Result of a check of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LintReport {
    /// Name of the file.
    pub file: String,
    /// None if the policy is invalid.
    pub size: Option<Size>,
    /// Each problem.
    pub problems: Vec<Problem>,
    /// What can hardly be meant. Of an invalid policy there are none.
    pub warnings: Vec<Problem>,
    /// Whether a warning makes the check fail.
    #[serde(skip)]
    pub is_strict: bool,
}

/// One problem of a policy, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// Path in the document, `rules[2].when`. Empty if the file cannot be parsed, and for the
    /// whole document.
    pub place: String,
    /// The line, from 1. None if the place has no line of its own.
    pub line: Option<u64>,
    /// The column, from 1.
    pub column: Option<u64>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// Result of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pushed {
    /// The active revision.
    pub revision: u64,
    /// False if the policy was already active.
    pub is_new: bool,
    /// Its size.
    pub size: Size,
    /// What can hardly be meant, also given the connected calendars.
    pub warnings: Vec<Problem>,
    /// Request of a resync; none if the policy was already active.
    pub resync_request: Option<Delivery>,
}

impl Problem {
    /// Represents problems of a policy that is in no file.
    #[must_use]
    pub fn all_of(problems: Vec<PolicyProblem>) -> Vec<Self> {
        let unlocated = |problem: PolicyProblem| Self {
            place: problem.place,
            line: None,
            column: None,
            message: problem.message,
        };
        problems.into_iter().map(unlocated).collect()
    }
}

impl History {
    /// Reads a page of the policies that were pushed before a revision, or of all.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn read(
        state: &impl Policies,
        before: Option<PolicyRevision>,
        most: usize,
    ) -> Result<Self, PortError> {
        let mut stored = state.history(before, most.saturating_add(1)).await?;
        let has_next = stored.len() > most;
        stored.truncate(most);
        let last = stored.last().filter(|_| has_next);
        Ok(Self {
            next: last.map(|policy| policy.revision.0.to_string()),
            policies: stored.into_iter().map(Entry::of).collect(),
        })
    }
}

impl Entry {
    /// Represents a stored policy.
    #[must_use]
    pub fn of(policy: StoredPolicy) -> Self {
        Self {
            revision: policy.revision.0,
            at: policy.at,
            via: policy.by.key().map(str::to_owned),
            by: policy.by.as_str().to_owned(),
            note: policy.note,
            size: PolicyDocument::parse(&policy.document)
                .ok()
                .map(|document| Size::of(&document)),
            bytes: policy.document.len(),
        }
    }
}

/// A policy with its document.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PolicyRevisionDocument {
    /// Its revision; 0 for the built-in policy.
    pub revision: u64,
    /// Whether it is active.
    pub is_active: bool,
    /// When it was pushed; none for the built-in policy.
    pub at: Option<Timestamp>,
    /// Who pushed it.
    pub by: Option<String>,
    /// The signing key that vouched for the name; none if it was pushed on the command line.
    pub via: Option<String>,
    /// The reason, in the words of the person who pushed it.
    pub note: Option<String>,
    /// The document, in the form of a policy file.
    pub document: serde_json::Value,
}
