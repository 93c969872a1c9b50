//! Coming events that a full sync did not list.
//!
//! Recall keeps events of some weeks up to date, and lists no others. An event that is
//! moved beyond them is in no list any more, so its bot would stay where it was. A full
//! sync that read its list from the first page to the last knows which decisions with a
//! bot it did not come across. Each of their events is read by its id, the nearest first. A
//! sync that was interrupted tells the one that resumes it which events it has come across.
//!
//! An event that is known to start later than Recall lists is not read: it is expected to be
//! in no list, and Recall would give it as it was. It is listed, or read, once its known
//! start is near. So an event that has left the listed days is read once.
//!
//! That is done once the sync is completed, for a limited number of events, and with permits
//! that nobody else needs. What is left is found by the next full sync.

use callsheet_domain::{
    Applied, CalendarId, CalendarRecord, Decision, DecisionKey, EventId, LISTED_AHEAD, ListedIds,
    Wanted, Window, plus,
};
use jiff::SignedDuration;

use crate::calendar_loader::CalendarLoader;
use crate::decision_writer::{DecisionWriter, SyncContext};
use crate::event_pages::{EventPage, EventPages};
use crate::ports::{Clock as _, Decisions as _, PageOfEvents};
use crate::retire_calendar::CalendarRetirer;
use crate::sync_counts::SyncCounts;
use crate::sync_error::SyncError;
use crate::sync_ports::SyncPorts;
use crate::{ActivePolicy, CallTerms, PortError};

/// The most events that are read after one sync: a fifth of the calls of a minute.
const MOST_READ: usize = 60;
/// The shortest wait for a permit.
const SHORTEST_WAIT: SignedDuration = SignedDuration::from_millis(100);
/// Rows that are loaded at once.
const ROWS: usize = 100;
/// No further event is read after so many that cannot be: Recall or the store is not well.
const MOST_FAILED: usize = 3;

/// Reads the events that a full sync did not list.
pub(super) struct UnlistedEvents<'a, P: SyncPorts> {
    /// Recall's events.
    pub(super) pages: &'a EventPages<'a, P>,
    /// Writes the decisions.
    pub(super) writer: &'a DecisionWriter<'a, P::Decisions, P::State, P::Clock>,
}

