//! Has what was given up on tried again.
//!
//! A row that was given up on is opened by compare-and-swap, so that a view or
//! an answer that comes meanwhile is not lost. The write rings for the drain,
//! as any write of a row that is due does.

#[cfg(test)]
mod tests;
mod text;

use callsheet_app::ports::{Calendars, Decisions, WriteOutcome};
use callsheet_domain::{Decision, DecisionKey, EventId, Timestamp};
use serde::Serialize;

use crate::error::CliError;
use crate::overrides::unknown;

/// How often a row is read again that others keep writing.
const TRIES: usize = 5;

/// What is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Retried {
    pub(crate) meetings: Vec<Meeting>,
}

/// A meeting that was given up on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Meeting {
    pub(crate) event_id: String,
    pub(crate) title: Option<String>,
    pub(crate) starts_at: Timestamp,
    /// Why it had been given up on.
    pub(crate) reason: String,
}

impl Meeting {
    /// A row as it is shown, if it was given up on.
    pub(crate) fn given_up_on(row: &Decision) -> Option<Self> {
        let abandoned = row.abandoned.as_ref().filter(|_| row.is_abandoned())?;
        Some(Self {
            event_id: row.key.event_id.to_string(),
            title: row.title.clone(),
            starts_at: row.starts_at,
            reason: abandoned.reason.clone(),
        })
    }
}

/// Tries one meeting again.
pub(crate) async fn one<D: Decisions>(
    decisions: &D,
    event: &EventId,
    now: Timestamp,
) -> Result<Retried, CliError> {
    let row = decisions.of_event(event).await?;
    let row = row.ok_or_else(|| unknown(event))?;
    if row.ends_at <= now {
        return Err(CliError::Refused(format!(
            "the meeting of event {event} is over"
        )));
    }
    let opened = open(decisions, row.key, now).await?;
    let opened = opened.ok_or_else(|| {
        CliError::Refused(format!(
            "event {event} was not given up on: see `callsheet explain {event}`"
        ))
    })?;
    Ok(Retried {
        meetings: vec![opened],
    })
}

/// Tries every meeting again that was given up on and is not over.
pub(crate) async fn all<S, D>(state: &S, decisions: &D, now: Timestamp) -> Result<Retried, CliError>
where
    S: Calendars,
    D: Decisions,
{
    let mut meetings = Vec::new();
    for listed in state.listed().await? {
        let keys = decisions
            .of_calendar(&listed.record.calendar.id, now)
            .await?;
        for row in decisions.decisions(&keys).await? {
            if row.is_abandoned() {
                meetings.extend(open(decisions, row.key, now).await?);
            }
        }
    }
    meetings.sort_by(|one, other| {
        (one.starts_at, &one.event_id).cmp(&(other.starts_at, &other.event_id))
    });
    Ok(Retried { meetings })
}

/// Opens a row; none if there is nothing to open by now.
async fn open<D: Decisions>(
    decisions: &D,
    key: DecisionKey,
    now: Timestamp,
) -> Result<Option<Meeting>, CliError> {
    let keys = [key];
    for _ in 0..TRIES {
        let rows = decisions.decisions(&keys).await?;
        let Some(row) = rows.into_iter().next() else {
            return Ok(None);
        };
        let Some(meeting) = Meeting::given_up_on(&row).filter(|_| row.ends_at > now) else {
            return Ok(None);
        };
        if decisions.write(&row.reopened()).await? == WriteOutcome::Written {
            return Ok(Some(meeting));
        }
    }
    let [key] = keys;
    Err(CliError::Cannot(format!(
        "others keep writing the decision on event {}: try again",
        key.event_id
    )))
}
