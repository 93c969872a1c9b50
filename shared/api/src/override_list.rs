//! Overrides and pauses that are in force.

use callsheet_app::list_overrides::{
    InCalendar, SetOverrides, StoredChoice, StoredOverride, StoredPause,
};
use callsheet_domain::{Actor, Decision, Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::choices::ANOTHER_PERSON;
use crate::override_import::scope_id;
use crate::overrides::Scope;

/// Overrides and pauses that are in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverrideList {
    /// Overrides that are not cleared, newest first, and then each person's choice for a whole
    /// meeting that is not taken back, newest first too.
    pub overrides: Vec<OverrideEntry>,
    /// Pauses that are not over.
    pub pauses: Vec<PauseEntry>,
    /// The cursor of the next page of those of one calendar; none on the last one.
    pub next: Option<String>,
    /// Problems of stored rows that cannot be read, so that something may be missing.
    pub unreadable: Vec<String>,
}

/// An override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverrideEntry {
    /// Recall's id of the calendar; for a whole meeting that of one of its copies.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// The platform of the owner's calendars: `google_calendar` or `microsoft_outlook`.
    pub platform: &'static str,
    /// What it is stored under.
    pub scope: Scope,
    /// The platform's id of the event or the series, or the `ical_uid`, as of a whole meeting.
    pub id: String,
    /// What it says.
    #[schemars(extend("enum" = ["record", "skip"]))]
    pub choice: &'static str,
    /// Who set it.
    pub by: String,
    /// The signing key that vouched for the name; none if it was set on the command line.
    pub via: Option<String>,
    /// When it was set.
    pub at: Timestamp,
    /// Recall's id of the next event that it is for, or else of the last one; none if no
    /// decision about one is stored.
    pub event_id: Option<String>,
    /// The title of this event.
    pub title: Option<String>,
    /// When this event starts.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// Whether the policy locks the verdict on this event, so that no override goes before it.
    pub locked: bool,
}

/// A pause of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PauseEntry {
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// The platform of the owner's calendars: `google_calendar` or `microsoft_outlook`.
    pub platform: &'static str,
    /// When it was set.
    pub at: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// Who set it.
    pub by: String,
    /// The signing key that vouched for the name; none if it was set on the command line.
    pub via: Option<String>,
}

impl OverrideList {
    /// Represents overrides and pauses.
    #[must_use]
    pub fn of(found: &SetOverrides) -> Self {
        Self {
            overrides: found
                .overrides
                .iter()
                .map(OverrideEntry::of)
                .chain(found.meetings.iter().map(OverrideEntry::of_meeting))
                .collect(),
            pauses: found.pauses.iter().map(PauseEntry::of).collect(),
            next: None,
            unreadable: found.unreadable.clone(),
        }
    }

    /// Represents a page of those of one calendar. `next` is the cursor of the next one.
    #[must_use]
    pub fn in_calendar(found: &InCalendar, next: Option<String>) -> Self {
        let overrides = found.overrides.iter().map(OverrideEntry::of);
        let meetings = found.meetings.iter().map(OverrideEntry::of_meeting);
        Self {
            overrides: overrides.chain(meetings).collect(),
            pauses: found.pause.iter().map(PauseEntry::of).collect(),
            next,
            unreadable: found.unreadable.clone(),
        }
    }

    /// The same for the owner of a calendar, of this name: other people who chose anything for a
    /// whole meeting are not named.
    #[must_use]
    pub fn for_owner(mut self, name: &str) -> Self {
        for one in &mut self.overrides {
            let is_own = one.by.to_lowercase() == name.to_lowercase();
            if one.scope == Scope::Meeting && !is_own {
                ANOTHER_PERSON.clone_into(&mut one.by);
                one.via = None;
            }
        }
        self
    }
}

fn via(by: Option<&Actor>) -> Option<String> {
    by.and_then(Actor::key).map(str::to_owned)
}

impl OverrideEntry {
    fn of(one: &StoredOverride) -> Self {
        let row = one.decision.as_ref();
        let owner = one.owner.as_ref().map(Email::as_str);
        Self {
            calendar: one.calendar.to_string(),
            owner: owner.map(str::to_owned),
            platform: one.platform.as_str(),
            scope: Scope::of(&one.scope),
            id: scope_id(&one.scope),
            choice: one.stored.choice.as_str(),
            by: one.stored.actor_name().to_owned(),
            via: via(one.stored.by.as_ref()),
            at: one.stored.at,
            event_id: row.map(|row| row.key.event_id.to_string()),
            title: row.and_then(|row| row.title.clone()),
            starts_at: row.map(|row| row.starts_at),
            ends_at: row.map(|row| row.ends_at),
            locked: row.is_some_and(is_locked),
        }
    }

    fn of_meeting(one: &StoredChoice) -> Self {
        let (made, row) = (&one.made, &one.decision);
        let owner = one.owner.as_ref().map(Email::as_str);
        Self {
            calendar: row.calendar_id.to_string(),
            owner: owner.map(str::to_owned),
            platform: one.platform.as_str(),
            scope: Scope::Meeting,
            id: row.key.ical_uid.to_string(),
            choice: made.choice.as_str(),
            by: made.by.as_str().to_owned(),
            via: via(Some(&made.by)),
            at: made.at,
            event_id: Some(row.key.event_id.to_string()),
            title: row.title.clone(),
            starts_at: Some(row.starts_at),
            ends_at: Some(row.ends_at),
            locked: is_locked(row),
        }
    }
}

fn is_locked(row: &Decision) -> bool {
    row.verdict.reason().is_locked
}

impl PauseEntry {
    fn of(one: &StoredPause) -> Self {
        let owner = one.owner.as_ref().map(Email::as_str);
        Self {
            calendar: one.calendar.to_string(),
            owner: owner.map(str::to_owned),
            platform: one.platform.as_str(),
            at: one.stored.at,
            until: one.stored.until,
            by: one.stored.actor_name().to_owned(),
            via: via(one.stored.by.as_ref()),
        }
    }
}
