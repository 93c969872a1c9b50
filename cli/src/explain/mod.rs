//! Why a meeting is recorded or not, and how far that is carried out.

#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use callsheet_app::ports::{Calendars, Decisions, Policies, PreferenceBook};
use callsheet_domain::{
    Applied, BotConfig, CalendarRecord, Decision, EventId, FactValue, Person, PolicyRevision,
    Preference, Preferences, RuleName, Step, Timestamp, Wanted,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::prefer::unknown;
use crate::trouble::Trouble;

/// A decision, and what it was made from beside what there is now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Explained {
    pub(crate) event_id: String,
    pub(crate) ical_uid: String,
    pub(crate) calendar: CalendarShown,
    pub(crate) title: Option<String>,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) is_over: bool,
    pub(crate) verdict: &'static str,
    pub(crate) rule: String,
    pub(crate) reason: String,
    /// The facts that decided, by their names in policies.
    pub(crate) facts: BTreeMap<&'static str, Value>,
    /// The rule is an expression that failed.
    pub(crate) has_failed: bool,
    pub(crate) seen: Seen,
    pub(crate) said: Vec<SaidAbout>,
    pub(crate) paused: Option<PauseShown>,
    pub(crate) bot: BotShown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarShown {
    pub(crate) id: String,
    pub(crate) owner: Option<String>,
    pub(crate) status: Option<&'static str>,
}

/// What it was decided from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Seen {
    /// The version of the event, by its last change.
    pub(crate) event_changed_at: Timestamp,
    pub(crate) calendar: Revisions,
    pub(crate) policy: Revisions,
    /// 0 if nobody had spoken.
    pub(crate) preference: Revisions,
}

/// A revision beside the newest there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Revisions {
    pub(crate) seen: u64,
    pub(crate) newest: u64,
}

/// A word that concerns the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SaidAbout {
    /// `event` or `series`.
    pub(crate) about: &'static str,
    pub(crate) word: &'static str,
    pub(crate) by: String,
    pub(crate) at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PauseShown {
    pub(crate) until: Timestamp,
    pub(crate) by: String,
}

/// What is wanted at Recall, and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BotShown {
    pub(crate) wanted: Option<WantedShown>,
    pub(crate) applied: AppliedShown,
    /// What is still to be done.
    pub(crate) step: &'static str,
    pub(crate) attempts: u32,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) last_error: Option<String>,
    /// Why what is wanted was given up on.
    pub(crate) closed: Option<String>,
}

/// A bot without its link, which may carry a passcode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WantedShown {
    pub(crate) joins_at: Timestamp,
    pub(crate) name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum AppliedShown {
    /// No bot.
    Nothing,
    /// The bot that is wanted.
    AsWanted { bot_id: Option<String> },
    /// Another than is wanted.
    Another {
        bot_id: Option<String>,
        joins_at: Timestamp,
    },
    /// Perhaps one.
    InDoubt,
}

/// Explains the decision on an event.
pub(crate) async fn explain<S, D>(
    state: &S,
    decisions: &D,
    event: &EventId,
    now: Timestamp,
) -> Result<Explained, Trouble>
where
    S: Calendars + PreferenceBook + Policies,
    D: Decisions,
{
    let decision = decisions.of_event(event).await?;
    let decision = decision.ok_or_else(|| unknown(event))?;
    let record = state.record(&decision.calendar_id).await?;
    let preferences = state.preferences(&decision.calendar_id).await?;
    let in_force = state.in_force().await?;
    Ok(explained(
        &decision,
        record.as_ref(),
        &preferences,
        in_force,
        now,
    ))
}

fn explained(
    decision: &Decision,
    record: Option<&CalendarRecord>,
    preferences: &Preferences,
    in_force: PolicyRevision,
    now: Timestamp,
) -> Explained {
    let (grounds, seen) = (decision.verdict.grounds(), decision.seen);
    let spoken = preferences.on_decided(decision);
    let revisions = |seen: u64, newest: u64| Revisions {
        seen,
        newest: newest.max(seen),
    };
    let calendar = record.map(|record| &record.calendar);
    let said = |about, word: Option<&Preference>| word.map(|word| said_about(about, word));
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
        is_over: decision.ends_at <= now || grounds.rule == RuleName::OVER,
        verdict: decision.verdict.as_str(),
        rule: grounds.rule.to_string(),
        reason: grounds.reason.clone(),
        facts: grounds
            .facts
            .iter()
            .map(|(fact, value)| (fact.name(), fact_shown(value)))
            .collect(),
        has_failed: grounds.has_failed,
        seen: Seen {
            event_changed_at: seen.event,
            calendar: revisions(
                seen.calendar.0,
                record.map_or(0, |record| record.revision.0),
            ),
            policy: revisions(seen.policy.0, in_force.0),
            preference: revisions(seen.preference.0, spoken.revision().0),
        },
        said: [said("event", spoken.event), said("series", spoken.series)]
            .into_iter()
            .flatten()
            .collect(),
        paused: spoken
            .pause
            .filter(|pause| pause.until > now)
            .map(|pause| PauseShown {
                until: pause.until,
                by: pause.by_whom().to_owned(),
            }),
        bot: bot(decision),
    }
}

fn said_about(about: &'static str, word: &Preference) -> SaidAbout {
    SaidAbout {
        about,
        word: word.word.as_str(),
        by: word.by_whom().to_owned(),
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
        Applied::Possibly(_) => AppliedShown::InDoubt,
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
    let closed = decision.closed.as_ref().filter(|_| decision.is_closed());
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
        },
        attempts: decision.attempts.count,
        not_before: decision.attempts.not_before,
        last_error: decision.attempts.last_error.clone(),
        closed: closed.map(|closed| closed.reason.clone()),
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
        "answer": person.answer.as_str(),
        "optional": person.is_optional,
        "resource": person.is_resource,
        "organizer": person.is_organizer,
    })
}
