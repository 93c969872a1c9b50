//! Folds an evaluation of an event into the stored decision.
//!
//! Syncs overlap, and messages are repeated and arrive out of order, so the same event
//! is evaluated several times, sometimes an old version after a newer one. This module
//! is the one place that says which evaluation wins. Rows are written by
//! compare-and-swap on their version: an evaluation that was folded into an outdated
//! row is folded again, and the order below holds whichever write comes first.
//!
//! - An event older than the stored one changes nothing ([`RowChange::Stale`]).
//! - A calendar, policy or override older than the stored one must be read again first
//!   ([`RowChange::Behind`]): the event itself may still be newer.
//! - An evaluation that agrees with the row costs no write ([`RowChange::Unchanged`]).

use jiff::Timestamp;

use crate::decision::applied::Applied;
use crate::decision::begun::link_of;
use crate::decision::evaluation::Evaluation;
use crate::decision::history::History;
use crate::decision::inputs::DecisionInputs;
use crate::decision::platform::platform_of;
use crate::decision::row::{Attempts, Decision};
use crate::decision::verdicts::{PastVerdict, PastVerdicts};
use crate::decision::wanted::{Offer, Wanted};
use crate::event::CalendarEvent;
use crate::outcome::BotLife;
use crate::revision::{CalendarRevision, Generation, Version};
use crate::verdict::{RuleName, Verdict};

/// The change of a stored decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChange {
    /// Write this row.
    Write(Box<Decision>),
    /// Nothing to write.
    Unchanged,
    /// A later version of the event is stored already.
    Stale,
    /// The row was decided from a later calendar, policy or override: read these again and
    /// evaluate again.
    Behind,
}

/// Folds an evaluation into the `stored` row. `wanted` is the evaluation's bot with the
/// configuration of the copy that owns it; `is_follower` says that this is another copy.
///
/// A meeting that is over and was never due gets no row. One that is over keeps the row
/// that says what became of it. Both hold only if Recall lists no bot that would still
/// join: after a move into the past, the row is there to remove it.
#[must_use]
pub fn revise(
    stored: Option<&Decision>,
    evaluation: &Evaluation<'_>,
    wanted: Wanted,
    is_follower: bool,
    now: Timestamp,
) -> RowChange {
    if let Some(outdated) = stored.and_then(|stored| outdated(stored, evaluation)) {
        return outdated;
    }
    let event = evaluation.event;
    let would_join = event.bots.iter().any(|bot| bot.starts_at > now) && !event.is_deleted;
    let is_past = stored.is_none_or(|stored| stored.is_over(now)) && !would_join;
    let is_over = event.ends_at <= now || evaluation.verdict.reason().rule == RuleName::OVER;
    if is_over && is_past {
        return RowChange::Unchanged;
    }
    let mut revised = match stored {
        Some(stored) => updated(stored, evaluation, wanted, is_follower, now),
        None if event.is_deleted => return RowChange::Unchanged,
        None => first(evaluation, wanted),
    };
    revised.offer = evaluation.plan.offer().map(|offer| Offer {
        is_refused: stored.is_some_and(|row| row.has_refused(offer, evaluation.inputs)),
        ..offer.clone()
    });
    if event.is_deleted {
        revised = without_bot(revised);
    }
    changed(stored, revised, now)
}

/// The change from the `stored` row, if there is one, to `revised`, which was made from it at
/// `now`.
pub(super) fn changed(stored: Option<&Decision>, revised: Decision, now: Timestamp) -> RowChange {
    if stored == Some(&revised) {
        return RowChange::Unchanged;
    }
    let mut revised = revised;
    let present = PastVerdict {
        at: now,
        is_recorded: matches!(revised.verdict, Verdict::Record(_)),
        rule: revised.verdict.reason().rule.clone(),
        policy: revised.inputs.policy,
        overrides: revised.inputs.overrides,
    };
    let before = stored.map(|stored| &stored.verdict);
    revised.verdicts = revised.verdicts.with(present, before);
    RowChange::Write(Box::new(revised))
}

/// The change at `now` of a row whose calendar is disconnected or deleted: no bot is wanted, and
/// Recall has removed the bots itself.
#[must_use]
pub fn retire(
    stored: &Decision,
    reason: Verdict,
    calendar: CalendarRevision,
    now: Timestamp,
) -> RowChange {
    if stored.is_superseded() {
        return RowChange::Unchanged;
    }
    if calendar < stored.inputs.calendar {
        return RowChange::Behind;
    }
    let mut retired = without_bot(stored.clone().wanting(Wanted::Nothing));
    retired.offer = None;
    retired.verdict = reason;
    retired.inputs.calendar = calendar;
    changed(Some(stored), retired, now)
}

