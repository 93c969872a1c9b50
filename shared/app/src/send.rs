//! Sends a bot to a running meeting, since a person asks for it.
//!
//! The wish is kept as the person's override of the event, so that the policy does not take the
//! bot out again. A bot of the meeting that has ended is no obstacle, whatever became of it:
//! another one is sent in its place. One that may be in the call is, since two would be there.

use callsheet_domain::{Actor, Decision, OverrideChoice, Sending, Timestamp, send_bot};

use crate::PortError;
use crate::events::{EventName, find_event};
use crate::overrides::{SetOverride, Target, override_decision};
use crate::ports::{Calendars, Decisions, OverrideStore, Queue, WriteOutcome};
use crate::use_case_error::UseCaseError;

/// How often the write of a decision is attempted.
const MAX_ATTEMPTS: usize = 5;
/// The most copies that are read: more than a meeting has.
const MOST_ROWS: usize = 20_000;

/// A bot that is sent to a running meeting.
#[derive(Debug)]
pub struct BotSent {
    /// The override that keeps the wish.
    pub set: SetOverride,
    /// The decision as it is now.
    pub decision: Decision,
    /// How the bot is sent.
    pub how: SentBy,
}

/// How a bot is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentBy {
    /// The scheduler calls Recall as soon as a permit is free.
    Call,
    /// A sync takes the override in first, once neither an obstacle nor a lock of the policy is in
    /// the way.
    Sync,
}

/// Sends a bot to the running meeting of an event.
///
/// # Errors
/// If no event or several have this name, the meeting does not run, its bot may be in the call, the
/// decision cannot be read or keeps changing, or a collaborator fails.
pub async fn send<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    event: &EventName,
    by: &Actor,
    now: Timestamp,
) -> Result<BotSent, UseCaseError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let row = find_event(state, decisions, event, now).await?;
    let event = row.key.event_id.clone();
    if row.ends_at <= now {
        return Err(UseCaseError::MeetingOver(event));
    }
    if row.starts_at > now {
        return Err(UseCaseError::NotBegun(event, row.starts_at));
    }
    // Nothing is stored if there is no need.
    if let Sending::HasBot(phase) = sending(decisions, &row, now).await? {
        return Err(UseCaseError::HasBot(event, phase));
    }
    let key = row.key.clone();
    let ports = (state, decisions, queue);
    let set = override_decision(ports, (Target::Event, row), OverrideChoice::Record, by, now);
    let set = set.await?;
    if set.obstacle.is_some() || set.lock().is_some() {
        let decision = set.decision.clone();
        let how = SentBy::Sync;
        return Ok(BotSent { set, decision, how });
    }
    for _ in 0..MAX_ATTEMPTS {
        let rows = decisions.decisions(std::slice::from_ref(&key)).await?;
        if let Some(row) = rows.unreadable.into_iter().next() {
            return Err(UseCaseError::UnreadableDecision(row));
        }
        let Some(decision) = rows.decisions.into_iter().next() else {
            return Err(UseCaseError::UnknownEvent(event));
        };
        let (decision, how) = match sending(decisions, &decision, now).await? {
            Sending::Write(row) => {
                if decisions.write(&row).await? == WriteOutcome::Conflict {
                    continue;
                }
                (*row, SentBy::Call)
            }
            Sending::AfterSync => (decision, SentBy::Sync),
            // Somebody else has sent one since.
            Sending::HasBot(_) => (decision, SentBy::Call),
        };
        return Ok(BotSent { set, decision, how });
    }
    Err(UseCaseError::KeepsChanging(format!(
        "the decision on event {event}"
    )))
}

/// What it takes to send a bot for `row`.
async fn sending<D: Decisions>(
    decisions: &D,
    row: &Decision,
    now: Timestamp,
) -> Result<Sending, PortError> {
    let copies = match row.wanted_key() {
        Some(key) => decisions.wanting(key, MOST_ROWS).await?.rows.decisions,
        None => Vec::new(),
    };
    Ok(send_bot(row, &copies, now))
}
