//! Explains why a meeting is or is not recorded, and the state of its bot.

use std::cmp::Reverse;

use callsheet_domain::{
    CalendarOwner, CalendarRecord, Decision, LoggedAction, LoggedActionKind, Overrides,
    PolicyRevision, RuleTrace, Timestamp,
};

use crate::PortError;
use crate::events::{EventName, find_event};
pub use crate::kept_by::KeptBy;
use crate::kept_by::find_kept_by;
use crate::meetings::with_meetings;
use crate::ports::{ActionLog, Calendars, Decisions, OverrideStore, Policies};
use crate::rule_trace;
use crate::unreadable::readable;
use crate::use_case_error::UseCaseError;

/// Entries of the log of a calendar and its owner among which choices for an event are looked for.
const MOST_ACTIONS: usize = 500;
/// Choices for a meeting that are read: as many as people may make for one.
const MOST_OF_MEETING: usize = 300;

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
    /// What people chose for the event, its series and its whole meeting, newest first, as far as
    /// it is among the last 500 things that were done in the calendar and for its owner, and among
    /// the last 300 choices for the meeting.
    pub choices: Vec<LoggedAction>,
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
    S: ActionLog + Calendars + OverrideStore + Policies,
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
    S: ActionLog + Calendars + OverrideStore + Policies,
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
    let choices = choices(state, (&decision, &owner), &mut unreadable).await?;
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
        choices,
        kept_by,
        unreadable,
    })
}

/// What people chose for the event of a decision, newest first.
async fn choices<S: ActionLog>(
    state: &S,
    (decision, owner): (&Decision, &CalendarOwner),
    unreadable: &mut Vec<String>,
) -> Result<Vec<LoggedAction>, PortError> {
    let calendar = &decision.calendar_id;
    let of_owner = state.actions_in(calendar, owner, None, MOST_ACTIONS);
    let of_owner = of_owner.await?;
    let name = decision.meeting_name();
    let of_meeting = state.actions_for(&name, None, MOST_OF_MEETING).await?;
    unreadable.extend(of_owner.unreadable);
    unreadable.extend(of_meeting.unreadable);
    let of_owner = of_owner.entries.into_iter().map(|entry| entry.action);
    let is_for_event = |action: &LoggedAction| match &action.what {
        LoggedActionKind::Override { scope, .. } => scope.includes(
            decision.platform_id.as_ref(),
            decision.series.as_ref(),
            &decision.key.ical_uid,
        ),
        _ => false,
    };
    let of_meeting = of_meeting.entries.into_iter().map(|entry| entry.action);
    let mut choices: Vec<_> = of_owner.filter(is_for_event).chain(of_meeting).collect();
    choices.sort_by_key(|action| Reverse(action.at));
    Ok(choices)
}
