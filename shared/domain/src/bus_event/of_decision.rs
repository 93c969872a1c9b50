//! The events of a write of a decision.

use jiff::Timestamp;

use crate::bus_event::bot_change::BotChange;
use crate::bus_event::content::{BusContent, BusEvent, BusMeeting, BusVerdict};
use crate::decision::Decision;
use crate::id::BotId;
use crate::outcome::{Outcome, OutcomeClass, Phase};
use crate::verdict::Verdict;

/// The events of the write that left `after` in place of `before`, `at` that instant.
///
/// A superseded row tells nothing: the row that supersedes it tells of the meeting under its
/// new `ical_uid`, and of the bot that it took over.
#[must_use]
pub fn decision_events(
    before: Option<&Decision>,
    after: &Decision,
    at: Timestamp,
) -> Vec<BusEvent> {
    if after.is_superseded() {
        return Vec::new();
    }
    let before = before.filter(|row| !row.is_superseded());
    let told = [
        verdict_change(before, after),
        bot_change(before, after),
        abandonment(before, after),
        outcome_change(before, after),
    ];
    let key = [after.key.ical_uid.as_str(), after.key.event_id.as_str()];
    let told = told.into_iter().flatten();
    let told = told.map(|content| content.told(&key, after.version, at));
    told.chain(new_alerts(before, after, at)).collect()
}

/// The alerts that the write gave the row. One write may give several, so the kind of the alert
/// is part of the event's id.
fn new_alerts(
    before: Option<&Decision>,
    after: &Decision,
    at: Timestamp,
) -> impl Iterator<Item = BusEvent> {
    let told = before.map_or(&[][..], |row| row.life.alerts.all());
    let alerts = after.life.alerts.all().iter();
    let new = alerts.filter(|alert| !told.contains(alert));
    new.map(move |alert| {
        let content = BusContent::MeetingAtRisk {
            meeting: BusMeeting::of(after),
            alert: alert.clone(),
        };
        let [meeting, event] = [after.key.ical_uid.as_str(), after.key.event_id.as_str()];
        content.told(&[meeting, event, alert.kind.as_str()], after.version, at)
    })
}

fn verdict_change(before: Option<&Decision>, after: &Decision) -> Option<BusContent> {
    let (before, verdict) = (before.map(verdict), verdict(after));
    (before.as_ref() != Some(&verdict)).then(|| BusContent::DecisionChanged {
        meeting: BusMeeting::of(after),
        verdict,
        before,
    })
}

fn verdict(row: &Decision) -> BusVerdict {
    BusVerdict {
        is_record: matches!(row.verdict, Verdict::Record(_)),
        rule: row.verdict.reason().rule.clone(),
        starts_at: row.starts_at,
        ends_at: row.ends_at,
    }
}

fn bot_change(before: Option<&Decision>, after: &Decision) -> Option<BusContent> {
    let meeting = BusMeeting::of(after);
    let change = BotChange::of(before.map(|row| &row.applied), &after.applied)?;
    Some(match change {
        BotChange::Scheduled { bot, replaces } => BusContent::BotScheduled {
            meeting,
            bot,
            replaces,
        },
        BotChange::Moved { bot, before } => BusContent::BotMoved {
            meeting,
            bot,
            before,
        },
        BotChange::Removed { bot } => BusContent::BotRemoved {
            meeting,
            verdict: verdict(after),
            bot,
        },
    })
}

fn abandonment(before: Option<&Decision>, after: &Decision) -> Option<BusContent> {
    let of = |row: &Decision| row.abandoned.clone().filter(|_| row.is_abandoned());
    let abandoned = of(after)?;
    let was_told = before
        .and_then(of)
        .is_some_and(|before| before == abandoned);
    (!was_told).then(|| BusContent::BotAbandoned {
        meeting: BusMeeting::of(after),
        last_call: after.history.calls().last().cloned(),
        reason: abandoned.reason,
    })
}

fn outcome_change(before: Option<&Decision>, after: &Decision) -> Option<BusContent> {
    let outcome = after.bot_outcome()?;
    let was_told = before
        .and_then(Decision::bot_outcome)
        .is_some_and(|before| told(before) == told(outcome));
    (!was_told).then(|| BusContent::OutcomeChanged {
        meeting: BusMeeting::of(after),
        outcome: Box::new(outcome.clone()),
    })
}

/// What is told of an outcome: another status that changes none of it is no event.
fn told(outcome: &Outcome) -> (&BotId, Phase, Option<OutcomeClass>, Option<&str>, bool) {
    let Outcome { bot_id, .. } = outcome;
    let (phase, class) = (outcome.phase(), outcome.class());
    (bot_id, phase, class, outcome.sub_code(), outcome.is_final())
}
