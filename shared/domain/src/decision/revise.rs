//! What a new view makes of a stored decision.
//!
//! Looks overlap, messages repeat and arrive out of order, so the same event
//! is seen several times, sometimes an old version after a newer one. Here is
//! the one place that says which view wins. Writing is compare-and-swap on the
//! row's version, so a view that was revised against an outdated row is
//! revised again, and the order below holds whoever writes when:
//!
//! - an event older than the one stored changes nothing ([`RowChange::Stale`]);
//! - a calendar, policy or preference older than the stored one must be read
//!   again first ([`RowChange::Behind`]): the event may still be news;
//! - what says the same as the row costs no write ([`RowChange::Unchanged`]).

use super::applied::Applied;
use super::history::History;
use super::inputs::DecisionInputs;
use super::row::{Attempts, Decision};
use super::wanted::{Offer, Wanted};
use crate::event::CalendarEvent;
use crate::revision::{CalendarRevision, Generation, OverrideRevision, Version};
use crate::verdict::{RuleName, Verdict};
use jiff::Timestamp;

/// What becomes of a stored decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChange {
    /// Write this one.
    Write(Box<Decision>),
    /// Nothing to write.
    Unchanged,
    /// A later version of the event is stored already.
    Stale,
    /// A later calendar, policy or preference was decided by: read them again and decide again.
    Behind,
}

/// What was decided about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether to record, and why.
    pub verdict: Verdict,
    /// What should be at Recall.
    pub wanted: Wanted,
    /// What this copy of the meeting brings to the bot it shares.
    pub offer: Option<Offer>,
    /// Another copy owns that bot, so its configuration is for the other one to bring about.
    pub is_follower: bool,
    /// The latest of what people said about the calendar, as it was read.
    /// What of it concerns the event may be older than what concerned it
    /// before: it may have left a series that somebody spoke about.
    pub overrides_read: OverrideRevision,
}

/// Folds a judgement on `event`, made from `inputs`, into what is `stored`.
///
/// A meeting that is over and was never due is not worth a row, and one that
/// is over keeps the row that says what became of it.
#[must_use]
pub fn revise(
    stored: Option<&Decision>,
    event: &CalendarEvent,
    evaluation: Judgement,
    inputs: DecisionInputs,
    now: Timestamp,
) -> RowChange {
    let Judgement {
        verdict,
        wanted,
        offer,
        is_follower,
        overrides_read,
    } = evaluation;
    if let Some(stored) = stored {
        if inputs.event < stored.inputs.event {
            return RowChange::Stale;
        }
        // Calendars count each for themselves, so what was seen of another one says nothing.
        let is_moved = event.calendar_id != stored.calendar_id;
        let is_behind =
            inputs.calendar < stored.inputs.calendar || overrides_read < stored.inputs.overrides;
        if inputs.policy < stored.inputs.policy || (is_behind && !is_moved) {
            return RowChange::Behind;
        }
    }
    let is_past = stored.is_none_or(|stored| stored.ends_at <= now);
    let is_finished = event.ends_at <= now || verdict.reason().rule == RuleName::OVER;
    if is_finished && is_past {
        return RowChange::Unchanged;
    }
    let revised = match stored {
        Some(stored) => {
            let known = doubted(stored.clone(), event, inputs);
            let described = described(known, event, verdict, inputs);
            let mut revised = match &wanted {
                Wanted::Bot(bot) if is_follower && described.wants_but_for_configuration(bot) => {
                    described.reconfigured(&bot.config, false)
                }
                _ => described.wanting(wanted),
            };
            revised.offer = offer;
            revised
        }
        None if event.is_deleted => return RowChange::Unchanged,
        None => Decision {
            offer,
            ..fresh(event, verdict, wanted, inputs)
        },
    };
    let revised = if event.is_deleted {
        without_bot(revised)
    } else {
        revised
    };
    if stored == Some(&revised) {
        RowChange::Unchanged
    } else {
        RowChange::Write(Box::new(revised))
    }
}

/// What becomes of `stored` when its calendar is disconnected or gone: nothing
/// is wanted, and Recall has dropped the bots itself.
#[must_use]
pub fn retire(stored: &Decision, reason: Verdict, calendar: CalendarRevision) -> RowChange {
    if calendar < stored.inputs.calendar {
        return RowChange::Behind;
    }
    let mut retired = without_bot(stored.clone().wanting(Wanted::Nothing));
    retired.offer = None;
    retired.verdict = reason;
    retired.inputs.calendar = calendar;
    if *stored == retired {
        RowChange::Unchanged
    } else {
        RowChange::Write(Box::new(retired))
    }
}

fn fresh(
    event: &CalendarEvent,
    verdict: Verdict,
    wanted: Wanted,
    inputs: DecisionInputs,
) -> Decision {
    Decision {
        key: event.key(),
        calendar_id: event.calendar_id.clone(),
        platform_id: event.platform_id.clone(),
        series: event.facts.series.clone(),
        starts_at: event.starts_at,
        ends_at: event.ends_at,
        title: event.facts.title.clone(),
        verdict,
        inputs,
        wanted,
        offer: None,
        applied: Applied::Nothing,
        generation: Generation(1),
        attempts: Attempts::default(),
        history: History::default(),
        abandoned: None,
        version: Version::NEW,
    }
}

fn described(
    mut stored: Decision,
    event: &CalendarEvent,
    verdict: Verdict,
    inputs: DecisionInputs,
) -> Decision {
    // What was refused for good was refused for one version of the event and its calendar.
    if inputs.event > stored.inputs.event || inputs.calendar > stored.inputs.calendar {
        stored.abandoned = None;
    }
    stored.calendar_id = event.calendar_id.clone();
    stored.platform_id.clone_from(&event.platform_id);
    stored.series.clone_from(&event.facts.series);
    stored.starts_at = event.starts_at;
    stored.ends_at = event.ends_at;
    stored.title.clone_from(&event.facts.title);
    stored.verdict = verdict;
    stored.inputs = inputs;
    stored
}

/// A calendar that has changed may have been disconnected meanwhile and have
/// lost its bots. Then what Recall lists with the event goes before what is known.
fn doubted(mut stored: Decision, event: &CalendarEvent, inputs: DecisionInputs) -> Decision {
    if inputs.calendar > stored.inputs.calendar
        && let Applied::Bot(bot) = &stored.applied
        && !event.bots.iter().any(|entry| {
            entry.deduplication_key == bot.deduplication_key && entry.starts_at == bot.starts_at
        })
    {
        stored.applied = Applied::Uncertain(bot.clone());
    }
    stored
}

/// Recall drops the bots of deleted events and lost calendars by itself, and
/// what a call for them would answer is unknown: so none is made.
fn without_bot(mut decision: Decision) -> Decision {
    decision.applied = Applied::Nothing;
    decision
}
