//! What people did in one calendar, as it was logged.

use callsheet_app::calendar_activity::{CalendarAction, CalendarActivity as Read};
use callsheet_domain::{Email, LoggedActionKind, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::activity::ActivityKind;
use crate::choices::ANOTHER_PERSON;
use crate::override_import::scope_id;
use crate::overrides::Scope;

/// What people did in a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarActivity {
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// What was done, newest first, also what was replaced, cleared or ended since: overrides, choices
    /// for whole meetings that were made in this calendar, pauses of its owner, its disconnection. A
    /// page may have fewer than `limit` before the last one.
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
    /// Recall's id of the event of a choice for a whole meeting, and of the next event that another
    /// override is for, or else of the last one; none if no decision about one is stored.
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
        let CalendarAction { logged, decision } = action;
        let row = decision.as_deref();
        let plain = |kind| Self {
            at: logged.at,
            by: logged.by.as_str().to_owned(),
            via: logged.by.key().map(str::to_owned),
            action: kind,
            scope: None,
            id: None,
            event_id: row.map(|row| row.key.event_id.to_string()),
            title: row.and_then(|row| row.title.clone()),
            starts_at: row.map(|row| row.starts_at),
            until: None,
        };
        match &logged.what {
            LoggedActionKind::Override { scope, choice, .. } => Self {
                scope: Some(Scope::of(scope)),
                id: Some(scope_id(scope)),
                ..plain(ActivityKind::of_override(*choice))
            },
            LoggedActionKind::Meeting(made) => Self {
                scope: Some(Scope::Meeting),
                id: Some(made.event.ical_uid.to_string()),
                ..plain(ActivityKind::of_wish(made.choice))
            },
            LoggedActionKind::Pause { until } => Self {
                until: Some(*until),
                ..plain(ActivityKind::of_pause(*until, logged.at))
            },
            LoggedActionKind::Disconnection { .. } => plain(ActivityKind::Disconnect),
        }
    }
}
