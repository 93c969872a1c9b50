//! Revises the copies of a meeting together, since they share a bot.
//!
//! A meeting of five people is in five calendars, as five events with one `ical_uid`.
//! If their deduplication keys are the same, Recall gives them one bot, configured by
//! the last call. So that the configuration does not depend on which call comes last,
//! one copy [owns](super::bot_owners) the bot, and every copy wants the owner's
//! configuration.
//!
//! Each copy is a row of its own, written by compare-and-swap on that row alone. So two
//! workers may each write a copy that the other has not read, and each of these copies
//! owns the bot. Whoever has changed what a copy wants or offers therefore reads the
//! meeting's rows once more and [settles](settle_copies) them: of two such workers, the one
//! that reads last sees both copies.
//!
//! Copies under other `ical_uid`s, such as a Google series and an Outlook occurrence of one
//! link and one start, share the bot too. The rows that own or follow it belong to the rows
//! that are passed here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::bot::BotConfig;
use crate::decision::applied::Applied;
use crate::decision::begun::after_start;
use crate::decision::bot_owners::BotOwners;
use crate::decision::evaluation::Evaluation;
use crate::decision::plan::Plan;
use crate::decision::revise::{RowChange, revise};
use crate::decision::row::Decision;
use crate::id::{DecisionKey, DeduplicationKey};

/// The changes of the rows of some meetings.
#[derive(Debug, Clone, Default)]
pub struct RevisedCopies {
    /// Rows to write.
    pub writes: Vec<Decision>,
    /// The number of events of which a later version is stored already.
    pub stale: u32,
    /// A row was decided from a later calendar, policy or override: read these again and
    /// evaluate again.
    pub is_behind: bool,
}

/// Folds evaluations of events into the stored rows, which must be all rows that have
/// the `ical_uid`s of the events.
#[must_use]
pub fn revise_copies(
    stored: &[Decision],
    evaluated: &[Evaluation<'_>],
    now: Timestamp,
) -> RevisedCopies {
    let rows: BTreeMap<&DecisionKey, &Decision> =
        stored.iter().map(|row| (&row.key, row)).collect();
    let evaluated: Vec<(DecisionKey, Cow<'_, Evaluation<'_>>)> = evaluated
        .iter()
        .map(|evaluation| {
            let key = evaluation.event.key();
            let row = rows.get(&key).copied();
            (key, after_start(evaluation, row, now))
        })
        .collect();
    let fresh: BTreeSet<&DecisionKey> = evaluated
        .iter()
        .filter(|(key, evaluation)| {
            let row = rows.get(key);
            row.is_none_or(|row| evaluation.inputs.event >= row.inputs.event)
        })
        .map(|(key, _)| key)
        .collect();
    let others = || {
        stored
            .iter()
            .filter(|row| !fresh.contains(&row.key) && row.ends_at > now)
    };
    // A changed event is tried once more.
    let is_refusal_kept = |row: &&Decision| {
        let is_refused = row.offer.as_ref().is_some_and(|offer| offer.is_refused);
        let mut of_row = evaluated.iter().filter(|(key, _)| *key == row.key);
        is_refused && of_row.all(|(_, evaluation)| row.is_made_from(evaluation.inputs))
    };
    let mut owners = BotOwners::knowing(stored.iter().filter(is_refusal_kept));
    let fresh_evaluations = evaluated.iter().filter(|(key, _)| fresh.contains(key));
    for (key, evaluation) in fresh_evaluations {
        add_offer(&mut owners, key, evaluation, rows.get(key).copied());
    }
    others().for_each(|row| owners.add_stored(row, now));
    let mut revised = RevisedCopies::default();
    for (key, evaluation) in &evaluated {
        let (wanted, is_follower) = owners.wanted(key, &evaluation.plan);
        let row = rows.get(key).copied();
        match revise(row, evaluation, wanted, is_follower, now) {
            RowChange::Write(row) => revised.writes.push(*row),
            RowChange::Unchanged => {}
            RowChange::Stale => revised.stale += 1,
            RowChange::Behind => revised.is_behind = true,
        }
    }
    revised
        .writes
        .extend(others().filter_map(|row| owners.follow(row, now)));
    owners.confirm(stored, &mut revised.writes, now);
    revised
}

/// Adds a copy that wants a bot to `owners`, unless Recall refused this version of it.
fn add_offer<'a>(
    owners: &mut BotOwners<'a>,
    key: &'a DecisionKey,
    evaluation: &'a Evaluation<'_>,
    row: Option<&Decision>,
) {
    let is_refused =
        row.is_some_and(|row| row.is_abandoned() && row.is_made_from(evaluation.inputs));
    if let Plan::Bot {
        deduplication_key,
        offer,
        ..
    } = &evaluation.plan
        && !is_refused
    {
        owners.add(deduplication_key, key, &offer.config, offer.is_organizers);
    }
}

