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

use std::collections::BTreeSet;

use callsheet_domain::{
    Actor, CalendarOwner, CalendarRecord, Decision, DecisionKey, OverrideChoice, OverrideRevision,
    OverrideScope, RuleName, Timestamp, plus,
};
use jiff::SignedDuration;

use crate::events::{EventName, find_event};
use crate::kept_by::{KeptBy, find_kept_by};
use crate::notify::{Notification, request_full_sync};
use crate::owner;
use crate::ports::{Calendars, Clock, Decisions, OverrideStore, Queue};
use crate::retire_calendar::CalendarRetirer;
use crate::sync_error::SyncError;
use crate::unreadable::readable;
use crate::use_case_error::UseCaseError;

/// How long an override of an event is kept after the event. An event may be postponed by
/// months, and must not lose a person's choice by that.
const KEPT_AFTER_EVENT: SignedDuration = SignedDuration::from_hours(365 * 24);

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
    let revision = state.set_override(&owner, &scope, choice, by, now).await?;
    if target == Target::Event {
        let until = plus(decision.ends_at.max(now), KEPT_AFTER_EVENT);
        state.expire_override(&owner, &scope, until).await?;
    }
    let is_no = target == Target::Event && choice == OverrideChoice::Skip;
    let is_applied = is_no && fold_no((state, decisions), (&owner, &scope), &decision, now).await;
    let holds_bots = |record: &CalendarRecord| record.calendar.status.holds_bots();
    // A calendar whose record cannot be read is not gone.
    let is_gone = unreadable.is_empty() && !record.as_ref().is_some_and(holds_bots);
    let kept_by = find_kept_by((state, decisions), &decision, &mut unreadable).await?;
    let notification = owner::apply((state, queue), (calendar, &owner), now).await?;
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

/// Folds the no to one event into its decisions, in all connections of its owner. Gives
/// whether that was done; else the requested sync does it.
async fn fold_no<S, D>(
    (state, decisions): (&S, &D),
    (owner, scope): (&CalendarOwner, &OverrideScope),
    decision: &Decision,
    now: Timestamp,
) -> bool
where
    S: Calendars + OverrideStore,
    D: Decisions,
{
    let folded = async {
        let overrides = state.overrides(owner).await?;
        let keys = keys_of_person((state, decisions), (owner, scope), decision).await?;
        let retirer = CalendarRetirer {
            decisions,
            clock: &AtInstant(now),
        };
        let of_calendar = (&decision.calendar_id, &overrides);
        retirer.skip(of_calendar, &keys).await
    };
    match folded.await {
        Ok(_) => true,
        Err(error) => {
            let calendar = &decision.calendar_id;
            tracing::info!(
                %calendar,
                %error,
                "the next sync of calendar {calendar} takes an override in: {error}"
            );
            false
        }
    }
}

/// The decisions about the event of `decision` in all connections of its owner.
async fn keys_of_person<S, D>(
    (state, decisions): (&S, &D),
    (owner, scope): (&CalendarOwner, &OverrideScope),
    decision: &Decision,
) -> Result<Vec<DecisionKey>, SyncError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
{
    let person = state.person(owner).await?;
    let listed = state.listed().await?.into_iter();
    let theirs = listed.filter(|listed| listed.person == person);
    let mut calendars: BTreeSet<_> = theirs.map(|listed| listed.record.calendar.id).collect();
    calendars.insert(decision.calendar_id.clone());
    let meeting = std::slice::from_ref(&decision.key.ical_uid);
    let rows = decisions.copies(meeting).await?.decisions.into_iter();
    let is_theirs = |row: &Decision| {
        let (event, series) = (row.platform_id.as_ref(), row.series.as_ref());
        calendars.contains(&row.calendar_id) && scope.includes(event, series, &row.key.ical_uid)
    };
    Ok(rows.filter(is_theirs).map(|row| row.key).collect())
}

/// The time of a use case that was told it.
struct AtInstant(Timestamp);

impl Clock for AtInstant {
    fn now(&self) -> Timestamp {
        self.0
    }

    /// Nothing of a use case sleeps.
    async fn sleep_until(&self, _: Timestamp) {}
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

fn obstacle(decision: &Decision, is_calendar_gone: bool, now: Timestamp) -> Option<Obstacle> {
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
fn scope_of(decision: &Decision, target: Target) -> Option<OverrideScope> {
    let event = decision.platform_id.clone()?;
    Some(match target {
        Target::Event => OverrideScope::Event(event),
        Target::Series => OverrideScope::series(decision.series.as_ref(), &decision.key.ical_uid),
    })
}
