//! Explains why a meeting is or is not recorded, and the state of its bot.

mod explanation;
mod keepers;
#[cfg(test)]
mod tests;
mod text;

use callsheet_app::ports::{Calendars, Decisions, OverrideStore, Policies};
use callsheet_domain::{
    ApplicableOverrides, Applied, BotConfig, CalendarOwner, CalendarRecord, CallRecord, Decision,
    EventId, FactValue, Override, Overrides, Person, PolicyRevision, RecordedResult, RuleName,
    Step, Timestamp, Wanted, WantedBot,
};
use serde_json::{Value, json};

use crate::error::CliError;
use crate::find_decision::find_decision;
use crate::unreadable::readable;
use crate::workspace::Workspace;
use explanation::{
    AppliedState, BotState, CalendarSummary, CallSummary, Explanation, InputRevisions,
    OverrideSummary, PauseSummary, Revisions, WantedSummary,
};
use keepers::find_keepers;

/// Explains the decision on an event.
pub(crate) async fn run(
    workspace: &Workspace,
    event: &EventId,
    now: Timestamp,
) -> Result<Explanation, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    explain(&state, &decisions, event, now).await
}

async fn explain<S, D>(
    state: &S,
    decisions: &D,
    event: &EventId,
    now: Timestamp,
) -> Result<Explanation, CliError>
where
    S: Calendars + OverrideStore + Policies,
    D: Decisions,
{
    let decision = find_decision(decisions, event).await?;
    let mut unreadable = Vec::new();
    let record = readable(state.record(&decision.calendar_id).await, &mut unreadable)?;
    let owner = record.as_ref().map_or_else(
        || CalendarOwner::Unknown(decision.calendar_id.clone()),
        |record| record.calendar.owner(),
    );
    let overrides = readable(state.overrides(&owner).await, &mut unreadable)?;
    let active_revision = state.active_revision().await?;
    let explanation = explanation(&decision, record.as_ref(), &overrides, active_revision, now);
    let kept_by = find_keepers((state, decisions), &decision, &mut unreadable).await?;
    Ok(Explanation {
        unreadable,
        bot: BotState {
            kept_by,
            ..explanation.bot
        },
        ..explanation
    })
}

