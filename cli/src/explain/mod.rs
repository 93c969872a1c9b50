//! Why a meeting is recorded or not, and how far that is carried out.

mod shape;
#[cfg(test)]
mod tests;
mod text;

use callsheet_app::ports::{Calendars, Decisions, OverrideStore, Policies};
use callsheet_domain::{
    Applied, BotConfig, CalendarRecord, CallRecord, Decision, EventId, FactValue, Override,
    Overrides, Person, PolicyRevision, RecordedResult, RuleName, Step, Timestamp, Wanted,
};
use serde_json::{Value, json};

use crate::error::CliError;
use crate::overrides::unknown;
use shape::{
    AppliedShown, BotShown, CalendarShown, CallShown, Explained, PauseShown, Revisions, SaidAbout,
    Seen, WantedShown,
};

/// Explains the decision on an event.
pub(crate) async fn explain<S, D>(
    state: &S,
    decisions: &D,
    event: &EventId,
    now: Timestamp,
) -> Result<Explained, CliError>
where
    S: Calendars + OverrideStore + Policies,
    D: Decisions,
{
    let decision = decisions.of_event(event).await?;
    let decision = decision.ok_or_else(|| unknown(event))?;
    let record = state.record(&decision.calendar_id).await?;
    let overrides = state.overrides(&decision.calendar_id).await?;
    let active_revision = state.active_revision().await?;
    Ok(explained(
        &decision,
        record.as_ref(),
        &overrides,
        active_revision,
        now,
    ))
}

fn explained(
    decision: &Decision,
    record: Option<&CalendarRecord>,
    overrides: &Overrides,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Explained {
    let (reason, seen) = (decision.verdict.reason(), decision.inputs);
    let override_revision = overrides.for_decision(decision);
    let revisions = |seen: u64, newest: u64| Revisions {
        seen,
        newest: newest.max(seen),
    };
    let calendar = record.map(|record| &record.calendar);
    let said = |about, word: Option<&Override>| word.map(|word| said_about(about, word));
    Explained {
        event_id: decision.key.event_id.to_string(),
        ical_uid: decision.key.ical_uid.to_string(),
        calendar: CalendarShown {
            id: decision.calendar_id.to_string(),
            owner: calendar.and_then(|known| Some(known.email.as_ref()?.as_str().to_owned())),
            status: calendar.map(|known| known.status.as_str()),
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
            .map(|(fact, value)| (fact.name(), fact_shown(value)))
            .collect(),
        has_failed: reason.has_failed,
        seen: Seen {
            event_changed_at: seen.event,
            calendar: revisions(
                seen.calendar.0,
                record.map_or(0, |record| record.revision.0),
            ),
            policy: revisions(seen.policy.0, active_revision.0),
            overrides: revisions(seen.overrides.0, override_revision.revision().0),
        },
        said: [
            said("event", override_revision.event),
            said("series", override_revision.series),
        ]
        .into_iter()
        .flatten()
        .collect(),
        paused: override_revision
            .pause
            .filter(|pause| pause.until > now)
            .map(|pause| PauseShown {
                until: pause.until,
                by: pause.actor_name().to_owned(),
            }),
        bot: bot(decision),
    }
}

fn said_about(about: &'static str, word: &Override) -> SaidAbout {
    SaidAbout {
        about,
        choice: word.choice.as_str(),
        by: word.actor_name().to_owned(),
        at: word.at,
    }
}

fn bot(decision: &Decision) -> BotShown {
    let wanted = match &decision.wanted {
        Wanted::Nothing => None,
        Wanted::Bot(bot) => Some(bot),
    };
    let applied = match &decision.applied {
        Applied::Nothing => AppliedShown::Nothing,
        Applied::Uncertain(_) => AppliedShown::Uncertain,
        Applied::TooMany(_) => AppliedShown::TooMany,
        Applied::Dispatched(bot) => AppliedShown::Dispatched {
            bot_id: bot.bot_id.as_ref().map(ToString::to_string),
        },
        Applied::Bot(bot) => {
            let bot_id = bot.bot_id.as_ref().map(ToString::to_string);
            if wanted.is_some_and(|wanted| bot.is(wanted)) {
                AppliedShown::AsWanted { bot_id }
            } else {
                let joins_at = bot.starts_at;
                AppliedShown::Another { bot_id, joins_at }
            }
        }
    };
    let abandoned = decision
        .abandoned
        .as_ref()
        .filter(|_| decision.is_abandoned());
    BotShown {
        wanted: wanted.map(|bot| WantedShown {
            joins_at: bot.starts_at,
            name: name(&bot.config),
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
        calls: decision.history.calls().iter().map(call).collect(),
    }
}

fn call(made: &CallRecord) -> CallShown {
    let (outcome, reason) = match &made.outcome {
        RecordedResult::Done => ("done", None),
        RecordedResult::Again(reason) => ("again", Some(reason.clone())),
        RecordedResult::Refused(reason) => ("refused", Some(reason.clone())),
        RecordedResult::Blocked(reason) => ("blocked", Some(reason.clone())),
        RecordedResult::Dispatched => ("dispatched", None),
    };
    CallShown {
        at: made.at,
        call: made.operation.as_str(),
        cause: made.cause.as_str(),
        outcome,
        reason,
        is_late: made.is_late,
    }
}

fn name(config: &BotConfig) -> Option<String> {
    let name = config.json().get("bot_name")?.as_str()?;
    Some(name.to_owned())
}

fn fact_shown(value: &FactValue) -> Value {
    match value {
        FactValue::Unknown => Value::Null,
        FactValue::Flag(flag) => json!(flag),
        FactValue::Number(number) => json!(number),
        FactValue::Text(text) => json!(text),
        FactValue::Texts(texts) => json!(texts),
        FactValue::People(people) => people.iter().map(person).collect(),
    }
}

fn person(person: &Person) -> Value {
    json!({
        "address": person.email.as_str(),
        "response": person.response.as_str(),
        "optional": person.is_optional,
        "resource": person.is_resource,
        "organizer": person.is_organizer,
    })
}
