//! Reopens abandoned decisions, so that the scheduler calls Recall again.
//!
//! A decision is reopened by compare-and-swap, so that a change by a sync or by
//! the scheduler in the meantime is not lost. The write wakes the scheduler, as
//! any write of a due decision does.

#[cfg(test)]
mod tests;
mod text;

use callsheet_app::ports::{Calendars, Decisions, WriteOutcome};
use callsheet_domain::{Decision, DecisionKey, EventId, Timestamp};
use serde::Serialize;

use crate::arguments::RetryArguments;
use crate::error::CliError;
use crate::find_calendar::known_calendars;
use crate::find_decision::{find_decision, unreadable_event};
use crate::unreadable::UnreadableDecision;
use crate::workspace::Workspace;

/// How often the write of a decision is attempted.
const MAX_ATTEMPTS: usize = 5;

/// The decisions that were reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Retried {
    pub(crate) meetings: Vec<AbandonedMeeting>,
    /// Decisions that cannot be read, so that they may be abandoned or not.
    pub(crate) unreadable: Vec<UnreadableDecision>,
}

/// A meeting whose decision is or was abandoned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AbandonedMeeting {
    pub(crate) event_id: String,
    pub(crate) title: Option<String>,
    pub(crate) starts_at: Timestamp,
    /// Why the decision was abandoned.
    pub(crate) reason: String,
}

impl AbandonedMeeting {
    /// The meeting of `row`, if the decision is abandoned.
    pub(crate) fn of(row: &Decision) -> Option<Self> {
        let abandoned = row.abandoned.as_ref().filter(|_| row.is_abandoned())?;
        Some(Self {
            event_id: row.key.event_id.to_string(),
            title: row.title.clone(),
            starts_at: row.starts_at,
            reason: abandoned.reason.clone(),
        })
    }
}

/// Reopens the decisions that `arguments` select.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: RetryArguments,
    now: Timestamp,
) -> Result<Retried, CliError> {
    let decisions = workspace.decisions().await?;
    match arguments.event {
        Some(event) => retry_event(&decisions, &event, now).await,
        None => retry_all(&workspace.state().await?, &decisions, now).await,
    }
}

/// Reopens the decision on one event.
async fn retry_event<D: Decisions>(
    decisions: &D,
    event: &EventId,
    now: Timestamp,
) -> Result<Retried, CliError> {
    let row = find_decision(decisions, event).await?;
    if row.is_over(now) {
        return Err(CliError::Refused(format!(
            "the meeting of event {event} is over, so there is nothing to retry"
        )));
    }
    let reopened = reopen(decisions, row.key, now).await?;
    let meeting = reopened.ok_or_else(|| {
        CliError::Refused(format!(
            "the decision on event {event} is not abandoned: `callsheet explain {event}` shows its state"
        ))
    })?;
    Ok(Retried {
        meetings: vec![meeting],
        unreadable: Vec::new(),
    })
}

/// Reopens every abandoned decision whose meeting is not over.
async fn retry_all<S, D>(state: &S, decisions: &D, now: Timestamp) -> Result<Retried, CliError>
where
    S: Calendars,
    D: Decisions,
{
    let (mut meetings, mut unreadable) = (Vec::new(), Vec::new());
    for calendar in known_calendars(state).await? {
        let keys = decisions.of_calendar(&calendar, now).await?;
        let rows = decisions.decisions(&keys).await?;
        unreadable.extend(rows.unreadable.into_iter().map(UnreadableDecision::of));
        for row in rows.decisions {
            if row.is_abandoned() {
                meetings.extend(reopen(decisions, row.key, now).await?);
            }
        }
    }
    meetings.sort_by(|one, other| {
        (one.starts_at, &one.event_id).cmp(&(other.starts_at, &other.event_id))
    });
    Ok(Retried {
        meetings,
        unreadable,
    })
}

/// Reopens a decision. None if it is not abandoned, or its meeting is over.
async fn reopen<D: Decisions>(
    decisions: &D,
    key: DecisionKey,
    now: Timestamp,
) -> Result<Option<AbandonedMeeting>, CliError> {
    let keys = [key];
    for _ in 0..MAX_ATTEMPTS {
        let rows = decisions.decisions(&keys).await?;
        if let Some(row) = rows.unreadable.first() {
            return Err(unreadable_event(row));
        }
        let Some(row) = rows.decisions.into_iter().next() else {
            return Ok(None);
        };
        let Some(meeting) = AbandonedMeeting::of(&row).filter(|_| !row.is_over(now)) else {
            return Ok(None);
        };
        if decisions.write(&row.reopened()).await? == WriteOutcome::Written {
            return Ok(Some(meeting));
        }
    }
    let [key] = keys;
    Err(CliError::Failed(format!(
        "the decision on event {} could not be reopened, since it keeps changing: try again",
        key.event_id
    )))
}
