//! What people did, as far as it is stored.

use callsheet_app::people_activity::{ActedCalendar, Action, ActionKind, PeopleActivity};
use callsheet_domain::{Actor, Email, OverrideChoice, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::override_import::scope_id;
use crate::overrides::Scope;

/// What people did, as far as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Activity {
    /// What was done, newest first. Of several overrides of one event or series, of several choices
    /// of a person for a whole meeting, and of several pauses, only the last one is stored.
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
    /// What.
    pub action: ActivityKind,
    /// The owner's address; of a choice for a whole meeting that of one of the copies.
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

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// An override was set to record.
    Record,
    /// An override was set to skip.
    Skip,
    /// An override was cleared.
    Clear,
    /// Calendars were paused.
    Pause,
    /// A pause was ended.
    Resume,
    /// A policy was pushed.
    PolicyPush,
    /// A calendar was disconnected.
    Disconnect,
}

impl ActivityKind {
    /// What the choice of an override was.
    pub(crate) fn of_override(choice: OverrideChoice) -> Self {
        match choice {
            OverrideChoice::Record => Self::Record,
            OverrideChoice::Skip => Self::Skip,
            OverrideChoice::Clear => Self::Clear,
        }
    }

    /// Whether pausing until an instant began or ended a pause, by when that was said.
    pub(crate) fn of_pause(until: Timestamp, at: Timestamp) -> Self {
        if until <= at {
            Self::Resume
        } else {
            Self::Pause
        }
    }

    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Skip => "skip",
            Self::Clear => "clear",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::PolicyPush => "policy_push",
            Self::Disconnect => "disconnect",
        }
    }
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
        let by = action.by.as_ref().map_or("a person", Actor::as_str);
        let plain = |action_kind, calendar: Option<&ActedCalendar>| Self {
            at: action.at,
            by: by.to_owned(),
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
                ..plain(ActivityKind::of_override(*choice), Some(calendar))
            },
            ActionKind::ChosenForMeeting {
                calendar,
                ical_uid,
                choice,
            } => Self {
                scope: Some(Scope::Meeting),
                id: Some(ical_uid.to_string()),
                ..plain(ActivityKind::of_override(*choice), Some(calendar))
            },
            ActionKind::Paused { calendar, until } => Self {
                until: Some(*until),
                ..plain(ActivityKind::of_pause(*until, action.at), Some(calendar))
            },
            ActionKind::Disconnected { calendar } => {
                plain(ActivityKind::Disconnect, Some(calendar))
            }
        }
    }
}
