//! The copies of a meeting are revised together, since they share a bot.
//!
//! A meeting of five people stands in five calendars, as five events with one
//! `ical_uid`. Where their deduplication keys are the same Recall gives them
//! one bot, configured as the last POST said. So that this does not depend on
//! whose turn comes last, **one copy owns the bot: the one in the calendar of
//! who called the meeting, if it is connected and wants the bot, else the one
//! with the smallest event id**. Every copy wants the owner's configuration.
//!
//! When the owner changes its mind about the configuration, its own POST
//! reconfigures the bot for all. A copy at rest takes note of that without a
//! call; one that has a call to make, or may have one under way, makes it with
//! the new configuration, after which the order of the two does not matter.
//!
//! That note is hearsay until the owner's call went through. If the bot gets
//! another owner before, nobody would make that call: so a new owner that rests
//! on hearsay makes one, unless every other copy's bot was certain.
//!
//! And a copy takes note only while the owner has a call to make. An owner whose
//! call went through may have made it before the copy made its own with what it
//! wanted then, which is what Recall holds: so the copy calls once more.
//!
//! Copies that somebody made by hand have an `ical_uid` of their own, and know
//! nothing of each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::inputs::DecisionInputs;
use super::plan::Plan;
use super::revise::{Judgement, RowChange, revise};
use super::row::Decision;
use super::wanted::{Offer, Wanted};
use crate::event::CalendarEvent;
use crate::id::{DecisionKey, DeduplicationKey};
use crate::revision::OverrideRevision;
use crate::verdict::Verdict;
use jiff::Timestamp;

/// A verdict on an event, and what it was given from.
#[derive(Debug, Clone)]
pub struct Evaluation<'a> {
    /// The event.
    pub event: &'a CalendarEvent,
    /// The verdict.
    pub verdict: Verdict,
    /// What follows from it.
    pub plan: Plan,
    /// What it was given from.
    pub inputs: DecisionInputs,
    /// The latest of what people said about the calendar, as it was read.
    pub overrides_read: OverrideRevision,
}

impl Evaluation<'_> {
    /// Whether the verdict is that an expression failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.verdict.reason().has_failed
    }
}

/// What becomes of the rows of some meetings.
#[derive(Debug, Clone, Default)]
pub struct RevisedCopies {
    /// Rows to write.
    pub writes: Vec<Decision>,
    /// Events of which a later version is stored already.
    pub stale: u32,
    /// Some row was decided by a later calendar, policy or preference: read
    /// them again and decide again.
    pub is_behind: bool,
}

