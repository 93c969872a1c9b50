//! Decisions in memory.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::PortError;
use callsheet_app::ports::{Decisions, DueRows, WriteOutcome};
use callsheet_domain::{CalendarId, Decision, DecisionKey, EventId, IcalUid, Timestamp, Version};

use super::Shared;

/// Decisions in memory, with an index that never lags.
#[derive(Debug, Clone, Default)]
pub struct MemoryDecisions(Shared<Rows>);

#[derive(Debug, Default)]
struct Rows {
    rows: BTreeMap<DecisionKey, Decision>,
}

impl Rows {
    /// The rows that `filter` accepts, in order of start.
    fn by_start(&self, filter: impl Fn(&Decision) -> bool) -> Vec<&Decision> {
        let mut rows: Vec<_> = self.rows.values().filter(|row| filter(row)).collect();
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
        self.0.with(|rows| rows.rows.values().cloned().collect())
    }

    /// The row under `key`.
    #[must_use]
    pub fn get(&self, key: &DecisionKey) -> Option<Decision> {
        self.0.with(|rows| rows.rows.get(key).cloned())
    }

    /// Puts a row there as it is, whatever version is stored.
    pub fn put(&self, decision: Decision) {
        self.0
            .with(|rows| rows.rows.insert(decision.key.clone(), decision));
    }

    fn read<T>(&self, read: impl FnOnce(&Rows) -> T) -> T {
        self.0.with(|rows| read(rows))
    }
}

impl Decisions for MemoryDecisions {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<Vec<Decision>, PortError> {
        let keys: BTreeSet<_> = keys.iter().collect();
        let stored = |rows: &Rows| {
            keys.iter()
                .filter_map(|key| rows.rows.get(key).cloned())
                .collect()
        };
        Ok(self.read(stored))
    }

    async fn copies(&self, meetings: &[IcalUid]) -> Result<Vec<Decision>, PortError> {
        let meetings: BTreeSet<_> = meetings.iter().collect();
        let is_copy = |row: &&Decision| meetings.contains(&row.key.ical_uid);
        Ok(self.read(|rows| rows.rows.values().filter(is_copy).cloned().collect()))
    }

    async fn of_event(&self, event: &EventId) -> Result<Option<Decision>, PortError> {
        let has_id = |row: &&Decision| row.key.event_id == *event;
        Ok(self.read(|rows| rows.rows.values().find(has_id).cloned()))
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        Ok(self.0.with(|rows| {
            let stored = rows.rows.get(&decision.key);
            if stored.map_or(Version::NEW, |row| row.version) != decision.version {
                return WriteOutcome::Conflict;
            }
            let mut written = decision.clone();
            written.version = written.version.next();
            rows.rows.insert(written.key.clone(), written);
            WriteOutcome::Written
        }))
    }

    async fn due(&self, now: Timestamp, most: usize) -> Result<DueRows, PortError> {
        Ok(self.read(|rows| {
            let waits = |row: &&Decision| row.attempts.not_before.filter(|instant| *instant > now);
            let due = rows.by_start(Decision::is_due);
            let ready = due.iter().filter(|row| waits(row).is_none());
            let ready: Vec<_> = ready.take(most).map(|row| row.key.clone()).collect();
            let waiting_until = if ready.len() < most {
                due.iter().filter_map(waits).min()
            } else {
                None
            };
            DueRows {
                ready,
                waiting_until,
            }
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
