//! Writes the lines of an import, and requests the syncs that apply them.

use std::collections::BTreeSet;

use callsheet_domain::{CalendarId, CalendarOwner, OverrideScope, Timestamp, plus};
use jiff::SignedDuration;

use super::{LineOutcome, PlannedAction, PlannedLine};
use crate::PortError;
use crate::event_override::KEPT_AFTER_EVENT;
use crate::notify::{Notification, request_full_sync};
use crate::overrides::override_decision;
use crate::owner;
use crate::ports::{Calendars, Decisions, OverrideStore, Queue};
use crate::use_case_error::UseCaseError;

/// An event for which an override can be set begins within so long: what Recall lists.
const FARTHEST_EVENT: SignedDuration = SignedDuration::from_hours(29 * 24);

/// Writes what the lines change, and requests syncs of the calendars that they concern. Gives
/// what became of the requests: the first that was not sent, if there is one.
///
/// # Errors
/// If a collaborator fails. What was written before stays.
pub async fn carry_out<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    lines: Vec<PlannedLine>,
    now: Timestamp,
) -> Result<Notification, UseCaseError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let (mut written, mut to_sync) = (0, BTreeSet::new());
    let mut notification = Notification::NotNeeded;
    let ports = (state, decisions, queue);
    for line in lines {
        if !matches!(line.outcome, LineOutcome::New | LineOutcome::Changed) {
            continue;
        }
        let owner = line.owner.clone();
        match write(ports, line, now).await {
            Ok(None) => drop(to_sync.insert(owner)),
            Ok(Some(requested)) => notification = worst(notification, requested),
            Err(error) => {
                // Those that were written have to take effect.
                request_syncs((state, queue), &to_sync, now).await.ok();
                let error = Box::new(error);
                return Err(UseCaseError::ImportInterrupted { written, error });
            }
        }
        written += 1;
    }
    let requested = request_syncs((state, queue), &to_sync, now).await;
    let interrupted = |error: PortError| UseCaseError::ImportInterrupted {
        written,
        error: Box::new(error.into()),
    };
    Ok(worst(notification, requested.map_err(interrupted)?))
}

/// Writes one line. Gives what became of the request of a sync; none if it is still to be made.
async fn write<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    line: PlannedLine,
    now: Timestamp,
) -> Result<Option<Notification>, UseCaseError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let PlannedLine {
        owner, action, by, ..
    } = line;
    match action {
        PlannedAction::Override(_, choice, Some((target, decision))) => {
            let ports = (state, decisions, queue);
            let set = override_decision(ports, (target, *decision), choice, &by, now).await?;
            Ok(Some(set.notification))
        }
        PlannedAction::Override(scope, choice, None) => {
            state.set_override(&owner, &scope, choice, &by, now).await?;
            if matches!(scope, OverrideScope::Event(_)) {
                let until = plus(plus(now, FARTHEST_EVENT), KEPT_AFTER_EVENT);
                state.expire_override(&owner, &scope, until).await?;
            }
            Ok(None)
        }
        PlannedAction::Pause(until) => {
            let until = until.unwrap_or(now);
            state.pause(&owner, until, &by, now).await?;
            Ok(None)
        }
    }
}

/// Requests a full sync of each calendar of the owners.
async fn request_syncs<S, Q>(
    (state, queue): (&S, Option<&Q>),
    owners: &BTreeSet<CalendarOwner>,
    now: Timestamp,
) -> Result<Notification, PortError>
where
    S: Calendars + OverrideStore,
    Q: Queue,
{
    let mut calendars: BTreeSet<CalendarId> = BTreeSet::new();
    let mut notification = Notification::NotNeeded;
    for owner in owners {
        if let CalendarOwner::Unknown(calendar) = owner {
            let requested = owner::apply((state, queue), (calendar, owner), now).await?;
            notification = worst(notification, requested);
            continue;
        }
        let theirs = state.of_owner(owner).await?.into_iter();
        let theirs = theirs.map(|listed| listed.record.calendar);
        let theirs = theirs.filter(|calendar| calendar.status.holds_bots());
        calendars.extend(theirs.map(|calendar| calendar.id));
    }
    for calendar in &calendars {
        let requested = request_full_sync(queue, calendar, now).await;
        notification = worst(notification, requested);
    }
    Ok(notification)
}

/// The one of which a person has to know.
fn worst(one: Notification, other: Notification) -> Notification {
    match (&one, &other) {
        (Notification::Failed(_) | Notification::NoQueue, _) | (_, Notification::NotNeeded) => one,
        _ => other,
    }
}
