//! What people did in one calendar, as far as it is stored.

use callsheet_app::calendar_activity::{
    CalendarAction, CalendarActionKind, CalendarActivity as Read,
};
use callsheet_domain::{Actor, Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::activity::ActivityKind;
use crate::explain::ANOTHER_PERSON;
use crate::override_import::scope_id;
use crate::overrides::Scope;

/// What people did in a calendar, as far as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarActivity {
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// What was done, newest first. Of several overrides of one event or series, of several choices
    /// of a person for a whole meeting, and of several pauses, only the last one is stored.
    pub actions: Vec<CalendarActivityEntry>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
    /// Problems of stored rows that cannot be read, so that something may be missing.
    pub unreadable: Vec<String>,
}

/// What a person did in a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarActivityEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The signing key that vouched for the name; none if it was done on the command line.
    pub via: Option<String>,
    /// What.
    pub action: ActivityKind,
    /// What an override is for.
    pub scope: Option<Scope>,
    /// The platform's id of the event or the series, or the `ical_uid`, as of a whole meeting.
    pub id: Option<String>,
    /// Recall's id of the next event that an override is for, or else of the last one; none if
    /// no decision about one is stored.
    pub event_id: Option<String>,
    /// The title of this event.
    pub title: Option<String>,
    /// When this event starts.
    pub starts_at: Option<Timestamp>,
    /// When a pause ends or ended.
    pub until: Option<Timestamp>,
}

impl CalendarActivity {
    /// Represents a page of what people did in a calendar. `next` is the cursor of the next one.
    #[must_use]
    pub fn of(read: &Read, next: Option<String>) -> Self {
        let owner = read.calendar.email.as_ref().map(Email::as_str);
        Self {
            calendar: read.calendar.id.to_string(),
            owner: owner.map(str::to_owned),
            actions: read.actions.iter().map(CalendarActivityEntry::of).collect(),
            next,
            unreadable: read.unreadable.clone(),
        }
    }
}

impl CalendarActivity {
    /// The same for the owner of the calendar, of this name: other people who chose anything for
    /// a whole meeting are not named.
    #[must_use]
    pub fn for_owner(mut self, name: &str) -> Self {
        let of_others = self.actions.iter_mut().filter(|action| {
            let is_own = action.by.to_lowercase() == name.to_lowercase();
            action.scope == Some(Scope::Meeting) && !is_own
        });
        for action in of_others {
            ANOTHER_PERSON.clone_into(&mut action.by);
            action.via = None;
        }
        self
    }
}

impl CalendarActivityEntry {
    fn of(action: &CalendarAction) -> Self {
        let by = action.by.as_ref();
        let plain = |kind| Self {
            at: action.at,
            by: by.map_or("a person", Actor::as_str).to_owned(),
            via: by.and_then(Actor::key).map(str::to_owned),
            action: kind,
            scope: None,
            id: None,
            event_id: None,
            title: None,
            starts_at: None,
            until: None,
        };
        match &action.what {
            CalendarActionKind::Overridden {
                scope,
                choice,
                decision,
            } => {
                let row = decision.as_deref();
                Self {
                    scope: Some(Scope::of(scope)),
                    id: Some(scope_id(scope)),
                    event_id: row.map(|row| row.key.event_id.to_string()),
                    title: row.and_then(|row| row.title.clone()),
                    starts_at: row.map(|row| row.starts_at),
                    ..plain(ActivityKind::of_override(*choice))
                }
            }
            CalendarActionKind::ChosenForMeeting { choice, decision } => Self {
                scope: Some(Scope::Meeting),
                id: Some(decision.key.ical_uid.to_string()),
                event_id: Some(decision.key.event_id.to_string()),
                title: decision.title.clone(),
                starts_at: Some(decision.starts_at),
                ..plain(ActivityKind::of_override(*choice))
            },
            CalendarActionKind::Paused { until } => Self {
                until: Some(*until),
                ..plain(ActivityKind::of_pause(*until, action.at))
            },
            CalendarActionKind::Disconnected => plain(ActivityKind::Disconnect),
        }
    }
}