/// The rows to write when `retired` rows of a meeting want no bot any more: these rows,
/// and the other copies whose bot has another owner now.
#[must_use]
pub fn retire_copies(stored: &[Decision], retired: Vec<Decision>, now: Timestamp) -> Vec<Decision> {
    let gone: BTreeSet<DecisionKey> = retired.iter().map(|row| row.key.clone()).collect();
    let left = || {
        stored
            .iter()
            .filter(|row| !gone.contains(&row.key) && row.ends_at > now)
    };
    let mut owners = BotOwners::knowing(left());
    left().for_each(|row| owners.add_stored(row, now));
    let mut writes = retired;
    writes.extend(left().filter_map(|row| owners.follow(row, now)));
    owners.confirm(stored, &mut writes, now);
    writes
}

/// The rows to write so that all copies of some meetings want the configuration of their
/// bot's owner; none if they do. `stored` must be all rows of these meetings, and all others
/// that want one of their bots.
#[must_use]
pub fn settle_copies(stored: &[Decision], now: Timestamp) -> Vec<Decision> {
    retire_copies(stored, Vec::new(), now)
}

/// The bots about which `stored`, all rows of some meetings, are of two minds: they are not
/// settled, or owned by rows of other meetings.
#[must_use]
pub fn unsettled_bots(stored: &[Decision], now: Timestamp) -> Vec<DeduplicationKey> {
    let writes = settle_copies(stored, now);
    let bots = writes.iter().filter_map(Decision::wanted_key);
    bots.cloned().collect()
}

/// The owner of the bot that `leaving` knows and leaves, made due, if the bot may have
/// another configuration than the owner's, or another start. None if it has the owner's, or if
/// the owner is due anyway. `copies` are the rows that want the bot.
///
/// Two copies that do not know of each other yet both call with their own configuration.
/// If the later of these calls was made for `leaving`, no row tells so any more once it has
/// left. And if its call was made after its event had moved, that call moved the bot with it.
#[must_use]
pub fn owner_to_confirm(
    leaving: &Decision,
    copies: &[Decision],
    now: Timestamp,
) -> Option<Decision> {
    let bot = leaving.applied.bot()?;
    let may_be_moved =
        matches!(leaving.applied, Applied::Uncertain(_)) && leaving.starts_at != bot.starts_at;
    let is_as_owned = |config: &BotConfig| *config.digest() == bot.config && !may_be_moved;
    owner_to_call(&bot.deduplication_key, leaving, copies, is_as_owned, now)
}

/// The owner of the bot of `key` among the copies of `caller`, made due, after a call for
/// `caller` gave that bot another start than it is wanted for: the event had moved at Recall,
/// and no sync had seen that. None if the owner is due anyway. `copies` are the rows that want
/// the bot.
#[must_use]
pub fn owner_to_move_back(
    caller: &Decision,
    key: &DeduplicationKey,
    copies: &[Decision],
    now: Timestamp,
) -> Option<Decision> {
    owner_to_call(key, caller, copies, |_| false, now)
}

/// The owner of the bot of `key` among the `copies` but for `without`, made due, unless the bot
/// has the owner's configuration by `is_as_owned`, or the owner is due anyway.
fn owner_to_call(
    key: &DeduplicationKey,
    without: &Decision,
    copies: &[Decision],
    is_as_owned: impl Fn(&BotConfig) -> bool,
    now: Timestamp,
) -> Option<Decision> {
    let others = || {
        let is_other = |row: &&Decision| row.key != without.key && row.ends_at > now;
        copies.iter().filter(is_other)
    };
    let mut owners = BotOwners::knowing(others());
    others().for_each(|row| owners.add_stored(row, now));
    let (owner, config) = owners.of(key)?;
    let row = others().find(|row| row.key == *owner)?;
    let is_confirmed = is_as_owned(config) || !row.is_certain() || row.has_begun(now);
    (!is_confirmed).then(|| row.clone().requiring_call())
}
