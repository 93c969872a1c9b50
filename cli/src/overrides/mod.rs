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

#[cfg(test)]
mod tests;
mod text;

use callsheet_app::ports::{Calendars, Decisions, OverrideStore, Queue};
use callsheet_domain::{Actor, Decision, EventId, OverrideChoice, OverrideScope, Timestamp, plus};
use jiff::SignedDuration;
use serde::Serialize;

use crate::arguments::{Choice, OverrideCommand};
use crate::error::CliError;
use crate::find_decision::find_decision;
use crate::notify_stack::{Delivery, request_full_sync};
use crate::owner;
use crate::workspace::Workspace;

/// How long an override of an event is kept after the event. An event may be postponed by
/// months, and must not lose a person's choice by that.
const KEPT_AFTER_EVENT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Which meetings of the event's series an override is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Event,
    Series,
}

/// An override that was set or cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OverrideSet {
    pub(crate) calendar: String,
    pub(crate) title: Option<String>,
    pub(crate) scope: Scope,
    /// `record`, `skip` or `clear`.
    pub(crate) choice: &'static str,
    pub(crate) by: String,
    /// Sequence number of this override among the owner's overrides and pauses.
    pub(crate) revision: u64,
    /// Whether it holds for the person; else for this connection, until the owner's
    /// address is known.
    pub(crate) is_of_person: bool,
    pub(crate) sync_request: Delivery,
}

/// What an override is stored under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// The platform's id of the event.
    Event,
    /// The platform's id of the series.
    Series,
    /// The `ical_uid` of the meeting.
    IcalUid,
}

/// Sets the override of a command.
pub(crate) async fn run(
    workspace: &Workspace,
    command: OverrideCommand,
    now: Timestamp,
) -> Result<OverrideSet, CliError> {
    let (state, queue) = (workspace.state().await?, workspace.queue().await?);
    let decisions = workspace.decisions().await?;
    let (target, event, choice, by) = match command {
        OverrideCommand::Event { event, choice, by } => (Target::Event, event, choice, by),
        OverrideCommand::Series { event, choice, by } => (Target::Series, event, choice, by),
    };
    let by = by.actor(workspace.user())?;
    let ports = (&state, &decisions, queue.as_ref());
    set_override(ports, (target, &event), choice, &by, now).await
}

/// Stores an override under the platform's ids in the decision on `event`.
pub(crate) async fn set_override<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    (target, event): (Target, &EventId),
    choice: Choice,
    by: &Actor,
    now: Timestamp,
) -> Result<OverrideSet, CliError>
where
    S: OverrideStore + Calendars,
    D: Decisions,
    Q: Queue,
{
    let decision = find_decision(decisions, event).await?;
    let calendar = &decision.calendar_id;
    let Some(scope) = scope_of(&decision, target) else {
        let sync_request = request_full_sync(queue, calendar, now).await;
        return Err(platform_id_is_missing(&sync_request));
    };
    let choice = OverrideChoice::from(choice);
    let owner = owner::owner_of(state, calendar).await?;
    let revision = state.set_override(&owner, &scope, choice, by, now).await?;
    if target == Target::Event {
        let until = plus(decision.ends_at.max(now), KEPT_AFTER_EVENT);
        state.expire_override(&owner, &scope, until).await?;
    }
    let sync_request = owner::apply((state, queue), (calendar, &owner), now).await?;
    Ok(OverrideSet {
        calendar: calendar.to_string(),
        title: decision.title.clone(),
        scope: match scope {
            OverrideScope::Event(_) => Scope::Event,
            OverrideScope::PlatformSeries(_) => Scope::Series,
            OverrideScope::Series(_) => Scope::IcalUid,
        },
        choice: choice.as_str(),
        by: by.as_str().to_owned(),
        revision: revision.0,
        is_of_person: owner.is_known(),
        sync_request,
    })
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

fn platform_id_is_missing(sync_request: &Delivery) -> CliError {
    let advice = match sync_request {
        Delivery::Sent => {
            "A sync of its calendar was requested, which adds it: run this again in a minute"
                .to_owned()
        }
        Delivery::NotSent(reason) => format!(
            "A sync of its calendar adds it, but could not be requested: {reason}. Run this again when \
             it can"
        ),
    };
    CliError::Refused(format!(
        "an earlier version of Callsheet wrote the decision about this event, without the platform's id \
         of the event. {advice}"
    ))
}
