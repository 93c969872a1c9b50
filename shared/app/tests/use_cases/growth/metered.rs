//! Counts the decisions that are read and written, and their bytes.

use std::sync::{Arc, Mutex};

use callsheet_app::PortError;
use callsheet_app::ports::{
    CopiesPage, DayPage, DayPosition, DecisionRows, Decisions, DueQuery, DueRows, FirstRows,
    MeetingDays, StartEntry, WriteOutcome,
};
use callsheet_domain::{
    BotId, CalendarId, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid, ListedIds,
    Timestamp,
};
use callsheet_testkit::MemoryDecisions;
use jiff::civil::Date;

/// What was read and written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) rows_read: usize,
    pub(super) entries_read: usize,
    pub(super) rows_written: usize,
    pub(super) bytes: usize,
}

/// Decisions that count the rows that are read and written.
#[derive(Debug, Clone, Default)]
pub(super) struct Metered {
    pub(super) decisions: MemoryDecisions,
    pub(super) used: Arc<Mutex<Used>>,
}

impl Metered {
    pub(super) fn add(&self, change: impl FnOnce(&mut Used)) {
        change(&mut self.used.lock().expect("no test thread panicked"));
    }

    pub(super) fn take(&self) -> Used {
        std::mem::take(&mut self.used.lock().expect("no test thread panicked"))
    }

    pub(super) fn read(&self, rows: DecisionRows) -> DecisionRows {
        let bytes: usize = rows.decisions.iter().map(size_of_row).sum();
        self.add(|used| {
            used.rows_read += rows.decisions.len();
            used.bytes += bytes;
        });
        rows
    }

    pub(super) fn entries(&self, count: usize) {
        self.add(|used| used.entries_read += count);
    }
}

pub(super) fn size_of_row(row: &Decision) -> usize {
    format!("{row:?}").len()
}

impl MeetingDays for Metered {
    async fn page_of_day(
        &self,
        day: Date,
        _after: Option<&DayPosition>,
        _most: usize,
    ) -> Result<DayPage, PortError> {
        unreachable!("no sync and no call reads the meetings of {day}")
    }
}

impl Decisions for Metered {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        Ok(self.read(self.decisions.decisions(keys).await?))
    }

    async fn copies_page(
        &self,
        meeting: &IcalUid,
        _: Option<&EventId>,
    ) -> Result<CopiesPage, PortError> {
        unreachable!("no sync and no call reads the copies of {meeting}")
    }

    async fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> Result<DecisionRows, PortError> {
        unreachable!("no sync and no call reads the copies of {meeting} at {starts_at}")
    }

    async fn of_event(&self, event: &EventId) -> Result<DecisionRows, PortError> {
        let rows = self.read(self.decisions.of_event(event).await?);
        self.entries(rows.decisions.len());
        Ok(rows)
    }

    async fn wanting(&self, key: &DeduplicationKey, most: usize) -> Result<FirstRows, PortError> {
        let first = self.decisions.wanting(key, most).await?;
        self.entries(first.rows.decisions.len());
        let rows = self.read(first.rows);
        Ok(FirstRows { rows, ..first })
    }

    async fn keys_wanting(&self, key: &DeduplicationKey) -> Result<Vec<DecisionKey>, PortError> {
        unreachable!("no sync and no call reads all rows that want the bot of {key}")
    }

    async fn keys_holding(&self, bot: &BotId, _: usize) -> Result<Vec<DecisionKey>, PortError> {
        unreachable!("no sync and no call reads the rows that hold {bot}")
    }

    async fn silent(&self, since: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        let keys = self.decisions.silent(since, most).await?;
        self.entries(keys.len());
        Ok(keys)
    }

    async fn to_check(&self, now: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        let keys = self.decisions.to_check(now, most).await?;
        self.entries(keys.len());
        Ok(keys)
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        self.add(|used| {
            used.rows_written += 1;
            used.bytes += size_of_row(decision);
        });
        self.decisions.write(decision).await
    }

    async fn discard(&self, key: &DecisionKey) -> Result<bool, PortError> {
        self.decisions.discard(key).await
    }

    async fn due(&self, query: &DueQuery) -> Result<DueRows, PortError> {
        self.decisions.due(query).await
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        self.decisions.of_calendar(calendar, after).await
    }

    async fn starting(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StartEntry>, PortError> {
        let keys = self.decisions.starting(calendar, from, until).await?;
        self.entries(keys.len());
        Ok(keys)
    }

    async fn unlisted(
        &self,
        from: Timestamp,
        until: Timestamp,
        listed: &ListedIds,
    ) -> Result<Vec<StartEntry>, PortError> {
        let all = ListedIds::default();
        let read = self.decisions.unlisted(from, until, &all).await?;
        self.entries(read.len());
        self.decisions.unlisted(from, until, listed).await
    }

    async fn next_start(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        self.entries(1);
        self.decisions.next_start(calendar, from).await
    }
}
