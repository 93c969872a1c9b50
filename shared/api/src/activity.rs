//! What people did, as it was logged.

use callsheet_app::people_activity::{ActedCalendar, Action, ActionKind, PeopleActivity};
use callsheet_domain::{Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

pub use crate::activity_kind::ActivityKind;
use crate::override_import::scope_id;
use crate::overrides::Scope;

/// What people did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Activity {
    /// What was done, newest first, also what was replaced, cleared or ended since.
    pub actions: Vec<ActivityEntry>,
    /// Problems of stored rows that cannot be read, so that something may be missing.
    pub unreadable: Vec<String>,
}

/// What a person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActivityEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The signing key that vouched for the name; none if it was done on the command line.
    pub via: Option<String>,
    /// What.
    pub action: ActivityKind,
    /// The owner's address; of a choice for a whole meeting that of the calendar in which it was
    /// made.
    pub owner: Option<String>,
    /// The calendar of the event, the one that was disconnected, or else one of the owner's.
    pub calendar: Option<String>,
    /// What an override is for.
    pub scope: Option<Scope>,
    /// The platform's id of the event or the series, or the `ical_uid`, as of a whole meeting.
    pub id: Option<String>,
    /// When a pause ends or ended.
    pub until: Option<Timestamp>,
    /// The revision of a policy.
    pub revision: Option<u64>,
    /// The note of a policy.
    pub note: Option<String>,
}

impl Activity {
    /// Represents what people did.
    #[must_use]
    pub fn of(activity: &PeopleActivity) -> Self {
        Self {
            actions: activity.actions.iter().map(ActivityEntry::of).collect(),
            unreadable: activity.unreadable.clone(),
        }
    }
}

impl ActivityEntry {
    fn of(action: &Action) -> Self {
        let plain = |action_kind, calendar: Option<&ActedCalendar>| Self {
            at: action.at,
            by: action.by.as_str().to_owned(),
            via: action.by.key().map(str::to_owned),
            action: action_kind,
            owner: calendar
                .and_then(|calendar| calendar.owner.as_ref())
                .map(|email: &Email| email.as_str().to_owned()),
            calendar: calendar.map(|calendar| calendar.id.to_string()),
            scope: None,
            id: None,
            until: None,
            revision: None,
            note: None,
        };
        match &action.what {
            ActionKind::PolicyPushed { revision, note } => Self {
                revision: Some(revision.0),
                note: note.clone(),
                ..plain(ActivityKind::PolicyPush, None)
            },
            ActionKind::Overridden {
                calendar,
                scope,
                choice,
            } => Self {
                scope: Some(Scope::of(scope)),
                id: Some(scope_id(scope)),
                ..plain(ActivityKind::of_override(*choice), calendar.as_ref())
            },
            ActionKind::ChosenForMeeting {
                calendar,
                ical_uid,
                wish,
            } => Self {
                scope: Some(Scope::Meeting),
                id: Some(ical_uid.to_string()),
                ..plain(ActivityKind::of_wish(*wish), Some(calendar))
            },
            ActionKind::Paused { calendar, until } => Self {
                until: Some(*until),
                ..plain(ActivityKind::of_pause(*until, action.at), calendar.as_ref())
            },
            ActionKind::Disconnected { calendar } => {
                plain(ActivityKind::Disconnect, Some(calendar))
            }
        }
    }
}
