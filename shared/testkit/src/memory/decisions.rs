//! Decisions in memory.

mod agenda;
mod days;
mod overview;
mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Shared;
use callsheet_app::ports::{
    CopiesPage, DecisionRows, Decisions, DueQuery, DueRows, DueSelection, FirstRows, StartEntry,
    WriteOutcome,
};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    BotId, CalendarId, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid, ListedIds,
    Timestamp, Version,
};
use rows::{Rows, before_all};

/// Decisions in memory, with indexes that never lag.
#[derive(Debug, Clone, Default)]
pub struct MemoryDecisions(Shared<Rows>);

impl MemoryDecisions {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every row, in order of key.
    #[must_use]
    pub fn all(&self) -> Vec<Decision> {
        self.0.with(|rows| {
            rows.by_key
                .values()
                .map(|row| row.as_ref().clone())
                .collect()
        })
    }

    /// Whether a row is as `is_sought` says.
    #[must_use]
    pub fn any(&self, is_sought: impl Fn(&Decision) -> bool) -> bool {
        self.0
            .with(|rows| rows.by_key.values().any(|row| is_sought(row)))
    }

    /// The row under `key`.
    #[must_use]
    pub fn get(&self, key: &DecisionKey) -> Option<Decision> {
        self.0
            .with(|rows| rows.by_key.get(key).map(|row| row.as_ref().clone()))
    }

    /// Puts a row there as it is, whatever version is stored.
    pub fn put(&self, decision: Decision) {
        self.0.with(|rows| rows.put(decision));
    }

