//! What people did, as far as it is stored: pushes of policies, overrides, choices for whole
//! meetings and pauses, with those that were cleared, taken back or ended, and disconnections of
//! calendars.
//!
//! Of several overrides of one event or series, of several choices of one person for a meeting, and
//! of several pauses of a person, the last one is stored.

use std::cmp::Reverse;

use callsheet_domain::{
    Actor, CalendarId, CalendarRecord, Email, IcalUid, OverrideChoice, OverrideScope,
    PolicyRevision, Timestamp,
};

use crate::PortError;
use crate::list_overrides::{StoredChoice, StoredOverride, StoredPause, stored_everywhere};
use crate::ports::{Calendars, Decisions, OverrideStore, Policies};

/// What people did.
#[derive(Debug, Clone, Default)]
pub struct PeopleActivity {
    /// What was done, newest first.
    pub actions: Vec<Action>,
    /// Problems of stored rows that cannot be read.
    pub unreadable: Vec<String>,
}

/// What a person did.
#[derive(Debug, Clone)]
pub struct Action {
    /// When.
    pub at: Timestamp,
    /// Who; earlier builds did not store it.
    pub by: Option<Actor>,
    /// What.
    pub what: ActionKind,
}

/// What was done.
#[derive(Debug, Clone)]
pub enum ActionKind {
    /// A policy was pushed.
    PolicyPushed {
        /// Its revision.
        revision: PolicyRevision,
        /// The author's note.
        note: Option<String>,
    },
    /// An override was set or cleared.
    Overridden {
        /// The calendar of its event, or else one of the owner's.
        calendar: ActedCalendar,
        /// What it is for.
        scope: OverrideScope,
        /// What it says.
        choice: OverrideChoice,
    },
    /// A choice for a whole meeting was made or taken back.
    ChosenForMeeting {
        /// The calendar of a copy of the meeting.
        calendar: ActedCalendar,
        /// The `ical_uid` of this copy.
        ical_uid: IcalUid,
        /// What it says.
        choice: OverrideChoice,
    },
    /// Calendars were paused, or their pause was ended.
    Paused {
        /// One of the owner's calendars.
        calendar: ActedCalendar,
        /// The end. If it is when that was said, a pause was ended.
        until: Timestamp,
    },
    /// A calendar was disconnected.
    Disconnected {
        /// The calendar.
        calendar: ActedCalendar,
    },
}

/// A calendar in which a person did something.
#[derive(Debug, Clone)]
pub struct ActedCalendar {
    /// Recall's id.
    pub id: CalendarId,
    /// The owner, if known.
    pub owner: Option<Email>,
}

/// Reads the last `most` things that people did: pushes, overrides, choices for whole meetings,
/// pauses and disconnections. The choices are found by the decisions, so all of them are read.
///
/// # Errors
/// If a collaborator fails.
pub async fn people_activity<S, D>(
    (state, decisions): (&S, &D),
    most: usize,
    now: Timestamp,
) -> Result<PeopleActivity, PortError>
where
    S: Calendars + OverrideStore + Policies,
    D: Decisions,
{
    let pushes = state.history(None, most).await?.into_iter();
    let pushes = pushes.map(|policy| Action {
        at: policy.at,
        by: Some(policy.by),
        what: ActionKind::PolicyPushed {
            revision: policy.revision,
            note: policy.note,
        },
    });
    let stored = stored_everywhere((state, decisions), now).await?;
    let overrides = stored.overrides.into_iter().map(Action::of_override);
    let choices = stored.meetings.into_iter().map(Action::of_choice);
    let pauses = stored.pauses.into_iter().map(Action::of_pause);
    let disconnections = state.listed().await?.into_iter();
    let disconnections = disconnections.filter_map(|one| Action::of_disconnection(one.record));
    let mut actions: Vec<_> = pushes
        .chain(pauses)
        .chain(overrides)
        .chain(choices)
        .chain(disconnections)
        .collect();
    actions.sort_by_key(|action| Reverse(action.at));
    actions.truncate(most);
    Ok(PeopleActivity {
        actions,
        unreadable: stored.unreadable,
    })
}

impl Action {
    fn of_override(one: StoredOverride) -> Self {
        Self {
            at: one.stored.at,
            by: one.stored.by,
            what: ActionKind::Overridden {
                calendar: ActedCalendar {
                    id: one.calendar,
                    owner: one.owner,
                },
                scope: one.scope,
                choice: one.stored.choice,
            },
        }
    }

    fn of_choice(one: StoredChoice) -> Self {
        Self {
            at: one.made.at,
            by: Some(one.made.by),
            what: ActionKind::ChosenForMeeting {
                calendar: ActedCalendar {
                    id: one.decision.calendar_id,
                    owner: one.owner,
                },
                ical_uid: one.decision.key.ical_uid,
                choice: one.made.choice,
            },
        }
    }

    fn of_disconnection(record: CalendarRecord) -> Option<Self> {
        let wanted = record.disconnection?;
        Some(Self {
            at: wanted.at,
            by: Some(wanted.by),
            what: ActionKind::Disconnected {
                calendar: ActedCalendar {
                    id: record.calendar.id,
                    owner: record.calendar.email,
                },
            },
        })
    }

    fn of_pause(one: StoredPause) -> Self {
        Self {
            at: one.stored.at,
            by: one.stored.by,
            what: ActionKind::Paused {
                calendar: ActedCalendar {
                    id: one.calendar,
                    owner: one.owner,
                },
                until: one.stored.until,
            },
        }
    }
}
