//! Overrides and pauses that were imported from a file, or would be.

use callsheet_app::override_import::{LineOutcome, PlannedAction, PlannedLine};
use callsheet_domain::{CalendarOwner, OverrideScope, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::delivery::Delivery;
use crate::overrides::Scope;

/// Overrides and pauses that were imported from a file, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverrideImport {
    /// Name of the file.
    pub file: String,
    /// Whether nothing was to be changed.
    pub is_dry_run: bool,
    /// What each line changes. Of a file with a problem nothing is changed.
    pub lines: Vec<ImportedLine>,
    /// Numbers of the lines with choices for whole meetings, which are no part of an import.
    pub not_imported: Vec<u64>,
    /// Each problem of the file.
    pub problems: Vec<ImportProblem>,
    /// Request of syncs of the calendars; none if nothing was changed.
    pub sync_request: Option<Delivery>,
}

/// A line without a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportedLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What it is for; none for a pause.
    pub scope: Option<Scope>,
    /// The platform's id of the event or the series, or the `ical_uid`.
    pub id: Option<String>,
    /// What an override says.
    #[schemars(extend("enum" = ["record", "skip", "clear", null]))]
    pub choice: Option<&'static str>,
    /// When a pause ends; none for its end now.
    pub until: Option<Timestamp>,
    /// The owner's address, or Recall's id of the calendar while the address is not known.
    pub owner: String,
    /// Whether a calendar of the owner is known; else it holds once one is connected.
    pub has_calendar: bool,
    /// Who says it.
    pub by: String,
    /// What it changes.
    pub outcome: ImportOutcome,
}

/// What a line changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    /// Nothing of the kind was in force.
    New,
    /// It takes the place of what was in force.
    Changed,
    /// It is in force already, so nothing is written.
    Unchanged,
    /// The pause is over, so nothing is written.
    Over,
}

/// One problem of a file, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportProblem {
    /// The line, from 1.
    pub line: u64,
    /// The column by its name; none for the whole line.
    pub column: Option<String>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl ImportedLine {
    /// Represents a line.
    #[must_use]
    pub fn of(line: &PlannedLine) -> Self {
        let (scope, choice, until) = match &line.action {
            PlannedAction::Override(scope, choice, _) => (Some(scope), Some(choice.as_str()), None),
            PlannedAction::Pause(until) => (None, None, *until),
        };
        Self {
            line: line.line,
            scope: scope.map(Scope::of),
            id: scope.map(scope_id),
            choice,
            until,
            owner: match &line.owner {
                CalendarOwner::Person { email, .. } => email.as_str().to_owned(),
                CalendarOwner::Unknown(calendar) => calendar.to_string(),
            },
            has_calendar: line.has_calendar,
            by: line.by.as_str().to_owned(),
            outcome: match line.outcome {
                LineOutcome::New => ImportOutcome::New,
                LineOutcome::Changed => ImportOutcome::Changed,
                LineOutcome::Unchanged => ImportOutcome::Unchanged,
                LineOutcome::Over => ImportOutcome::Over,
            },
        }
    }
}

/// The platform's id that names a scope.
pub(crate) fn scope_id(scope: &OverrideScope) -> String {
    match scope {
        OverrideScope::Event(id) => id.as_str().to_owned(),
        OverrideScope::PlatformSeries(id) => id.as_str().to_owned(),
        OverrideScope::Series(ical_uid) => ical_uid.as_str().to_owned(),
    }
}
