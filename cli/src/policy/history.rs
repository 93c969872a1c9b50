//! Lists the policies that were in force.

use callsheet_app::ports::Policies;
use callsheet_domain::{PolicyDocument, Timestamp};
use comfy_table::{Cell, CellAlignment};
use serde::Serialize;

use super::lint::Size;
use crate::error::CliError;
use crate::render::{Render, in_one_line, instant, table};

/// The last policies, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct History {
    pub(crate) policies: Vec<Entry>,
}

/// A policy that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub(crate) revision: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: String,
    pub(crate) note: Option<String>,
    /// None if a later build wrote it.
    pub(crate) size: Option<Size>,
    /// Of the document, as JSON.
    pub(crate) bytes: usize,
}

/// Reads the last `most` of them.
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
            return "No policy was ever pushed: the one that is built in is in force.".to_owned();
        }
        let mut table = table(["revision", "when", "by", "size", "bytes", "note"]);
        for entry in &self.policies {
            table.add_row([
                Cell::new(entry.revision).set_alignment(CellAlignment::Right),
                Cell::new(instant(entry.at)),
                Cell::new(&entry.by),
                Cell::new(entry.size.map_or_else(String::new, Size::text)),
                Cell::new(entry.bytes).set_alignment(CellAlignment::Right),
                Cell::new(in_one_line(entry.note.as_deref().unwrap_or_default())),
            ]);
        }
        table.trim_fmt()
    }
}