/// Folds verdicts on events into the stored rows, which must be all that have
/// the `ical_uid`s of the events.
#[must_use]
pub fn revise_copies(
    stored: &[Decision],
    evaluated: &[Evaluation<'_>],
    now: Timestamp,
) -> RevisedCopies {
    let rows: BTreeMap<&DecisionKey, &Decision> =
        stored.iter().map(|row| (&row.key, row)).collect();
    let evaluated: Vec<(DecisionKey, &Evaluation<'_>)> = evaluated
        .iter()
        .map(|evaluated| (evaluated.event.key(), evaluated))
        .collect();
    let mut owners = Owners::default();
    let mut fresh = BTreeSet::new();
    for (key, evaluated) in &evaluated {
        let row = rows.get(key).copied();
        if row.is_some_and(|row| evaluated.inputs.event < row.inputs.event) {
            continue;
        }
        fresh.insert(key);
        let is_refused = row.is_some_and(|row| row.is_abandoned() && row.is_seen(evaluated.inputs));
        if let Plan::Bot {
            deduplication_key,
            offer,
            ..
        } = &evaluated.plan
            && !is_refused
        {
            owners.offer(deduplication_key, key, offer);
        }
    }
    for row in stored.iter().filter(|row| !fresh.contains(&row.key)) {
        if let (Wanted::Bot(bot), Some(offer)) = (&row.wanted, &row.offer)
            && row.ends_at > now
            && !row.is_abandoned()
        {
            owners.offer(&bot.deduplication_key, &row.key, offer);
        }
    }
    let mut revised = RevisedCopies::default();
    for (key, evaluated) in &evaluated {
        let evaluation = owners.evaluation(key, evaluated);
        match revise(
            rows.get(key).copied(),
            evaluated.event,
            evaluation,
            evaluated.inputs,
            now,
        ) {
            RowChange::Write(row) => revised.writes.push(*row),
            RowChange::Unchanged => {}
            RowChange::Stale => revised.stale += 1,
            RowChange::Behind => revised.is_behind = true,
        }
    }
    for row in stored
        .iter()
        .filter(|row| !fresh.contains(&row.key) && row.ends_at > now)
    {
        revised.writes.extend(owners.follow(row));
    }
    owners.confirm(stored, &mut revised.writes);
    revised
}

/// What becomes of the rows of a meeting of which `retired` ones want nothing
/// any more: they are written, and so are copies whose bot has another owner now.
#[must_use]
pub fn retire_copies(stored: &[Decision], retired: Vec<Decision>, now: Timestamp) -> Vec<Decision> {
    let gone: BTreeSet<DecisionKey> = retired.iter().map(|row| row.key.clone()).collect();
    let left = || {
        stored
            .iter()
            .filter(|row| !gone.contains(&row.key) && row.ends_at > now)
    };
    let mut owners = Owners::default();
    for row in left().filter(|row| !row.is_abandoned()) {
        if let (Wanted::Bot(bot), Some(offer)) = (&row.wanted, &row.offer) {
            owners.offer(&bot.deduplication_key, &row.key, offer);
        }
    }
    let mut writes = retired;
    writes.extend(left().filter_map(|row| owners.follow(row)));
    owners.confirm(stored, &mut writes);
    writes
}

/// Who owns the bot of each key.
#[derive(Default)]
struct Owners<'a>(HashMap<&'a DeduplicationKey, (&'a DecisionKey, &'a Offer)>);

impl<'a> Owners<'a> {
    fn offer(&mut self, bot: &'a DeduplicationKey, copy: &'a DecisionKey, offer: &'a Offer) {
        let rank =
            |(copy, offer): (&'a DecisionKey, &Offer)| (!offer.is_organizers, &copy.event_id);
        let owner = self.0.entry(bot).or_insert((copy, offer));
        if rank((copy, offer)) < rank(*owner) {
            *owner = (copy, offer);
        }
    }

    fn evaluation(&self, copy: &DecisionKey, evaluated: &Evaluation<'_>) -> Judgement {
        let verdict = evaluated.verdict.clone();
        let Plan::Bot {
            deduplication_key,
            offer,
            ..
        } = &evaluated.plan
        else {
            return Judgement {
                verdict,
                wanted: Wanted::Nothing,
                offer: None,
                is_follower: false,
                overrides_read: evaluated.overrides_read,
            };
        };
        let owner = self.0.get(deduplication_key);
        let settled = owner.map_or(offer, |(_, offer)| offer);
        Judgement {
            verdict,
            wanted: evaluated.plan.wanted(&settled.config),
            offer: Some(offer.clone()),
            is_follower: owner.is_some_and(|(owner, _)| *owner != copy),
            overrides_read: evaluated.overrides_read,
        }
    }

    /// The row with the configuration of its bot's owner, if it has another.
    fn follow(&self, row: &Decision) -> Option<Decision> {
        let Wanted::Bot(bot) = &row.wanted else {
            return None;
        };
        let (owner, offer) = self.0.get(&bot.deduplication_key)?;
        if bot.config == offer.config {
            return None;
        }
        Some(row.clone().reconfigured(&offer.config, **owner == row.key))
    }

    /// Has new owners that rest on hearsay make a call, if another copy's call
    /// may be outstanding that will not be made any more.
    fn confirm(&self, stored: &[Decision], writes: &mut Vec<Decision>) {
        let mut before = Owners::default();
        let mut outstanding: Vec<(&DeduplicationKey, &DecisionKey)> = Vec::new();
        for row in stored {
            let Wanted::Bot(bot) = &row.wanted else {
                continue;
            };
            if let Some(offer) = &row.offer {
                before.offer(&bot.deduplication_key, &row.key, offer);
            }
            if !row.is_certain() {
                outstanding.push((&bot.deduplication_key, &row.key));
            }
        }
        for (bot, (owner, _)) in &self.0 {
            let is_new = before.0.get(bot).is_some_and(|(before, _)| before != owner);
            let is_anothers =
                |(key, copy): &(&DeduplicationKey, &DecisionKey)| key == bot && copy != owner;
            if !is_new || !outstanding.iter().any(is_anothers) {
                continue;
            }
            let is_written = writes.iter().any(|row| row.key == **owner);
            if !is_written {
                writes.extend(
                    stored
                        .iter()
                        .filter(|row| row.key == **owner && row.is_unconfirmed())
                        .cloned(),
                );
            }
            let written = writes.iter_mut().filter(|row| row.key == **owner);
            for row in written.filter(|row| row.is_unconfirmed()) {
                *row = row.clone().requiring_call();
            }
        }
        self.doubt(stored, writes);
    }

    /// Has copies that have just taken note of a configuration call for it, if
    /// their bot's owner has no call to make.
    fn doubt(&self, stored: &[Decision], writes: &mut [Decision]) {
        let is_certain = |key: &DecisionKey| {
            let row = writes.iter().find(|row| row.key == *key);
            let row = row.or_else(|| stored.iter().find(|row| row.key == *key));
            row.is_some_and(Decision::is_certain)
        };
        let doubted: BTreeSet<DecisionKey> = writes
            .iter()
            .filter(|row| row.is_unconfirmed())
            .filter(|row| {
                let before = stored.iter().find(|before| before.key == row.key);
                before.is_none_or(|before| before.generation != row.generation)
            })
            .filter(|row| {
                let Wanted::Bot(bot) = &row.wanted else {
                    return false;
                };
                let owner = self.0.get(&bot.deduplication_key);
                owner.is_some_and(|(owner, _)| **owner != row.key && is_certain(owner))
            })
            .map(|row| row.key.clone())
            .collect();
        for row in writes.iter_mut().filter(|row| doubted.contains(&row.key)) {
            *row = row.clone().requiring_call();
        }
    }
}
