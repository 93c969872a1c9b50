//! Sets overrides, and requests a sync of the owner's calendars.
//!
//! An override belongs to the owner of the calendar, and is stored under the ids that the
//! platform gives: Recall's ids of a calendar and of its events change when the calendar
//! is reconnected. The decision on the event knows the platform's ids.
//!
//! An override of a series is stored under the platform's id of the series, or under the
//! meeting's `ical_uid` if there is no such id, or if only that tells the split-offs of the
//! series. Never under both: that would be two revisions for one override, and only the
//! last one counts.

use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, CalendarRecord, Decision, OverrideChoice, OverrideRevision,
    OverrideScope, RuleName, Timestamp,
};

use crate::PortError;
use crate::event_override::{EventOverride, known_overrides, set_event_override};
use crate::events::{EventName, find_event};
use crate::kept_by::{KeptBy, find_kept_by};
use crate::notify::{Notification, request_full_sync};
use crate::owner;
use crate::ports::{Calendars, Decisions, OverrideStore, Queue};
use crate::unreadable::readable;
use crate::use_case_error::UseCaseError;

/// Which meetings of the event's series an override is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// This event.
    Event,
    /// The series that it belongs to.
    Series,
}

/// An override that was set or cleared.
#[derive(Debug)]
pub struct SetOverride {
    /// The decision on the event, as it was before.
    pub decision: Decision,
    /// What the override is stored under.
    pub scope: OverrideScope,
    /// What it says.
    pub choice: OverrideChoice,
    /// Who set it.
    pub by: Actor,
    /// Sequence number of this override among the owner's overrides and pauses.
    pub revision: OverrideRevision,
    /// Whether it holds for the person; else for this connection, until the owner's
    /// address is known.
    pub is_of_person: bool,
    /// Whether it is a no that the decisions about the event have taken in already, so that
    /// the bot goes without a sync.
    pub is_applied: bool,
    /// Why it has no effect on the meeting for now.
    pub obstacle: Option<Obstacle>,
    /// Other copies of the meeting that keep a bot in it.
    pub kept_by: Vec<KeptBy>,
    /// Problems of stored rows that cannot be read, so that a copy may be missing.
    pub unreadable: Vec<String>,
    /// What became of the request of a sync.
    pub notification: Notification,
}

impl SetOverride {
    /// The rule by which the policy locks that the event is skipped, whatever the override says;
    /// none if it does not.
    #[must_use]
    pub fn lock(&self) -> Option<&RuleName> {
        self.decision.lock()
    }
}

/// Stores an override under the platform's ids in the decision on `event`.
///
/// # Errors
/// If the event is unknown, its decision cannot be read or has no such id, or a
/// collaborator fails.
pub async fn set_override<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    (target, event): (Target, &EventName),
    choice: OverrideChoice,
    by: &Actor,
    now: Timestamp,
) -> Result<SetOverride, UseCaseError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let decision = find_event(state, decisions, event, now).await?;
    let ports = (state, decisions, queue);
    override_decision(ports, (target, decision), choice, by, now).await
}

/// Stores an override under the platform's ids in a decision that was read.
///
/// # Errors
/// If the decision has no such id, or a collaborator fails.
pub async fn override_decision<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    (target, decision): (Target, Decision),
    choice: OverrideChoice,
    by: &Actor,
    now: Timestamp,
) -> Result<SetOverride, UseCaseError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let calendar = &decision.calendar_id;
    let Some(scope) = scope_of(&decision, target) else {
        let notification = request_full_sync(queue, calendar, now).await;
        return Err(UseCaseError::NoPlatformId(notification));
    };
    let mut unreadable = Vec::new();
    let record = readable(state.record(calendar).await, &mut unreadable)?;
    let owner = record.as_ref().map_or_else(
        || CalendarOwner::Unknown(calendar.clone()),
        |record| record.calendar.owner(),
    );
    let set = match target {
        Target::Event => {
            let said = (&owner, &scope, &decision);
            let ports = (state, decisions, queue);
            set_event_override(ports, said, choice, by, now).await?
        }
        Target::Series => {
            let said = (calendar, &owner, &scope);
            set_series_override((state, queue), said, choice, by, now).await?
        }
    };
    let EventOverride {
        revision,
        is_applied,
        notification,
    } = set;
    let holds_bots = |record: &CalendarRecord| record.calendar.status.holds_bots();
    // A calendar whose record cannot be read is not gone.
    let is_gone = unreadable.is_empty() && !record.as_ref().is_some_and(holds_bots);
    let kept_by = find_kept_by((state, decisions), &decision, &mut unreadable).await?;
    Ok(SetOverride {
        is_of_person: owner.is_known(),
        obstacle: obstacle(&decision, is_gone, now),
        kept_by,
        unreadable,
        is_applied,
        decision,
        scope,
        choice,
        by: by.clone(),
        revision,
        notification,
    })
}

/// Sets the override of a series. One that the same person has set already is not written again,
/// and requests syncs only of calendars that have not applied it.
async fn set_series_override<S, Q>(
    (state, queue): (&S, Option<&Q>),
    (calendar, owner, scope): (&CalendarId, &CalendarOwner, &OverrideScope),
    choice: OverrideChoice,
    by: &Actor,
    now: Timestamp,
) -> Result<EventOverride, PortError>
where
    S: Calendars + OverrideStore,
    Q: Queue,
{
    let known = known_overrides(state, owner).await?;
    let same = known.by_scope.get(&scope.before_splits());
    let same = same.filter(|stored| stored.is_same(choice, by) && !known.are_expiring);
    let same = same.map(|stored| stored.revision);
    let revision = match same {
        Some(revision) => revision,
        None => state.set_override(owner, scope, choice, by, now).await?,
    };
    let is_known = same.is_some();
    Ok(EventOverride {
        revision,
        is_applied: false,
        notification: owner::apply_revision(
            (state, queue),
            (calendar, owner),
            (revision, is_known),
            now,
        )
        .await?,
    })
}

/// Why an override has no effect on its meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The calendar is disconnected or deleted.
    CalendarGone,
    /// The event is deleted, or the meeting is cancelled.
    Cancelled,
    /// The meeting is over.
    Over,
    /// The event has no meeting link that a bot could join.
    NoLink,
}

pub(crate) fn obstacle(
    decision: &Decision,
    is_calendar_gone: bool,
    now: Timestamp,
) -> Option<Obstacle> {
    let rule = &decision.verdict.reason().rule;
    if is_calendar_gone {
        Some(Obstacle::CalendarGone)
    } else if [RuleName::DELETED, RuleName::CANCELLED].contains(rule) {
        Some(Obstacle::Cancelled)
    } else if decision.ends_at <= now {
        Some(Obstacle::Over)
    } else if decision.link.is_none() {
        Some(Obstacle::NoLink)
    } else {
        None
    }
}

/// The scope of an override; none if an earlier version wrote the decision. A
/// decision with the platform's id of the event also has that of the series, if
/// there is a series.
pub(crate) fn scope_of(decision: &Decision, target: Target) -> Option<OverrideScope> {
    let event = decision.platform_id.clone()?;
    Some(match target {
        Target::Event => OverrideScope::Event(event),
        Target::Series => OverrideScope::series(decision.series.as_ref(), &decision.key.ical_uid),
    })
}
