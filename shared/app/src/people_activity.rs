//! What people did, as far as it is stored: pushes of policies, overrides and pauses, with those
//! that were cleared or ended.
//!
//! Of several overrides of one event or series, and of several pauses of a person, the last one
//! is stored.

use std::collections::BTreeMap;

use callsheet_domain::{
    Actor, Calendar, CalendarOwner, OverrideChoice, OverrideScope, PolicyRevision, Timestamp,
};

use crate::PortError;
use crate::ports::{Calendars, OverrideStore, Policies};
use crate::unreadable::readable;

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
        /// One of the owner's calendars.
        calendar: Calendar,
        /// What it is for.
        scope: OverrideScope,
        /// What it says.
        choice: OverrideChoice,
    },
    /// Calendars were paused, or their pause was ended.
    Paused {
        /// One of the owner's calendars.
        calendar: Calendar,
        /// The end. If it is when that was said, a pause was ended.
        until: Timestamp,
    },
}

/// Reads the last `most` pushes, and all overrides and pauses that are stored.
///
/// # Errors
/// If a collaborator fails.
pub async fn people_activity<S>(state: &S, most: usize) -> Result<PeopleActivity, PortError>
where
    S: Calendars + OverrideStore + Policies,
{
    let mut activity = PeopleActivity::default();
    for policy in state.history(most).await? {
        activity.actions.push(Action {
            at: policy.at,
            by: Some(policy.by),
            what: ActionKind::PolicyPushed {
                revision: policy.revision,
                note: policy.note,
            },
        });
    }
    let mut owners: BTreeMap<CalendarOwner, Calendar> = BTreeMap::new();
    for listed in state.listed().await? {
        let calendar = listed.record.calendar;
        owners.entry(listed.person).or_insert(calendar);
    }
    for record in state.unreadable().await? {
        let (id, problem) = (record.calendar_id, record.problem);
        let problem = format!("the record of calendar {id}: {problem}");
        activity.unreadable.push(problem);
    }
    for (owner, calendar) in owners {
        let stored = readable(state.overrides(&owner).await, &mut activity.unreadable)?;
        let pause = stored.pause.map(|pause| Action {
            at: pause.at,
            by: pause.by,
            what: ActionKind::Paused {
                calendar: calendar.clone(),
                until: pause.until,
            },
        });
        activity.actions.extend(pause);
        let overrides = stored.by_scope.into_iter();
        let overrides = overrides.map(|(scope, one)| Action {
            at: one.at,
            by: one.by,
            what: ActionKind::Overridden {
                calendar: calendar.clone(),
                scope,
                choice: one.choice,
            },
        });
        activity.actions.extend(overrides);
    }
    activity
        .actions
        .sort_by_key(|action| std::cmp::Reverse(action.at));
    activity.actions.truncate(most);
    Ok(activity)
}
