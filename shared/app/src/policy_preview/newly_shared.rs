//! Events that would share a bot under another policy, and have several now.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{Decision, DecisionKey, DeduplicationKey, EventId, Timestamp, Wanted};

use crate::preview::Change;

/// Events that would share a bot, and have several now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewlyShared {
    /// When the bot would join.
    pub starts_at: Timestamp,
    /// The title of one of the events.
    pub title: Option<String>,
    /// The events.
    pub events: Vec<EventId>,
    /// Number of their bots now.
    pub bots: usize,
}

/// A row as it would be, and the key of its bot before.
type Row = (Option<DeduplicationKey>, Decision);

/// The events that would share a bot, by its key, of which not all share one before. One
/// that has none before would have had that of its link.
pub(super) fn newly_shared(before: Vec<Decision>, changes: &[Change]) -> Vec<NewlyShared> {
    let key = |row: &Decision| row.wanted_key().cloned();
    let before = before
        .into_iter()
        .map(|row| (row.key.clone(), (key(&row), row)));
    let mut rows: BTreeMap<DecisionKey, Row> = before.collect();
    for Change { before, after, .. } in changes {
        let before = before.as_ref().and_then(key);
        rows.insert(after.key.clone(), (before, after.clone()));
    }
    let mut by_bot: BTreeMap<DeduplicationKey, Vec<Row>> = BTreeMap::new();
    for (before, row) in rows.into_values() {
        if let Some(key) = key(&row) {
            by_bot.entry(key).or_default().push((before, row));
        }
    }
    let mut shared: Vec<_> = by_bot.into_values().filter_map(shared_by).collect();
    shared
        .sort_by(|one, other| (one.starts_at, &one.events).cmp(&(other.starts_at, &other.events)));
    shared
}

/// What the events of one bot are; none if they shared one before.
fn shared_by(rows: Vec<Row>) -> Option<NewlyShared> {
    let bot = |(before, row): &Row| match (before, &row.wanted) {
        (Some(key), _) => Some(key.to_string()),
        (None, Wanted::Bot(bot)) => Some(format!("{}-{}", bot.starts_at, bot.meeting_url)),
        (None, Wanted::Nothing) => None,
    };
    let bots: BTreeSet<_> = rows.iter().filter_map(bot).collect();
    let (_, first) = rows.first()?;
    (bots.len() > 1).then(|| NewlyShared {
        starts_at: first.starts_at,
        title: first.title.clone(),
        events: rows
            .iter()
            .map(|(_, row)| row.key.event_id.clone())
            .collect(),
        bots: bots.len(),
    })
}