fn explanation(
    decision: &Decision,
    record: Option<&CalendarRecord>,
    overrides: &Overrides,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Explanation {
    let reason = decision.verdict.reason();
    let overrides = overrides.for_decision(decision);
    let calendar = record.map(|record| &record.calendar);
    Explanation {
        event_id: decision.key.event_id.to_string(),
        ical_uid: decision.key.ical_uid.to_string(),
        calendar: CalendarSummary {
            id: decision.calendar_id.to_string(),
            owner: calendar.and_then(|calendar| Some(calendar.email.as_ref()?.as_str().to_owned())),
            status: calendar.map(|calendar| calendar.status.as_str()),
        },
        title: decision.title.clone(),
        starts_at: decision.starts_at,
        ends_at: decision.ends_at,
        is_over: decision.ends_at <= now || reason.rule == RuleName::OVER,
        verdict: decision.verdict.as_str(),
        rule: reason.rule.to_string(),
        reason: reason.reason.clone(),
        facts: reason
            .facts
            .iter()
            .map(|(fact, value)| (fact.name(), fact_json(value)))
            .collect(),
        expression_failed: reason.has_failed,
        inputs: input_revisions(decision, record, &overrides, active_revision),
        overrides: [("event", overrides.event), ("series", overrides.series)]
            .into_iter()
            .filter_map(|(scope, stored)| Some(override_summary(scope, stored?)))
            .collect(),
        pause: overrides
            .pause
            .filter(|pause| pause.until > now)
            .map(|pause| PauseSummary {
                until: pause.until,
                by: pause.actor_name().to_owned(),
            }),
        bot: bot_state(decision),
        unreadable: Vec::new(),
    }
}

fn input_revisions(
    decision: &Decision,
    record: Option<&CalendarRecord>,
    overrides: &ApplicableOverrides<'_>,
    active_revision: PolicyRevision,
) -> InputRevisions {
    let inputs = decision.inputs;
    let revisions = |used: u64, newest: u64| Revisions {
        used,
        newest: newest.max(used),
    };
    InputRevisions {
        event_changed_at: inputs.event,
        calendar: revisions(
            inputs.calendar.0,
            record.map_or(0, |record| record.revision.0),
        ),
        policy: revisions(inputs.policy.0, active_revision.0),
        overrides: revisions(inputs.overrides.0, overrides.revision().0),
    }
}

fn override_summary(scope: &'static str, stored: &Override) -> OverrideSummary {
    OverrideSummary {
        scope,
        choice: stored.choice.as_str(),
        by: stored.actor_name().to_owned(),
        at: stored.at,
    }
}

fn bot_state(decision: &Decision) -> BotState {
    let wanted = match &decision.wanted {
        Wanted::Nothing => None,
        Wanted::Bot(bot) => Some(bot.as_ref()),
    };
    let applied = applied_state(&decision.applied, wanted);
    let abandoned = decision
        .abandoned
        .as_ref()
        .filter(|_| decision.is_abandoned());
    BotState {
        wanted: wanted.map(|bot| WantedSummary {
            joins_at: bot.starts_at,
            name: bot_name(&bot.config),
        }),
        applied,
        step: match decision.step() {
            Step::Nothing => "nothing",
            Step::Schedule(_) => "schedule",
            Step::Unschedule(_) => "unschedule",
            Step::Find(_) => "find",
            Step::Leave(..) => "leave",
        },
        attempts: decision.attempts.count,
        not_before: decision.attempts.not_before,
        last_error: decision.attempts.last_error.clone(),
        abandoned: abandoned.map(|abandoned| abandoned.reason.clone()),
        calls: decision.history.calls().iter().map(call_summary).collect(),
        kept_by: Vec::new(),
    }
}

fn applied_state(applied: &Applied, wanted: Option<&WantedBot>) -> AppliedState {
    match applied {
        Applied::Nothing => AppliedState::Nothing,
        Applied::Uncertain(_) => AppliedState::Uncertain,
        Applied::TooMany(_) => AppliedState::TooMany,
        Applied::Dispatched(bot) => AppliedState::Dispatched {
            bot_id: bot.bot_id.as_ref().map(ToString::to_string),
        },
        Applied::Bot(bot) => {
            let bot_id = bot.bot_id.as_ref().map(ToString::to_string);
            if wanted.is_some_and(|wanted| bot.is(wanted)) {
                AppliedState::AsWanted { bot_id }
            } else {
                let joins_at = bot.starts_at;
                AppliedState::Another { bot_id, joins_at }
            }
        }
    }
}

fn call_summary(call: &CallRecord) -> CallSummary {
    let (outcome, reason) = match &call.outcome {
        RecordedResult::Done => ("done", None),
        RecordedResult::Again(reason) => ("again", Some(reason.clone())),
        RecordedResult::Refused(reason) => ("refused", Some(reason.clone())),
        RecordedResult::Blocked(reason) => ("blocked", Some(reason.clone())),
        RecordedResult::Dispatched => ("dispatched", None),
    };
    CallSummary {
        at: call.at,
        call: call.operation.as_str(),
        cause: call.cause.as_str(),
        outcome,
        reason,
        is_late: call.is_late,
    }
}

fn bot_name(config: &BotConfig) -> Option<String> {
    let name = config.json().get("bot_name")?.as_str()?;
    Some(name.to_owned())
}

fn fact_json(value: &FactValue) -> Value {
    match value {
        FactValue::Unknown => Value::Null,
        FactValue::Flag(flag) => json!(flag),
        FactValue::Number(number) => json!(number),
        FactValue::Text(text) => json!(text),
        FactValue::Texts(texts) => json!(texts),
        FactValue::People(people) => people.iter().map(person_json).collect(),
    }
}

fn person_json(person: &Person) -> Value {
    json!({
        "address": person.email.as_str(),
        "response": person.response.as_str(),
        "optional": person.is_optional,
        "resource": person.is_resource,
        "organizer": person.is_organizer,
    })
}
