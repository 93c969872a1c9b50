//! Decisions that cannot be read, and what became of each.

use std::collections::BTreeSet;

use callsheet_app::rebuild::{RebuildOutcome, RebuiltDecisions};
use schemars::JsonSchema;
use serde::Serialize;

use crate::unreadable::UnreadableDecision;

/// The decisions that were rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rebuilt {
    /// Whether nothing was changed.
    pub is_dry_run: bool,
    /// The rows.
    pub rows: Vec<RebuiltRow>,
    /// Calendars whose full sync was requested, or would be.
    pub syncs: BTreeSet<String>,
    /// Whether a full sync of every calendar was requested, or would be, since the calendar
    /// of a row is unknown.
    pub is_every_calendar_synced: bool,
}

/// A row that cannot be read, or could not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RebuiltRow {
    /// The row.
    #[serde(flatten)]
    pub row: UnreadableDecision,
    /// What became of it.
    pub outcome: Outcome,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was deleted, and a sync was requested.
    Rebuilt,
    /// It would be without `--dry-run`.
    WouldBeRebuilt,
    /// Meanwhile it is gone or can be read, so it stays as it is.
    Readable,
}

impl Rebuilt {
    /// Represents the decisions that were rebuilt.
    #[must_use]
    pub fn of(rebuilt: RebuiltDecisions) -> Self {
        let rows = rebuilt.rows.into_iter().map(|(row, outcome)| RebuiltRow {
            row: UnreadableDecision::of(row),
            outcome: Outcome::of(outcome),
        });
        Self {
            is_dry_run: rebuilt.is_dry_run,
            rows: rows.collect(),
            syncs: rebuilt.syncs.iter().map(ToString::to_string).collect(),
            is_every_calendar_synced: rebuilt.is_every_calendar_synced,
        }
    }
}

impl Outcome {
    fn of(outcome: RebuildOutcome) -> Self {
        match outcome {
            RebuildOutcome::Rebuilt => Self::Rebuilt,
            RebuildOutcome::WouldBeRebuilt => Self::WouldBeRebuilt,
            RebuildOutcome::Readable => Self::Readable,
        }
    }
}