/// Whether the evaluation was made from something older than the row was.
pub(super) fn outdated(stored: &Decision, evaluation: &Evaluation<'_>) -> Option<RowChange> {
    let (inputs, row) = (evaluation.inputs, stored.inputs);
    if inputs.event < row.event {
        return Some(RowChange::Stale);
    }
    // Each calendar has revisions of its own; those of another calendar are not comparable.
    let is_moved = evaluation.event.calendar_id != stored.calendar_id;
    let is_calendar_behind =
        inputs.calendar < row.calendar || evaluation.overrides_read < row.overrides;
    let is_behind = inputs.policy < row.policy || (is_calendar_behind && !is_moved);
    is_behind.then_some(RowChange::Behind)
}

/// The stored row after an evaluation.
fn updated(
    stored: &Decision,
    evaluation: &Evaluation<'_>,
    wanted: Wanted,
    is_follower: bool,
    now: Timestamp,
) -> Decision {
    let row = uncertain_if_dropped(stored.clone(), evaluation.event, evaluation.inputs, now);
    let row = described(row, evaluation, now);
    let keeps_bot = matches!(&wanted, Wanted::Bot(bot) if row.wants_but_for_configuration(bot));
    if !keeps_bot {
        return row.wanting(wanted);
    }
    // Whoever owns the bot makes the call that reconfigures it.
    if is_follower || !stored.changes_offer(evaluation) {
        return row;
    }
    let row = row.wanting(wanted);
    if stored.is_promoted(evaluation) && !row.has_begun(now) {
        return row.requiring_call();
    }
    row
}

/// The row of an event that has none.
fn first(evaluation: &Evaluation<'_>, wanted: Wanted) -> Decision {
    let event = evaluation.event;
    Decision {
        key: event.key(),
        calendar_id: event.calendar_id.clone(),
        platform_id: event.platform_id.clone(),
        series: event.facts.series.clone(),
        starts_at: event.starts_at,
        ends_at: event.ends_at,
        title: event.facts.short_title(),
        link: link_of(event),
        platform: platform_of(event),
        verdict: evaluation.verdict.clone(),
        inputs: evaluation.inputs,
        wanted,
        offer: None,
        applied: Applied::Nothing,
        had_bot: false,
        outcome: None,
        life: BotLife {
            wished_at: evaluation.wished_at(),
            ..BotLife::default()
        },
        generation: Generation(1),
        attempts: Attempts::default(),
        history: History::default(),
        verdicts: PastVerdicts::default(),
        abandoned: None,
        owner_check: None,
        version: Version::NEW,
    }
}

/// The row with the event's data and the verdict. If the event or its calendar changed,
/// an earlier refusal does not count any more, unless that would send a bot once more into
/// a meeting that has begun.
fn described(mut row: Decision, evaluation: &Evaluation<'_>, now: Timestamp) -> Decision {
    let (event, inputs) = (evaluation.event, evaluation.inputs);
    let is_newer = inputs.event > row.inputs.event || inputs.calendar > row.inputs.calendar;
    let would_rejoin = row.had_bot && row.has_begun(now) && row.is_of_same_call(event);
    if is_newer && !would_rejoin {
        row.abandoned = None;
    }
    row.calendar_id = event.calendar_id.clone();
    row.platform_id.clone_from(&event.platform_id);
    row.series.clone_from(&event.facts.series);
    row.starts_at = event.starts_at;
    row.ends_at = event.ends_at;
    row.title = event.facts.short_title();
    row.link = link_of(event);
    row.platform = platform_of(event);
    row.verdict = evaluation.verdict.clone();
    row.inputs = inputs;
    row.wished_by(evaluation.wished_at())
}

/// A calendar that has changed may have been disconnected meanwhile, and Recall has then
/// removed its bots. So a bot that Recall does not list with the event is uncertain, but not
/// after the start: a bot that has joined may not be listed any more.
fn uncertain_if_dropped(
    mut row: Decision,
    event: &CalendarEvent,
    inputs: DecisionInputs,
    now: Timestamp,
) -> Decision {
    if inputs.calendar > row.inputs.calendar
        && !row.has_begun(now)
        && let Applied::Bot(bot) = &row.applied
        && !event.bots.iter().any(|entry| {
            entry.deduplication_key == bot.deduplication_key && entry.starts_at == bot.starts_at
        })
    {
        row.applied = Applied::Uncertain(bot.clone());
    }
    row
}

/// The row without a call to make: Recall removes the bots of deleted events and of lost
/// calendars itself, and the result of a call for them is undefined.
fn without_bot(mut row: Decision) -> Decision {
    row.applied = Applied::Nothing;
    row
}
