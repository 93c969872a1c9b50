//! One row for each event of a page, though its `ical_uid` may have changed.
//!
//! Rows are read by key. An event without a row under its own `ical_uid` may have one under
//! another: it is looked up by the event's id. That costs one read for each event that is
//! new. What it finds is moved to the event's own key, and the other row is superseded.
//!
//! The superseded row is written first. So no moment has two rows that both make calls for
//! the event. A crash in between leaves the event without a row that decides; its request
//! is then delivered again, and the row is created. The bot that the superseded row knew is
//! known by Recall's list alone then, and taken over from there.

use std::collections::{HashMap, HashSet};

use callsheet_domain::{
    Applied, AppliedBot, CalendarEvent, Decision, DecisionKey, EventId, Timestamp,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::PortError;
use crate::ports::Decisions;

/// Reads that are in flight at once.
const READS: usize = 16;

/// The rows that the events of a page are folded into.
#[derive(Debug, Default)]
pub(crate) struct EventRows {
    /// The rows, at most one for each event.
    pub(crate) stored: Vec<Decision>,
    /// Events of which a later version is stored under another `ical_uid`.
    pub(crate) stale: HashSet<EventId>,
    /// The other rows of an event, by the key of the row that supersedes them.
    superseded: HashMap<DecisionKey, Vec<Decision>>,
}

impl EventRows {
    /// Resolves the rows of `events`, given those `stored` under their `ical_uid`s.
    pub(crate) async fn of<D: Decisions>(
        decisions: &D,
        stored: Vec<Decision>,
        events: &[CalendarEvent],
        now: Timestamp,
    ) -> Result<Self, PortError> {
        let has_row = |event: &&CalendarEvent| {
            let key = event.key();
            stored
                .iter()
                .any(|row| row.key == key && !row.is_superseded())
        };
        let without_row = events.iter().filter(|event| !has_row(event));
        let found: Vec<(&CalendarEvent, Vec<Decision>)> = stream::iter(without_row)
            .map(|event| async move {
                let rows = decisions.of_event(&event.id).await?.decisions;
                Ok::<_, PortError>((event, rows))
            })
            .buffer_unordered(READS)
            .try_collect()
            .await?;
        let mut resolved = Self {
            stored,
            ..Self::default()
        };
        for (event, rows) in found {
            resolved.resolve(event, rows, now);
        }
        Ok(resolved)
    }

    /// Resolves the rows of one event that has none that decides under its `ical_uid`.
    fn resolve(&mut self, event: &CalendarEvent, mut rows: Vec<Decision>, now: Timestamp) {
        let key = event.key();
        rows.retain(|row| row.key != key);
        let latest = |row: &&Decision| (!row.is_superseded(), row.inputs.event);
        let Some(previous) = rows.iter().max_by_key(latest) else {
            return;
        };
        let own = self.stored.iter().position(|row| row.key == key);
        if previous.is_superseded() && own.is_some() {
            return;
        }
        if previous.inputs.event > event.updated_at {
            self.stale.insert(event.id.clone());
            return;
        }
        let own = own.map(|index| self.stored.remove(index));
        let mut moved = previous.moved_to(key.clone(), own.as_ref(), now);
        // The row that superseded it was never written: what it knew is listed, if anything.
        let listed = event.bots.iter().max_by_key(|bot| bot.starts_at);
        if previous.is_superseded()
            && let Some(bot) = listed
        {
            moved.applied = Applied::Uncertain(Box::new(AppliedBot::listed(bot)));
        }
        self.stored.push(moved);
        rows.retain(|row| !row.is_superseded());
        let superseded = rows
            .iter()
            .map(|row| row.superseded_by(event).checking_owner(Some(row), now));
        self.superseded.insert(key, superseded.collect());
    }

    /// The superseded rows of the events whose rows are `written`.
    pub(crate) fn superseded(&mut self, written: &[Decision]) -> SupersededRows {
        let superseded = std::mem::take(&mut self.superseded);
        let is_written = |key: &DecisionKey| written.iter().any(|row| row.key == *key);
        let mut rows = SupersededRows::default();
        for (key, superseded) in superseded.into_iter().filter(|(key, _)| is_written(key)) {
            let keys = superseded.iter().map(|row| (row.key.clone(), key.clone()));
            rows.by.extend(keys);
            rows.superseded.extend(superseded);
        }
        rows
    }
}

/// Rows to write because others supersede them.
#[derive(Debug, Default)]
pub(crate) struct SupersededRows {
    /// The superseded rows.
    pub(crate) superseded: Vec<Decision>,
    /// The key of the row that supersedes each.
    by: HashMap<DecisionKey, DecisionKey>,
}

impl SupersededRows {
    /// The key of the row that supersedes the one under `key`.
    pub(crate) fn successor(&self, key: &DecisionKey) -> Option<&DecisionKey> {
        self.by.get(key)
    }
}
