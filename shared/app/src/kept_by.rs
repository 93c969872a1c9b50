//! Finds the other copies of a meeting that keep a bot in it.
//!
//! Recall shares bots by deduplication key. The key is known from the bot that the
//! event wants or has. If it has none, it is known from the copies with the same
//! `ical_uid` and start; the others that want the bot of such a key may have another
//! `ical_uid`, for example in a calendar of the other platform.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{Applied, Decision, DecisionKey, DeduplicationKey, Email, Wanted};

use crate::PortError;
use crate::ports::{Calendars, Decisions, UnreadableRow};
use crate::unreadable::readable;

/// Number of copies that are shown.
const MAX_SHOWN: usize = 10;

/// A copy of a meeting, in another calendar, that keeps a bot in it.
#[derive(Debug, Clone)]
pub struct KeptBy {
    /// The decision on the copy.
    pub row: Decision,
    /// The owner of its calendar, if known.
    pub owner: Option<Email>,
}

/// The copies that keep a bot in the meeting, and the problems of those that cannot be read.
pub(crate) async fn find_kept_by<S, D>(
    (state, decisions): (&S, &D),
    decision: &Decision,
    problems: &mut Vec<String>,
) -> Result<Vec<KeptBy>, PortError>
where
    S: Calendars,
    D: Decisions,
{
    let mut found = Found::default();
    let (meeting, starts_at) = (&decision.key.ical_uid, decision.starts_at);
    let copies = decisions.copies_at(meeting, starts_at).await?;
    found.add(copies.decisions.into_iter(), copies.unreadable);
    for key in found.keys(decision) {
        let first = decisions.wanting(&key, MAX_SHOWN + 1).await?;
        found.add(first.rows.decisions.into_iter(), first.rows.unreadable);
    }
    problems.extend(found.unreadable.iter().map(ToString::to_string));
    let mut keepers = Vec::new();
    for row in found.rows.values() {
        if row.key == decision.key || !keeps_a_bot(row) {
            continue;
        }
        if keepers.len() == MAX_SHOWN {
            break;
        }
        let record = readable(state.record(&row.calendar_id).await, problems)?;
        let owner = record.and_then(|record| record.calendar.email);
        keepers.push(KeptBy {
            row: row.clone(),
            owner,
        });
    }
    Ok(keepers)
}

/// The copies that were found.
#[derive(Default)]
struct Found {
    rows: BTreeMap<DecisionKey, Decision>,
    unreadable: BTreeSet<UnreadableRow>,
}

impl Found {
    fn add(&mut self, rows: impl Iterator<Item = Decision>, unreadable: Vec<UnreadableRow>) {
        self.rows.extend(rows.map(|row| (row.key.clone(), row)));
        self.unreadable.extend(unreadable);
    }

    /// The keys of the bots in the meeting.
    fn keys(&self, decision: &Decision) -> BTreeSet<DeduplicationKey> {
        let of = |row: &Decision| {
            let applied = row.applied.bot().map(|bot| bot.deduplication_key.clone());
            row.wanted_key().cloned().into_iter().chain(applied)
        };
        let copies = self.rows.values().flat_map(of);
        of(decision).chain(copies).collect()
    }
}

/// Whether a copy has or will have a bot in its meeting.
pub(crate) fn keeps_a_bot(row: &Decision) -> bool {
    let Wanted::Bot(wanted) = &row.wanted else {
        return false;
    };
    match &row.applied {
        Applied::Bot(bot) if bot.deduplication_key == wanted.deduplication_key => true,
        Applied::Dispatched(_) => true,
        _ => !row.is_abandoned(),
    }
}
