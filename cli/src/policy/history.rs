//! Lists the policies that were pushed.

use callsheet_app::ports::Policies;
use callsheet_domain::{PolicyDocument, Timestamp};
use serde::Serialize;

use super::size::Size;
use crate::error::CliError;
use crate::render::{Field, Render, in_one_line, instant, table};

/// The policies that were pushed last, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct History {
    pub(crate) policies: Vec<Entry>,
}

/// A policy that was pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub(crate) revision: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: String,
    pub(crate) note: Option<String>,
    /// None if a later version of Callsheet pushed it, in a format that this one cannot read.
    pub(crate) size: Option<Size>,
    /// Size of the document as JSON.
    pub(crate) bytes: usize,
}

/// Lists the last `most` policies.
pub(crate) async fn history<S: Policies>(state: &S, most: usize) -> Result<History, CliError> {
    let stored = state.history(most).await?;
    let policies = stored.into_iter().map(|policy| Entry {
        revision: policy.revision.0,
        at: policy.at,
        by: policy.by.as_str().to_owned(),
        note: policy.note,
        size: PolicyDocument::parse(&policy.document)
            .ok()
            .map(|document| Size::of(&document)),
        bytes: policy.document.len(),
    });
    Ok(History {
        policies: policies.collect(),
    })
}

impl Render for History {
    fn text(&self) -> String {
        if self.policies.is_empty() {
            return "No policy was pushed yet: the built-in policy is active.".to_owned();
        }
        let mut table = table(["revision", "when", "by", "size", "bytes", "note"]);
        for entry in &self.policies {
            table.add_row([
                Field::number(entry.revision),
                Field::text(instant(entry.at)),
                Field::text(&entry.by),
                Field::text(entry.size.map_or_else(String::new, Size::summary)),
                Field::number(entry.bytes),
                Field::text(in_one_line(entry.note.as_deref().unwrap_or_default())),
            ]);
        }
        table.text()
    }
}
