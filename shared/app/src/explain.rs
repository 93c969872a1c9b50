//! Explains why a meeting is or is not recorded, and the state of its bot.

use callsheet_domain::{
    CalendarOwner, CalendarRecord, Decision, Overrides, PolicyRevision, RuleTrace, Timestamp,
};

use crate::events::{EventName, find_event};
pub use crate::kept_by::KeptBy;
use crate::kept_by::find_kept_by;
use crate::meetings::with_meetings;
use crate::ports::{Calendars, Decisions, OverrideStore, Policies};
use crate::rule_trace;
use crate::unreadable::readable;
use crate::use_case_error::UseCaseError;

/// A decision, what is known about its inputs now, and the copies that keep a bot.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The decision.
    pub decision: Decision,
    /// Its calendar; none if it is not stored any more, or cannot be read.
    pub record: Option<CalendarRecord>,
    /// The overrides and the pause of the calendar's owner, and what people chose for the whole
    /// meeting.
    pub overrides: Overrides,
    /// The active policy.
    pub active_revision: PolicyRevision,
    /// The rules that were tested; none if the policy that decided is not stored any more.
    pub rules: Option<RuleTrace>,
    /// Other copies of the meeting that keep a bot in it.
    pub kept_by: Vec<KeptBy>,
    /// Problems of stored rows that cannot be read.
    pub unreadable: Vec<String>,
}

/// Explains the decision on an event.
///
/// # Errors
/// If no event or several have this name, the decision cannot be read, or a collaborator fails.
pub async fn explain<S, D>(
    state: &S,
    decisions: &D,
    event: &EventName,
    now: Timestamp,
) -> Result<Explained, UseCaseError>
where
    S: Calendars + OverrideStore + Policies,
    D: Decisions,
{
    let decision = find_event(state, decisions, event, now).await?;
    explain_decision(state, decisions, decision).await
}

/// Explains a decision that was read.
///
/// # Errors
/// If a collaborator fails.
pub async fn explain_decision<S, D>(
    state: &S,
    decisions: &D,
    decision: Decision,
) -> Result<Explained, UseCaseError>
where
    S: Calendars + OverrideStore + Policies,
    D: Decisions,
{
    let mut unreadable = Vec::new();
    let record = readable(state.record(&decision.calendar_id).await, &mut unreadable)?;
    let owner = record.as_ref().map_or_else(
        || CalendarOwner::Unknown(decision.calendar_id.clone()),
        |record| record.calendar.owner(),
    );
    let overrides = readable(state.overrides(&owner).await, &mut unreadable)?;
    let with_meetings = with_meetings(state, overrides, [&decision]).await?;
    let overrides = with_meetings.overrides;
    unreadable.extend(with_meetings.unreadable);
    let active_revision = state.active_revision().await?;
    let calendar = record.as_ref().map(|record| &record.calendar);
    let rules = rule_trace(state, &decision, calendar).await;
    let rules = readable(rules, &mut unreadable)?;
    let kept_by = find_kept_by((state, decisions), &decision, &mut unreadable).await?;
    Ok(Explained {
        decision,
        record,
        overrides,
        active_revision,
        rules,
        kept_by,
        unreadable,
    })
}