    /// Tells `stream` of each row that is written from now on, after the write.
    pub fn stream_to(&self, stream: impl Fn(&Decision) + Send + Sync + 'static) {
        self.0.with(|rows| rows.stream = Some(Arc::new(stream)));
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

/// Rows of a page of copies: fewer than the table's, so that tests have several pages.
const COPIES_OF_A_PAGE: usize = 20;

impl Decisions for MemoryDecisions {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        let keys: BTreeSet<_> = keys.iter().collect();
        Ok(self.read(|rows| rows.select(keys)))
    }

    async fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> Result<DecisionRows, PortError> {
        Ok(self.read(|rows| {
            let copies = rows.of_meeting(meeting);
            rows.select(copies.filter(|key| rows.by_key[*key].starts_at == starts_at))
        }))
    }

    async fn copies_page(
        &self,
        meeting: &IcalUid,
        after: Option<&EventId>,
    ) -> Result<CopiesPage, PortError> {
        Ok(self.read(|rows| {
            let copies = rows.of_meeting(meeting);
            let is_next = |key: &&DecisionKey| after.is_none_or(|after| key.event_id > *after);
            let mut keys: Vec<_> = copies.filter(is_next).collect();
            keys.sort();
            let has_more = keys.len() > COPIES_OF_A_PAGE;
            keys.truncate(COPIES_OF_A_PAGE);
            let last = keys.last().map(|key| key.event_id.clone());
            CopiesPage {
                next: last.filter(|_| has_more),
                rows: rows.select(keys),
            }
        }))
    }

    async fn of_event(&self, event: &EventId) -> Result<DecisionRows, PortError> {
        let mut found = self.read(|rows| {
            let meetings = rows.by_event.get(event).into_iter().flatten();
            let keys = meetings.map(|meeting| DecisionKey {
                ical_uid: meeting.clone(),
                event_id: event.clone(),
            });
            rows.select(&keys.collect::<Vec<_>>())
        });
        found
            .decisions
            .sort_by_key(|row| (!row.is_superseded(), row.ends_at));
        Ok(found)
    }

    async fn wanting(&self, key: &DeduplicationKey, most: usize) -> Result<FirstRows, PortError> {
        Ok(self.read(|rows| {
            let mut wanting = rows.by_bot.get(key.of_first()).into_iter().flatten();
            let first: Vec<_> = wanting.by_ref().take(most).map(|(_, key)| key).collect();
            FirstRows {
                rows: rows.select(first),
                has_more: wanting.next().is_some(),
            }
        }))
    }

    async fn keys_wanting(&self, key: &DeduplicationKey) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let wanting = rows.by_bot.get(key.of_first()).into_iter().flatten();
            wanting.map(|(_, key)| key.clone()).collect()
        }))
    }

    async fn keys_holding(&self, bot: &BotId, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let holding = rows.by_bot_id.get(bot).into_iter().flatten();
            holding.take(most).cloned().collect()
        }))
    }

    async fn silent(&self, since: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let started = rows
                .followed
                .iter()
                .take_while(|(start, _)| *start <= since);
            let is_silent = |key: &&DecisionKey| {
                let row = &rows.by_key[*key];
                row.owner_check.is_none() && row.silent_from().is_some_and(|from| from <= since)
            };
            let silent = started.map(|(_, key)| key).filter(is_silent);
            silent.take(most).cloned().collect()
        }))
    }

    async fn to_check(&self, now: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let to_check = rows.to_check.iter().map(|(_, key)| key);
            let is_due = |key: &&DecisionKey| rows.by_key[*key].is_to_be_checked(now);
            to_check.filter(is_due).take(most).cloned().collect()
        }))
    }

    async fn discard(&self, key: &DecisionKey) -> Result<bool, PortError> {
        Ok(self.0.with(|rows| {
            let is_unreadable = rows.unreadable.remove(key);
            if is_unreadable {
                rows.remove(key);
            }
            is_unreadable
        }))
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        let stream = self.0.with(|rows| {
            if rows.unwritable.contains(&decision.key) {
                return Err(PortError::Unwritable {
                    service: Service::DynamoDb,
                    reason: "made unwritable on purpose".to_owned(),
                });
            }
            let stored = rows.by_key.get(&decision.key);
            if stored.map_or(Version::NEW, |row| row.version) != decision.version {
                return Ok(None);
            }
            let mut written = decision.clone();
            written.version = written.version.next();
            rows.put(written);
            Ok(Some(rows.stream.clone()))
        })?;
        let Some(stream) = stream else {
            return Ok(WriteOutcome::Conflict);
        };
        // Once the table is free again, so that the stream may read it.
        if let Some(stream) = stream {
            stream(decision);
        }
        Ok(WriteOutcome::Written)
    }

    async fn due(&self, query: &DueQuery) -> Result<DueRows, PortError> {
        Ok(self.read(|rows| {
            let mut selection = DueSelection::new(query);
            for entry in rows.due.values() {
                if selection.is_full() {
                    break;
                }
                selection.add(entry.clone());
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
            let keys = rows.by_calendar.get(calendar).into_iter().flatten();
            let keys = keys.map(|(_, key)| key);
            let to_come = keys.filter(|key| rows.by_key[key].ends_at > after);
            to_come.cloned().collect()
        }))
    }

    async fn starting(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StartEntry>, PortError> {
        Ok(self.read(|rows| {
            let keys = rows.by_calendar.get(calendar).into_iter();
            let later = keys.flat_map(|keys| keys.range((from, before_all())..));
            let starting = later.take_while(|(start, _)| *start <= until);
            starting.map(start_entry).collect()
        }))
    }

    async fn unlisted(
        &self,
        from: Timestamp,
        until: Timestamp,
        listed: &ListedIds,
    ) -> Result<Vec<StartEntry>, PortError> {
        Ok(self.read(|rows| {
            let later = rows.by_start.range((from, before_all())..);
            let starting = later.take_while(|(start, _)| *start <= until);
            let unlisted = starting.filter(|(_, key)| !listed.contains(&key.event_id));
            unlisted.map(start_entry).collect()
        }))
    }

    async fn next_start(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        Ok(self.read(|rows| {
            let keys = rows.by_calendar.get(calendar).into_iter().flatten();
            keys.map(|(start, _)| *start).find(|start| *start >= from)
        }))
    }
}

fn start_entry((start, key): &(Timestamp, DecisionKey)) -> StartEntry {
    StartEntry {
        starts_at: *start,
        key: key.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::decisions_contract!(async || MemoryDecisions::new());
}
