//! Decisions in memory.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::ports::{
    DecisionRows, Decisions, DueEntry, DueQuery, DueRows, DueSelection, FirstRows, UnreadableRow,
    WriteOutcome,
};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    CalendarId, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid, Timestamp, Version,
};

use super::Shared;

/// Decisions in memory, with an index that never lags.
#[derive(Debug, Clone, Default)]
pub struct MemoryDecisions(Shared<Rows>);

#[derive(Debug, Default)]
struct Rows {
    by_key: BTreeMap<DecisionKey, Decision>,
    /// Keys of rows that cannot be read, or not be written.
    unreadable: BTreeSet<DecisionKey>,
    unwritable: BTreeSet<DecisionKey>,
}

impl Rows {
    /// The rows that `filter` accepts, and those of them that cannot be read.
    fn select(&self, filter: impl Fn(&Decision) -> bool) -> DecisionRows {
        let mut selected = DecisionRows::default();
        for row in self.by_key.values().filter(|row| filter(row)) {
            if self.unreadable.contains(&row.key) {
                selected.unreadable.push(UnreadableRow {
                    key: row.key.clone(),
                    calendar_id: Some(row.calendar_id.clone()),
                    problem: "made unreadable on purpose".to_owned(),
                });
            } else {
                selected.decisions.push(row.clone());
            }
        }
        selected
    }

    /// The rows that `filter` accepts, in order of start.
    fn by_start(&self, filter: impl Fn(&Decision) -> bool) -> Vec<&Decision> {
        let mut rows: Vec<_> = self.by_key.values().filter(|row| filter(row)).collect();
        rows.sort_by_key(|row| (row.starts_at, &row.key));
        rows
    }
}

impl MemoryDecisions {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every row, in order of key.
    #[must_use]
    pub fn all(&self) -> Vec<Decision> {
        self.0.with(|rows| rows.by_key.values().cloned().collect())
    }

    /// The row under `key`.
    #[must_use]
    pub fn get(&self, key: &DecisionKey) -> Option<Decision> {
        self.0.with(|rows| rows.by_key.get(key).cloned())
    }

    /// Puts a row there as it is, whatever version is stored.
    pub fn put(&self, decision: Decision) {
        self.0
            .with(|rows| rows.by_key.insert(decision.key.clone(), decision));
    }

    /// Makes the row under `key` unreadable, as a row of a later build is.
    pub fn make_unreadable(&self, key: &DecisionKey) {
        self.0.with(|rows| rows.unreadable.insert(key.clone()));
    }

    /// Has each write under `key` refused, as that of a row that is too large.
    pub fn make_unwritable(&self, key: &DecisionKey) {
        self.0.with(|rows| rows.unwritable.insert(key.clone()));
    }

    fn read<T>(&self, read: impl FnOnce(&Rows) -> T) -> T {
        self.0.with(|rows| read(rows))
    }
}

impl Decisions for MemoryDecisions {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        let keys: BTreeSet<_> = keys.iter().collect();
        Ok(self.read(|rows| rows.select(|row| keys.contains(&row.key))))
    }

    async fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> Result<DecisionRows, PortError> {
        let is_copy = |row: &Decision| row.key.ical_uid == *meeting && row.starts_at == starts_at;
        Ok(self.read(|rows| rows.select(is_copy)))
    }

    async fn of_event(&self, event: &EventId) -> Result<DecisionRows, PortError> {
        let mut found = self.read(|rows| rows.select(|row| row.key.event_id == *event));
        found
            .decisions
            .sort_by_key(|row| (!row.is_superseded(), row.ends_at));
        Ok(found)
    }

    async fn wanting(&self, key: &DeduplicationKey, most: usize) -> Result<FirstRows, PortError> {
        Ok(self.read(|rows| {
            let wanting = rows.by_key.values();
            let mut wanting: Vec<_> = wanting
                .filter(|row| row.wanted_key() == Some(key))
                .collect();
            wanting.sort_by_cached_key(|row| row.bot_rank());
            let first: BTreeSet<_> = wanting.iter().take(most).map(|row| &row.key).collect();
            FirstRows {
                rows: rows.select(|row| first.contains(&row.key)),
                has_more: wanting.len() > most,
            }
        }))
    }

    async fn to_check(&self, now: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let rows = rows.by_start(|row| row.is_to_be_checked(now)).into_iter();
            rows.map(|row| row.key.clone()).take(most).collect()
        }))
    }

    async fn discard(&self, key: &DecisionKey) -> Result<bool, PortError> {
        Ok(self.0.with(|rows| {
            let is_unreadable = rows.unreadable.remove(key);
            if is_unreadable {
                rows.by_key.remove(key);
            }
            is_unreadable
        }))
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        self.0.with(|rows| {
            if rows.unwritable.contains(&decision.key) {
                return Err(PortError::Unwritable {
                    service: Service::DynamoDb,
                    reason: "made unwritable on purpose".to_owned(),
                });
            }
            let stored = rows.by_key.get(&decision.key);
            if stored.map_or(Version::NEW, |row| row.version) != decision.version {
                return Ok(WriteOutcome::Conflict);
            }
            let mut written = decision.clone();
            written.version = written.version.next();
            rows.by_key.insert(written.key.clone(), written);
            Ok(WriteOutcome::Written)
        })
    }

    async fn due(&self, query: &DueQuery) -> Result<DueRows, PortError> {
        Ok(self.read(|rows| {
            let mut selection = DueSelection::new(query);
            for row in rows.by_start(Decision::is_due) {
                if selection.is_full() {
                    break;
                }
                selection.add(DueEntry::of(row));
            }
            selection.rows()
        }))
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let is_listed = |row: &Decision| row.calendar_id == *calendar && row.ends_at > after;
            let rows = rows.by_start(is_listed);
            rows.into_iter().map(|row| row.key.clone()).collect()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::decisions_contract!(async || MemoryDecisions::new());
}