impl<P: SyncPorts> UnlistedEvents<'_, P> {
    /// Reads the coming events with a bot that are not among those `listed`, and writes
    /// their decisions. An event that is gone has no bot any more.
    ///
    /// # Errors
    /// If there is no permit in time, or Recall or the store fails.
    pub(super) async fn read(
        &self,
        (context, record): (&SyncContext, &CalendarRecord),
        listed: &ListedIds,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let rows = self.unlisted(record, listed).await?;
        self.read_rows((context, record), rows, counts, terms).await
    }

    /// Reads the events with a bot that start in a window of the workspace and are not among
    /// those that it `listed`, in whatever calendar. They are found by day, which costs what the
    /// window lists, however many calendars there are.
    ///
    /// # Errors
    /// If there is no permit in time, or Recall or the store fails.
    pub(super) async fn read_window(
        &self,
        (loader, policy): (&CalendarLoader<'_, P>, &ActivePolicy),
        (window, listed): (Window, &ListedIds),
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let last = plus(self.writer.clock.now(), LISTED_AHEAD);
        let until = window.until.unwrap_or(last);
        let decisions = self.writer.decisions;
        let entries = decisions.unlisted(window.from, until, listed).await?;
        let keys: Vec<_> = entries.into_iter().map(|entry| entry.key).collect();
        let mut failures = Failures::default();
        for row in self.with_bot(&keys, None).await? {
            let read = async {
                let Some(calendar) = loader.load(&row.calendar_id).await? else {
                    return Ok(());
                };
                let record = calendar.record.clone();
                let context = SyncContext::of_calendar(calendar, policy);
                let synced = (&context, &record);
                self.read_rows(synced, vec![row], counts, terms).await
            };
            failures.go_on_after(read.await)?;
        }
        failures.end()
    }

    /// Reads the events of `rows`, of one calendar, and writes their decisions.
    async fn read_rows(
        &self,
        (context, record): (&SyncContext, &CalendarRecord),
        rows: Vec<Decision>,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let (mut gone, mut failures) = (Vec::new(), Failures::default());
        let mut read = Ok(());
        for row in rows {
            let is_gone = self.read_row(context, &row, counts, terms).await;
            if let Ok(true) = is_gone {
                gone.push(row.key);
            }
            read = failures.go_on_after(is_gone.map(drop));
            if read.is_err() {
                break;
            }
        }
        let retirer = CalendarRetirer {
            decisions: self.writer.decisions,
            clock: self.writer.clock,
        };
        retirer.retire_gone(record, &gone, counts).await?;
        read.and_then(|()| failures.end())
    }

    /// Reads the event of a row, and writes its decision; gives whether it is gone.
    async fn read_row(
        &self,
        context: &SyncContext,
        row: &Decision,
        counts: &mut SyncCounts,
        terms: CallTerms,
    ) -> Result<bool, SyncError> {
        let asked_at = self.writer.clock.now();
        let found = self.event(&row.key.event_id, terms).await?;
        if found.events.is_empty() && found.unreadable.is_empty() {
            return Ok(true);
        }
        let page = EventPage {
            events: found.events,
            unreadable: found.unreadable,
            asked_at,
        };
        self.writer.write_page(context, page, counts).await?;
        Ok(false)
    }

    /// Reads an event, once there is a permit that nobody else needs.
    async fn event(&self, id: &EventId, terms: CallTerms) -> Result<PageOfEvents, SyncError> {
        loop {
            match self.pages.event(id, terms).await {
                Err(SyncError::RateLimited(at)) if at <= terms.latest => {
                    let clock = self.writer.clock;
                    let soon = plus(clock.now(), SHORTEST_WAIT);
                    clock.sleep_until(at.max(soon)).await;
                }
                read => return read,
            }
        }
    }

    /// The decisions about coming events that were not listed, and whose bot exists or is
    /// wanted, the nearest first.
    async fn unlisted(
        &self,
        record: &CalendarRecord,
        listed: &ListedIds,
    ) -> Result<Vec<Decision>, SyncError> {
        let (calendar, now) = (&record.calendar.id, self.writer.clock.now());
        let decisions = self.writer.decisions;
        let mut keys: Vec<DecisionKey> = decisions.of_calendar(calendar, now).await?;
        keys.retain(|key| !listed.contains(&key.event_id));
        Ok(self.with_bot(&keys, Some(calendar)).await?)
    }

    /// The decisions under `keys` whose bot exists or is wanted and whose meeting is not over,
    /// the nearest first; only those of `calendar`, if one is given.
    async fn with_bot(
        &self,
        keys: &[DecisionKey],
        calendar: Option<&CalendarId>,
    ) -> Result<Vec<Decision>, PortError> {
        let (decisions, now) = (self.writer.decisions, self.writer.clock.now());
        let listed_until = plus(now, LISTED_AHEAD);
        let mut rows = Vec::new();
        for keys in keys.chunks(ROWS) {
            rows.extend(decisions.decisions(keys).await?.decisions);
        }
        rows.retain(|row| {
            let has_bot = row.wanted != Wanted::Nothing || row.applied != Applied::Nothing;
            let is_near = row.starts_at < listed_until;
            let is_of = calendar.is_none_or(|calendar| row.calendar_id == *calendar);
            has_bot && is_near && is_of && row.ends_at > now && !row.is_superseded()
        });
        rows.sort_by_key(|row| row.starts_at);
        rows.truncate(MOST_READ);
        Ok(rows)
    }
}

/// The events that could not be read: each keeps no other waiting, though it is the nearest each
/// time.
#[derive(Debug, Default)]
struct Failures {
    count: usize,
    first: Option<SyncError>,
}

impl Failures {
    /// Fails if the others are not to be read after this one.
    fn go_on_after(&mut self, read: Result<(), SyncError>) -> Result<(), SyncError> {
        let Err(error) = read else {
            return Ok(());
        };
        self.count += 1;
        if error.is_retry_later() || self.count == MOST_FAILED {
            return Err(error);
        }
        self.first.get_or_insert(error);
        Ok(())
    }

    /// Fails as the first event did that could not be read.
    fn end(self) -> Result<(), SyncError> {
        self.first.map_or(Ok(()), Err)
    }
}
