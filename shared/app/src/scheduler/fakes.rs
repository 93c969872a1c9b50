//! Fakes for the unit tests of the scheduler. The fakes of `callsheet-testkit`
//! implement the ports of the crate as it is built without its tests.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use callsheet_domain::{
    BotId, CalendarId, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid, ListedIds,
    Timestamp,
};

use crate::ports::{
    Clock, CopiesPage, DecisionRows, Decisions, DueEntry, DueQuery, DueRows, DueSelection,
    FirstRows, StartEntry, UnreadableRow, WriteOutcome,
};
use crate::{PortError, Service};

/// A clock that stands still until it is waited on.
pub(super) struct FakeClock(Mutex<Timestamp>);

impl FakeClock {
    pub(super) fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test thread panicked")
    }

    async fn sleep_until(&self, instant: Timestamp) {
        let mut now = self.0.lock().expect("no test thread panicked");
        *now = instant.max(*now);
    }
}

/// Decisions in memory, each under its key.
pub(super) struct Rows {
    stored: Mutex<Vec<Decision>>,
    unreadable: Mutex<BTreeSet<DecisionKey>>,
    refuses_results: AtomicBool,
}

impl Rows {
    pub(super) fn with(rows: impl IntoIterator<Item = Decision>) -> Self {
        Self {
            stored: Mutex::new(rows.into_iter().collect()),
            unreadable: Mutex::default(),
            refuses_results: AtomicBool::default(),
        }
    }

    /// Makes a row unreadable, as one of a later build is.
    pub(super) fn make_unreadable(&self, key: &DecisionKey) {
        let mut unreadable = self.unreadable.lock().expect("no test thread panicked");
        unreadable.insert(key.clone());
    }

    /// From now on no row is written whose history has a call.
    pub(super) fn refuse_results(&self) {
        self.refuses_results.store(true, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Decision>> {
        self.stored.lock().expect("no test thread panicked")
    }

    pub(super) fn all(&self) -> Vec<Decision> {
        self.lock().clone()
    }

    /// The only row there is.
    pub(super) fn only(&self) -> Decision {
        let rows = self.all();
        assert_eq!(rows.len(), 1);
        rows[0].clone()
    }

    fn read(&self, is_selected: impl Fn(&Decision) -> bool) -> DecisionRows {
        let unreadable = self.unreadable.lock().expect("no test thread panicked");
        let rows = self.select(is_selected).into_iter();
        let (bad, decisions): (Vec<_>, _) = rows.partition(|row| unreadable.contains(&row.key));
        let bad = bad.into_iter().map(|row| UnreadableRow {
            key: row.key,
            calendar_id: Some(row.calendar_id),
            problem: "made unreadable on purpose".to_owned(),
        });
        DecisionRows {
            decisions,
            unreadable: bad.collect(),
        }
    }

    fn select(&self, is_selected: impl Fn(&Decision) -> bool) -> Vec<Decision> {
        let rows = self.all();
        rows.into_iter().filter(|row| is_selected(row)).collect()
    }
}

impl Decisions for Rows {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        Ok(self.read(|row| keys.contains(&row.key)))
    }

    async fn copies_page(&self, _: &IcalUid, _: Option<&EventId>) -> Result<CopiesPage, PortError> {
        unreachable!("the scheduler reads no page of copies")
    }

    async fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> Result<DecisionRows, PortError> {
        Ok(self.read(|row| row.key.ical_uid == *meeting && row.starts_at == starts_at))
    }

    async fn of_event(&self, event: &EventId) -> Result<DecisionRows, PortError> {
        Ok(self.read(|row| row.key.event_id == *event))
    }

    async fn wanting(&self, key: &DeduplicationKey, most: usize) -> Result<FirstRows, PortError> {
        let mut wanting = self.select(|row| {
            let wanted = row.wanted_key();
            wanted.is_some_and(|wanted| wanted.is_of_same_meeting(key))
        });
        wanting.sort_by_cached_key(Decision::bot_rank);
        let has_more = wanting.len() > most;
        let first = wanting.into_iter().take(most).map(|row| row.key);
        let first: Vec<_> = first.collect();
        let rows = self.read(|row| first.contains(&row.key));
        Ok(FirstRows { rows, has_more })
    }

    async fn keys_wanting(&self, key: &DeduplicationKey) -> Result<Vec<DecisionKey>, PortError> {
        let mut wanting = self.select(|row| {
            row.wanted_key()
                .is_some_and(|wanted| wanted.is_of_same_meeting(key))
        });
        wanting.sort_by_cached_key(Decision::bot_rank);
        Ok(wanting.into_iter().map(|row| row.key).collect())
    }

    async fn keys_holding(&self, bot: &BotId, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        let holding = self.select(|row| row.known_bot() == Some(bot)).into_iter();
        Ok(holding.map(|row| row.key).take(most).collect())
    }

    async fn silent(&self, since: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        let is_silent = |row: &Decision| row.silent_from().is_some_and(|from| from <= since);
        let rows = self.select(is_silent).into_iter();
        Ok(rows.map(|row| row.key).take(most).collect())
    }

    async fn to_check(&self, now: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        let rows = self.select(|row| row.is_to_be_checked(now)).into_iter();
        Ok(rows.map(|row| row.key).take(most).collect())
    }

    async fn discard(&self, _: &DecisionKey) -> Result<bool, PortError> {
        Ok(false)
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        let has_result = !decision.history.calls().is_empty();
        if has_result && self.refuses_results.load(Ordering::Relaxed) {
            return Err(PortError::Unwritable {
                service: Service::DynamoDb,
                reason: "too large".to_owned(),
            });
        }
        let mut rows = self.lock();
        let stored = rows.iter_mut().find(|row| row.key == decision.key);
        let Some(stored) = stored.filter(|row| row.version == decision.version) else {
            return Ok(WriteOutcome::Conflict);
        };
        *stored = decision.clone();
        stored.version = stored.version.next();
        Ok(WriteOutcome::Written)
    }

    async fn due(&self, query: &DueQuery) -> Result<DueRows, PortError> {
        let mut selection = DueSelection::new(query);
        for row in self.select(Decision::is_due) {
            selection.add(DueEntry::of(&row));
        }
        Ok(selection.rows())
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        let rows = self.select(|row| row.calendar_id == *calendar && row.ends_at > after);
        Ok(rows.into_iter().map(|row| row.key).collect())
    }

    async fn starting(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StartEntry>, PortError> {
        let starts = from..=until;
        let is_listed =
            |row: &Decision| row.calendar_id == *calendar && starts.contains(&row.starts_at);
        let entries = self.select(is_listed).into_iter().map(|row| StartEntry {
            starts_at: row.starts_at,
            key: row.key,
        });
        Ok(entries.collect())
    }

    async fn unlisted(
        &self,
        from: Timestamp,
        until: Timestamp,
        listed: &ListedIds,
    ) -> Result<Vec<StartEntry>, PortError> {
        let starts = from..=until;
        let is_unlisted =
            |row: &Decision| starts.contains(&row.starts_at) && !listed.contains(&row.key.event_id);
        let rows = self.select(is_unlisted);
        let entries = rows.into_iter().map(|row| StartEntry {
            starts_at: row.starts_at,
            key: row.key,
        });
        Ok(entries.collect())
    }

    async fn next_start(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        let is_next = |row: &Decision| row.calendar_id == *calendar && row.starts_at >= from;
        let starts = self.select(is_next).into_iter().map(|row| row.starts_at);
        Ok(starts.min())
    }
}
