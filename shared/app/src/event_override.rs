//! Sets the override of one event, without a list of events at Recall.
//!
//! A no needs no fact of the event, so it is folded into the decisions about it at once: they
//! are due, and the bot goes without any sync. Any other choice needs the event, so a sync of
//! that one event is requested. The head of the owner's overrides lists the events until that
//! is done. So what is interrupted, or lost, is found by the next resync.
//!
//! An override that the same person has set already is not written again. What is left of its
//! effects is done: a no is folded, and syncs are requested of the events that none has reached.

use std::collections::BTreeSet;

use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, Decision, DecisionKey, EventId, OverrideChoice,
    OverrideRevision, OverrideScope, Overrides, Timestamp, plus,
};
use jiff::SignedDuration;

use crate::PortError;
use crate::at_instant::AtInstant;
use crate::notify::{Notification, request_event};
use crate::owner;
use crate::ports::{Calendars, Decisions, OverrideStore, Queue};
use crate::retire_calendar::CalendarRetirer;
use crate::sync_error::SyncError;

/// How long an override of an event is kept after the event. An event may be postponed by
/// months, and must not lose a person's choice by that.
pub(crate) const KEPT_AFTER_EVENT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// The override of an event that was set.
pub(crate) struct EventOverride {
    /// Its sequence number among the owner's overrides and pauses.
    pub(crate) revision: OverrideRevision,
    /// Whether the decisions about the event have taken it in.
    pub(crate) is_applied: bool,
    /// What became of the requests of syncs.
    pub(crate) notification: Notification,
}

/// Sets the override of the event of `decision`.
pub(crate) async fn set_event_override<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    (owner, scope, decision): (&CalendarOwner, &OverrideScope, &Decision),
    choice: OverrideChoice,
    by: &Actor,
    now: Timestamp,
) -> Result<EventOverride, PortError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let keys = keys_of_person((state, decisions), (owner, scope), decision).await?;
    let event =
        |(calendar, key): &(CalendarId, DecisionKey)| (calendar.clone(), key.event_id.clone());
    let events: Vec<_> = keys.iter().map(event).collect();
    let known = known_overrides(state, owner).await?;
    let same = known.by_scope.get(&scope.before_splits());
    let same = same.filter(|stored| stored.is_same(choice, by) && !known.are_expiring);
    let (revision, mut unapplied) = if let Some(same) = same {
        let is_pending = |event: &&(CalendarId, EventId)| {
            let mut pending = known.unapplied.iter();
            pending.any(|one| one.event_id == event.1 && one.revision <= same.revision)
        };
        let pending = events.iter().filter(is_pending).cloned();
        (same.revision, pending.collect())
    } else {
        let revision = state.set_event_override(owner, scope, &events, choice, by, now);
        let revision = revision.await?;
        let until = plus(decision.ends_at.max(now), KEPT_AFTER_EVENT);
        state.expire_override(owner, scope, until).await?;
        (revision, events.clone())
    };
    let calendar = &decision.calendar_id;
    if owner::carry_to_known(state, (calendar, owner))
        .await?
        .is_some()
    {
        let applied = owner::apply((state, queue), (calendar, owner), now).await?;
        return Ok(EventOverride {
            revision,
            is_applied: false,
            notification: applied,
        });
    }
    let is_applied = choice == OverrideChoice::Skip
        && fold((state, decisions), (owner, calendar), keys, now).await;
    if choice == OverrideChoice::Skip && !is_applied {
        unapplied = events;
    }
    let mut notification = Notification::NotNeeded;
    for (calendar, event) in &unapplied {
        if is_applied {
            state.note_applied(owner, event, revision).await?;
        } else if matches!(notification, Notification::NotNeeded | Notification::Sent) {
            notification = request_event(queue, (calendar, event), now).await;
        }
    }
    Ok(EventOverride {
        revision,
        is_applied,
        notification,
    })
}

/// What the owner said so far. What cannot be read is said anew.
pub(crate) async fn known_overrides<S: OverrideStore>(
    state: &S,
    owner: &CalendarOwner,
) -> Result<Overrides, PortError> {
    match state.overrides(owner).await {
        Err(PortError::Unreadable { .. }) => Ok(Overrides::default()),
        known => known,
    }
}

/// Folds the no to one event into its decisions. Gives whether that was done; else a sync of
/// the event does it.
async fn fold<S, D>(
    (state, decisions): (&S, &D),
    (owner, calendar): (&CalendarOwner, &CalendarId),
    keys: Vec<(CalendarId, DecisionKey)>,
    now: Timestamp,
) -> bool
where
    S: OverrideStore,
    D: Decisions,
{
    let folded = async {
        let overrides = state.overrides(owner).await?;
        let retirer = CalendarRetirer {
            decisions,
            clock: &AtInstant(now),
        };
        let keys: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
        retirer.skip((calendar, &overrides), &keys).await
    };
    let folded: Result<_, SyncError> = folded.await;
    if let Err(error) = &folded {
        tracing::info!(
            %calendar,
            %error,
            "a sync of an event of calendar {calendar} takes its override in: {error}"
        );
    }
    folded.is_ok()
}

/// The decisions about the event of `decision`, that one and those in the other connections of
/// its owner, with their calendars.
async fn keys_of_person<S, D>(
    (state, decisions): (&S, &D),
    (owner, scope): (&CalendarOwner, &OverrideScope),
    decision: &Decision,
) -> Result<Vec<(CalendarId, DecisionKey)>, PortError>
where
    S: Calendars,
    D: Decisions,
{
    let theirs = state.of_owner(owner).await?.into_iter();
    let theirs = theirs.filter(|listed| listed.record.calendar.status.holds_bots());
    let calendars: BTreeSet<_> = theirs.map(|listed| listed.record.calendar.id).collect();
    let mut keys = Vec::new();
    for calendar in calendars.iter().filter(|id| **id != decision.calendar_id) {
        let (from, until) = (decision.starts_at, decision.starts_at);
        let starting = decisions.starting(calendar, from, until).await?;
        keys.extend(starting.into_iter().map(|entry| entry.key));
    }
    let starting = decisions.decisions(&keys).await?.decisions;
    let is_theirs = |row: &&Decision| {
        let (event, series) = (row.platform_id.as_ref(), row.series.as_ref());
        scope.includes(event, series, &row.key.ical_uid)
    };
    let others = starting.iter().filter(is_theirs);
    let rows = std::iter::once(decision).chain(others);
    let key = |row: &Decision| (row.calendar_id.clone(), row.key.clone());
    Ok(rows.map(key).collect())
}
