//! Reopens abandoned decisions, so that the scheduler calls Recall again.
//!
//! A decision is reopened by compare-and-swap, so that a change by a sync or by
//! the scheduler in the meantime is not lost. The write wakes the scheduler, as
//! any write of a due decision does.

use callsheet_domain::{Decision, DecisionKey, Timestamp, plus};
use jiff::SignedDuration;

use crate::events::{EventName, find_event};
use crate::find_calendar::known_calendars;
use crate::ports::{Calendars, DecisionOverview, Decisions, UnreadableRow, WriteOutcome};
use crate::use_case_error::UseCaseError;

/// How often the write of a decision is attempted.
const MAX_ATTEMPTS: usize = 5;
/// Meetings that began longer ago are over.
const LONGEST_MEETING: SignedDuration = SignedDuration::from_hours(24);

/// The decisions that were reopened.
#[derive(Debug, Clone, Default)]
pub struct Reopened {
    /// The decisions, as they were before.
    pub decisions: Vec<Decision>,
    /// Decisions that cannot be read, so that they may be abandoned or not.
    pub unreadable: Vec<UnreadableRow>,
    /// Whether there may be more abandoned decisions.
    pub has_more: bool,
}

/// Reopens the decision on one event.
///
/// # Errors
/// If there is none, it cannot be read, it is not abandoned, its meeting is over, or a
/// collaborator fails.
pub async fn retry_event<S, D>(
    state: &S,
    decisions: &D,
    event: &EventName,
    now: Timestamp,
) -> Result<Reopened, UseCaseError>
where
    S: Calendars,
    D: Decisions,
{
    let row = find_event(state, decisions, event, now).await?;
    let event = row.key.event_id.clone();
    let reopened = retry_decision(decisions, row, now).await?;
    if reopened.decisions.is_empty() {
        return Err(UseCaseError::NotAbandoned(event));
    }
    Ok(reopened)
}

/// Reopens a decision that was read; none if it is not abandoned.
///
/// # Errors
/// If it cannot be read any more, its meeting is over, or a collaborator fails.
pub async fn retry_decision<D: Decisions>(
    decisions: &D,
    row: Decision,
    now: Timestamp,
) -> Result<Reopened, UseCaseError> {
    if row.is_over(now) {
        return Err(UseCaseError::MeetingOver(row.key.event_id));
    }
    let reopened = reopen(decisions, row.key, now).await?;
    Ok(Reopened {
        decisions: reopened.into_iter().collect(),
        ..Reopened::default()
    })
}

/// Reopens the first `most` abandoned decisions whose meetings are not over, by start, as the
/// index shows them.
///
/// # Errors
/// If a decision keeps changing, or a collaborator fails.
pub async fn retry_first<D>(
    decisions: &D,
    most: usize,
    now: Timestamp,
) -> Result<Reopened, UseCaseError>
where
    D: Decisions + DecisionOverview,
{
    let from = plus(now, -LONGEST_MEETING);
    let abandoned = decisions.abandoned(from, most).await?;
    let rows = decisions.decisions(&abandoned.first).await?;
    let mut reopened = Reopened {
        decisions: Vec::new(),
        unreadable: rows.unreadable,
        has_more: abandoned.has_more,
    };
    for row in rows.decisions {
        let row = reopen(decisions, row.key, now).await?;
        reopened.decisions.extend(row);
    }
    Ok(reopened)
}

/// Reopens every abandoned decision whose meeting is not over.
///
/// # Errors
/// If a decision keeps changing, or a collaborator fails.
pub async fn retry_all<S, D>(
    state: &S,
    decisions: &D,
    now: Timestamp,
) -> Result<Reopened, UseCaseError>
where
    S: Calendars,
    D: Decisions,
{
    let mut reopened = Reopened::default();
    for calendar in known_calendars(state).await? {
        let keys = decisions.of_calendar(&calendar, now).await?;
        let rows = decisions.decisions(&keys).await?;
        reopened.unreadable.extend(rows.unreadable);
        for row in rows.decisions {
            if row.is_abandoned() {
                let row = reopen(decisions, row.key, now).await?;
                reopened.decisions.extend(row);
            }
        }
    }
    Ok(reopened)
}

/// Reopens a decision, and gives it as it was before. None if it is not abandoned, or its
/// meeting is over.
async fn reopen<D: Decisions>(
    decisions: &D,
    key: DecisionKey,
    now: Timestamp,
) -> Result<Option<Decision>, UseCaseError> {
    let keys = [key];
    for _ in 0..MAX_ATTEMPTS {
        let rows = decisions.decisions(&keys).await?;
        if let Some(row) = rows.unreadable.into_iter().next() {
            return Err(UseCaseError::UnreadableDecision(row));
        }
        let Some(row) = rows.decisions.into_iter().next() else {
            return Ok(None);
        };
        if !row.is_abandoned() || row.is_over(now) {
            return Ok(None);
        }
        if decisions.write(&row.clone().reopened()).await? == WriteOutcome::Written {
            return Ok(Some(row));
        }
    }
    let [key] = keys;
    Err(UseCaseError::KeepsChanging(format!(
        "the decision on event {}",
        key.event_id
    )))
}
