//! Overrides and pauses that are in force.

use callsheet_app::list_overrides::{OverrideInForce, SetOverrides};
use callsheet_domain::{Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::overrides::Scope;

/// Overrides and pauses that are in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverrideList {
    /// Overrides that are not cleared, newest first.
    pub overrides: Vec<OverrideEntry>,
    /// Pauses that are not over.
    pub pauses: Vec<PauseEntry>,
    /// Problems of stored rows that cannot be read, so that something may be missing.
    pub unreadable: Vec<String>,
}

/// An override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverrideEntry {
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// What it is stored under.
    pub scope: Scope,
    /// What it says.
    #[schemars(extend("enum" = ["record", "skip"]))]
    pub choice: &'static str,
    /// Who set it.
    pub by: String,
    /// When it was set.
    pub at: Timestamp,
    /// Recall's id of the next event that it is for, or else of the last one; none if no
    /// decision about one is stored.
    pub event_id: Option<String>,
    /// The title of this event.
    pub title: Option<String>,
    /// When this event starts.
    pub starts_at: Option<Timestamp>,
}

/// A pause of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PauseEntry {
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// When it ends.
    pub until: Timestamp,
    /// Who set it.
    pub by: String,
}

impl OverrideList {
    /// Represents overrides and pauses.
    #[must_use]
    pub fn of(found: &SetOverrides) -> Self {
        let pauses = found.pauses.iter().map(|(id, owner, pause)| PauseEntry {
            calendar: id.to_string(),
            owner: owner.as_ref().map(|owner| owner.as_str().to_owned()),
            until: pause.until,
            by: pause.actor_name().to_owned(),
        });
        Self {
            overrides: found.overrides.iter().map(OverrideEntry::of).collect(),
            pauses: pauses.collect(),
            unreadable: found.unreadable.clone(),
        }
    }
}

impl OverrideEntry {
    fn of(one: &OverrideInForce) -> Self {
        let row = one.decision.as_ref();
        let owner = one.owner.as_ref().map(Email::as_str);
        Self {
            calendar: one.calendar.to_string(),
            owner: owner.map(str::to_owned),
            scope: Scope::of(&one.scope),
            choice: one.stored.choice.as_str(),
            by: one.stored.actor_name().to_owned(),
            at: one.stored.at,
            event_id: row.map(|row| row.key.event_id.to_string()),
            title: row.and_then(|row| row.title.clone()),
            starts_at: row.map(|row| row.starts_at),
        }
    }
}
