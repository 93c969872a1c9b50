//! Evaluates pages of events and writes the decisions that changed, by
//! compare-and-swap.

use std::collections::{BTreeMap, HashMap, HashSet};

use callsheet_domain::{
    CalendarId, CalendarRecord, Decision, DecisionKey, EventId, IcalUid, RowChange, RuleName,
    Verdict, repair, retire, retire_copies, revise_copies,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::evaluate::evaluate;
use crate::event_pages::EventPage;
use crate::event_rows::{EventRows, SupersededRows};
use crate::ports::{Clock, Decisions, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::sync_counts::{SyncCounts, count};
use crate::sync_error::SyncError;
use crate::{ActivePolicy, CalendarContext, PortError};

/// Writes of one page that are in flight at once.
const WRITES: usize = 16;
/// Rows loaded together: as many as one batch read of a table takes.
const ROWS: usize = 100;

/// The policy and the calendars that events are evaluated with.
#[derive(Debug)]
pub struct SyncContext {
    /// The active policy.
    pub policy: ActivePolicy,
    /// The calendars whose events are evaluated; events of others are left out.
    pub calendars: BTreeMap<CalendarId, CalendarContext>,
}

impl SyncContext {
    /// The context of a sync that has loaded no calendar yet.
    #[must_use]
    pub fn new(policy: &ActivePolicy) -> Self {
        Self {
            policy: policy.clone(),
            calendars: BTreeMap::new(),
        }
    }

    /// The context of a sync of one calendar.
    #[must_use]
    pub fn of_calendar(calendar: CalendarContext, policy: &ActivePolicy) -> Self {
        let mut context = Self::new(policy);
        let id = calendar.record.calendar.id.clone();
        context.calendars.insert(id, calendar);
        context
    }
}

/// Evaluates events and writes decisions.
#[derive(Debug)]
pub struct DecisionWriter<'a, D, K> {
    /// Storage of decisions.
    pub decisions: &'a D,
    /// Source of the time.
    pub clock: &'a K,
}

/// Notes about the events of a page, whatever the number of attempts to write it.
#[derive(Debug, Default)]
struct PageNotes {
    /// Events for which an expression of a rule failed.
    failed_rules: HashSet<EventId>,
    /// Events whose bots have drifted, with the kind of drift.
    drifted: HashMap<EventId, &'static str>,
}

impl<D: Decisions, K: Clock> DecisionWriter<'_, D, K> {
    /// Writes the decisions that a page changes: those about its events, and
    /// those about copies of them. Decisions that another worker wrote first are
    /// loaded and evaluated again. Bots that Recall listed with the events are
    /// compared with the known ones, and differences are repaired.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing
    /// to them, or they were made with newer policies or overrides.
    pub async fn write_page(
        &self,
        context: &SyncContext,
        page: EventPage,
        counts: &mut SyncCounts,
    ) -> Result<(), SyncError> {
        let EventPage {
            mut events,
            asked_at,
        } = page;
        events.retain(|event| context.calendars.contains_key(&event.calendar_id));
        let mut notes = PageNotes::default();
        retry_on_conflict(async || {
            let page = EventPage {
                events: std::mem::take(&mut events),
                asked_at,
            };
            let lost = self.attempt(context, &page, &mut notes, counts).await?;
            if lost.is_empty() {
                return Ok(Attempt::Done(()));
            }
            events = page.events;
            events.retain(|event| lost.contains(&event.ical_uid));
            Ok(Attempt::Conflict)
        })
        .await?;
        notes.report(counts);
        Ok(())
    }

    /// Evaluates and writes events once; gives the meetings that another worker
    /// wrote first.
    async fn attempt(
        &self,
        context: &SyncContext,
        page: &EventPage,
        notes: &mut PageNotes,
        counts: &mut SyncCounts,
    ) -> Result<HashSet<IcalUid>, SyncError> {
        let events = &page.events;
        let meetings: Vec<_> = events.iter().map(|event| event.ical_uid.clone()).collect();
        let stored = self.decisions.copies(&meetings).await?.all_readable()?;
        let now = self.clock.now();
        let mut rows = EventRows::of(self.decisions, stored, events, now).await?;
        let policy = (&*context.policy.policy, context.policy.revision);
        let current = events
            .iter()
            .filter(|event| !rows.stale.contains(&event.id));
        let evaluations = current.filter_map(|event| {
            let calendar = context.calendars.get(&event.calendar_id)?;
            Some(evaluate(calendar, event, policy, now))
        });
        let evaluations: Vec<_> = evaluations.collect();
        let failed = evaluations
            .iter()
            .filter(|evaluation| evaluation.has_failed());
        notes
            .failed_rules
            .extend(failed.map(|evaluation| evaluation.event.id.clone()));
        let mut revised = revise_copies(&rows.stored, &evaluations, now);
        if revised.is_behind {
            return Err(SyncError::Conflict);
        }
        counts.stale += revised.stale + count(rows.stale.len());
        let drifted = repair(&rows.stored, &mut revised.writes, events, page.asked_at);
        let drifted = drifted.into_iter();
        notes
            .drifted
            .extend(drifted.map(|(key, kind)| (key.event_id, kind.as_str())));
        let superseded = rows
            .superseded(self.decisions, &revised.writes, now)
            .await?;
        let lost = self.supersede(superseded, &mut revised.writes, counts);
        let mut lost = lost.await?;
        lost.extend(self.write(revised.writes, counts).await?);
        Ok(lost)
    }

    /// Writes superseded rows before those that supersede them. A row whose
    /// predecessor was written by another worker meanwhile is left out; gives its
    /// meeting.
    async fn supersede(
        &self,
        rows: SupersededRows,
        writes: &mut Vec<Decision>,
        counts: &mut SyncCounts,
    ) -> Result<HashSet<IcalUid>, PortError> {
        let mut lost = HashSet::new();
        for row in &rows.superseded {
            if self.decisions.write(row).await? == WriteOutcome::Written {
                counts.written += 1;
            } else if let Some(successor) = rows.successor(&row.key) {
                writes.retain(|row| row.key != *successor);
                lost.insert(successor.ical_uid.clone());
            }
        }
        let is_written = |copy: &Decision| writes.iter().any(|row| row.key == copy.key);
        let copies: Vec<_> = rows
            .copies
            .into_iter()
            .filter(|copy| !is_written(copy))
            .collect();
        writes.extend(copies);
        Ok(lost)
    }

    /// Writes rows; gives the meetings of those that another worker wrote first.
    async fn write(
        &self,
        rows: Vec<Decision>,
        counts: &mut SyncCounts,
    ) -> Result<HashSet<IcalUid>, PortError> {
        let results: Vec<(IcalUid, WriteOutcome)> = stream::iter(rows)
            .map(|row| async move {
                let result = self.decisions.write(&row).await?;
                Ok::<_, PortError>((row.key.ical_uid, result))
            })
            .buffer_unordered(WRITES)
            .try_collect()
            .await?;
        let (written, lost): (Vec<_>, Vec<_>) = results
            .into_iter()
            .partition(|(_, result)| *result == WriteOutcome::Written);
        counts.written += count(written.len());
        Ok(lost.into_iter().map(|(meeting, _)| meeting).collect())
    }

    /// Retires the decisions of a calendar that was disconnected or deleted. A
    /// meeting that is over keeps its decision, and with it its outcome.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing
    /// to them.
    pub async fn retire(&self, record: &CalendarRecord) -> Result<(), SyncError> {
        let calendar = &record.calendar;
        let now = self.clock.now();
        let keys = self.decisions.of_calendar(&calendar.id, now).await?;
        let mut counts = SyncCounts::default();
        for keys in keys.chunks(ROWS) {
            self.retire_rows(record, keys, &mut counts).await?;
        }
        let (id, status) = (&calendar.id, calendar.status);
        let (retired, stale) = (counts.written, counts.stale);
        tracing::info!(
            calendar = %id,
            %status,
            retired,
            stale,
            "retired calendar {id}, which is {status}: {retired} decisions retired"
        );
        Ok(())
    }

    /// Retires the rows under `keys`. Copies in other calendars that share a bot
    /// with them get another owner of it.
    async fn retire_rows(
        &self,
        record: &CalendarRecord,
        keys: &[DecisionKey],
        counts: &mut SyncCounts,
    ) -> Result<(), SyncError> {
        let status = record.calendar.status;
        let verdict = Verdict::skip(RuleName::DISCONNECTED, format!("the calendar is {status}"));
        let mut meetings: HashSet<_> = keys.iter().map(|key| key.ical_uid.clone()).collect();
        retry_on_conflict(async || {
            let loaded: Vec<_> = meetings.drain().collect();
            let stored = self.decisions.copies(&loaded).await?.all_readable()?;
            let mut retired = Vec::new();
            for row in stored.iter().filter(|row| keys.contains(&row.key)) {
                match retire(row, verdict.clone(), record.revision) {
                    RowChange::Write(row) => retired.push(*row),
                    RowChange::Behind => counts.stale += 1,
                    RowChange::Unchanged | RowChange::Stale => {}
                }
            }
            let writes = retire_copies(&stored, retired, self.clock.now());
            meetings = self.write(writes, counts).await?;
            Ok(if meetings.is_empty() {
                Attempt::Done(())
            } else {
                Attempt::Conflict
            })
        })
        .await
    }
}

impl PageNotes {
    /// Counts the notes, and logs each drift.
    fn report(self, counts: &mut SyncCounts) {
        counts.failed_rules += count(self.failed_rules.len());
        counts.drifted += count(self.drifted.len());
        for (event, kind) in self.drifted {
            tracing::warn!(%event, kind, "repaired drift of event {event}: {kind}");
        }
    }
}
