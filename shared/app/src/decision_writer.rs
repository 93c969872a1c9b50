//! Evaluates pages of events and writes the decisions that changed, by
//! compare-and-swap.
//!
//! A row that cannot be read or written costs only its event, which is set aside:
//! logged with its calendar, and counted. An unreadable row of a copy in another
//! calendar counts as if that calendar had no copy.
//!
//! After its writes, a writer reads the meetings once more whose shared bot it may have
//! given another owner or configuration, and settles their copies: another worker may
//! have written a copy meanwhile that neither of the two had read.

use std::collections::{BTreeMap, HashMap, HashSet};

use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarRecord, Decision, DecisionKey, EventId, IcalUid, RowChange,
    RuleName, Verdict, repair, retire, retire_copies, revise_copies, settle_copies,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::evaluate::evaluate;
use crate::event_pages::EventPage;
use crate::event_rows::{EventRows, SupersededRows};
use crate::ports::{Clock, Decisions, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::set_aside::SetAside;
use crate::shared_rows::{Unsettled, add_sharing};
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
    /// Meetings and bots whose copies are to be settled.
    unsettled: Unsettled,
    set_aside: SetAside,
}

/// The result of some writes.
#[derive(Debug, Default)]
struct Writes {
    written: u32,
    /// Meetings of the rows that another worker wrote first.
    lost: HashSet<IcalUid>,
}

impl<D: Decisions, K: Clock> DecisionWriter<'_, D, K> {
    /// Writes the decisions that a page changes: those about its events, and
    /// those about copies of them. Decisions that another worker wrote first are
    /// loaded and evaluated again. Bots that Recall listed with the events are
    /// compared with the known ones, and differences are repaired.
    ///
    /// # Errors
    /// If the table fails, or other workers kept writing to the decisions, or they
    /// were made with newer policies or overrides.
    pub async fn write_page(
        &self,
        context: &SyncContext,
        page: EventPage,
        counts: &mut SyncCounts,
    ) -> Result<(), SyncError> {
        let EventPage {
            mut events,
            asked_at,
            ..
        } = page;
        events.retain(|event| context.calendars.contains_key(&event.calendar_id));
        let mut notes = PageNotes::default();
        retry_on_conflict(async || {
            let page = EventPage {
                events: std::mem::take(&mut events),
                unreadable: Vec::new(),
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
        let unsettled = std::mem::take(&mut notes.unsettled);
        let settled = self.settle(unsettled, &mut notes.set_aside);
        counts.written += settled.await?;
        notes.report(counts);
        Ok(())
    }

    /// Has the copies of meetings, and all others that want the same bots, want the
    /// configuration of their bot's owner. Gives the number of rows that were written, seldom
    /// any. A read that finds nothing to write is the last: what another worker wrote before
    /// it is in it, and what another worker writes later is read again by that worker. Rows
    /// of other meetings are found by an index, though, which may lag.
    async fn settle(
        &self,
        mut unsettled: Unsettled,
        set_aside: &mut SetAside,
    ) -> Result<u32, SyncError> {
        let mut written = 0;
        if unsettled.meetings.is_empty() {
            return Ok(written);
        }
        retry_on_conflict(async || {
            let Unsettled { meetings, bots } = std::mem::take(&mut unsettled);
            let loaded: Vec<_> = meetings.into_iter().collect();
            let mut stored = self.decisions.copies(&loaded).await?.decisions;
            let now = self.clock.now();
            add_sharing(self.decisions, &mut stored, bots, now).await?;
            let mut rows = settle_copies(&stored, now);
            rows.retain(|row| !set_aside.contains(&row.key));
            rows.iter().for_each(|row| unsettled.add(row));
            written += self.write(rows, set_aside).await?.written;
            Ok(if unsettled.meetings.is_empty() {
                Attempt::Done(())
            } else {
                Attempt::Conflict
            })
        })
        .await?;
        Ok(written)
    }

    /// The events of a page that are not set aside, and all stored decisions about
    /// their meetings, with those of other meetings that own their bots.
    async fn load(
        &self,
        page: &EventPage,
        notes: &mut PageNotes,
    ) -> Result<(Vec<CalendarEvent>, Vec<Decision>), PortError> {
        let meetings = page.events.iter().map(|event| event.ical_uid.clone());
        let meetings: Vec<_> = meetings.collect();
        let stored = self.decisions.copies(&meetings).await?;
        let set_aside = &mut notes.set_aside;
        set_aside.add_unreadable(stored.unreadable, &page.events);
        let is_usable = |event: &&CalendarEvent| !set_aside.contains(&event.key());
        let events = page.events.iter().filter(is_usable).cloned();
        let (events, mut stored) = (events.collect(), stored.decisions);
        add_sharing(
            self.decisions,
            &mut stored,
            HashSet::new(),
            self.clock.now(),
        )
        .await?;
        Ok((events, stored))
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
        let (events, stored) = self.load(page, notes).await?;
        let now = self.clock.now();
        let mut rows = EventRows::of(self.decisions, stored, &events, now).await?;
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
        let drifted = repair(&rows.stored, &mut revised.writes, &events, page.asked_at);
        let drifted = drifted.into_iter();
        notes
            .drifted
            .extend(drifted.map(|(key, kind)| (key.event_id, kind.as_str())));
        let superseded = rows
            .superseded(self.decisions, &revised.writes, now)
            .await?;
        notes.add_unsettled(&rows.stored, &revised.writes);
        superseded.add_to(&mut notes.unsettled);
        let set_aside = &mut notes.set_aside;
        let first = self.supersede(superseded, &mut revised.writes, set_aside);
        let mut lost = first.await?;
        let writes = self.write(revised.writes, set_aside).await?;
        counts.written += writes.written + lost.written;
        lost.lost.extend(writes.lost);
        Ok(lost.lost)
    }

    /// Writes superseded rows before those that supersede them. A row whose
    /// predecessor could not be written is left out of `writes`.
    async fn supersede(
        &self,
        rows: SupersededRows,
        writes: &mut Vec<Decision>,
        set_aside: &mut SetAside,
    ) -> Result<Writes, PortError> {
        let mut superseded = Writes::default();
        for row in &rows.superseded {
            let result = self.decisions.write(row).await;
            if matches!(result, Ok(WriteOutcome::Written)) {
                superseded.written += 1;
                continue;
            }
            let Some(successor) = rows.successor(&row.key) else {
                continue;
            };
            writes.retain(|row| row.key != *successor);
            match result {
                Err(error @ PortError::Unwritable { .. }) => {
                    set_aside.add(
                        successor.clone(),
                        row.calendar_id.clone(),
                        error.to_string(),
                    );
                }
                result => {
                    result?;
                    superseded.lost.insert(successor.ical_uid.clone());
                }
            }
        }
        let is_written = |copy: &Decision| writes.iter().any(|row| row.key == copy.key);
        let copies: Vec<_> = rows
            .copies
            .into_iter()
            .filter(|copy| !is_written(copy))
            .collect();
        writes.extend(copies);
        Ok(superseded)
    }

    /// Writes rows. One that the table does not accept is set aside.
    async fn write(
        &self,
        mut rows: Vec<Decision>,
        set_aside: &mut SetAside,
    ) -> Result<Writes, PortError> {
        rows.retain(|row| !set_aside.contains(&row.key));
        let results: Vec<(Decision, Result<WriteOutcome, String>)> = stream::iter(rows)
            .map(|row| async move {
                let result = match self.decisions.write(&row).await {
                    Err(error @ PortError::Unwritable { .. }) => Err(error.to_string()),
                    result => Ok(result?),
                };
                Ok::<_, PortError>((row, result))
            })
            .buffer_unordered(WRITES)
            .try_collect()
            .await?;
        let mut writes = Writes::default();
        for (row, result) in results {
            match result {
                Ok(WriteOutcome::Written) => writes.written += 1,
                Ok(WriteOutcome::Conflict) => {
                    writes.lost.insert(row.key.ical_uid);
                }
                Err(problem) => set_aside.add(row.key, row.calendar_id, problem),
            }
        }
        Ok(writes)
    }

    /// Retires the decisions of a calendar that was disconnected or deleted, as far
    /// as its index shows them and they were not `seen` before. A meeting that is
    /// over keeps its decision, and with it its outcome. Gives the number of
    /// decisions that were retired.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing
    /// to them.
    pub async fn retire(
        &self,
        record: &CalendarRecord,
        seen: &mut HashSet<DecisionKey>,
    ) -> Result<u32, SyncError> {
        let calendar = &record.calendar;
        let now = self.clock.now();
        let mut keys = self.decisions.of_calendar(&calendar.id, now).await?;
        keys.retain(|key| seen.insert(key.clone()));
        let (mut counts, mut set_aside) = (SyncCounts::default(), SetAside::default());
        for keys in keys.chunks(ROWS) {
            let status = calendar.status;
            let verdict =
                Verdict::skip(RuleName::DISCONNECTED, format!("the calendar is {status}"));
            self.retire_rows((record, &verdict), keys, &mut counts, &mut set_aside)
                .await?;
        }
        set_aside.report(&mut counts);
        let (id, status) = (&calendar.id, calendar.status);
        let (retired, stale) = (counts.written, counts.stale);
        if !keys.is_empty() {
            tracing::info!(
                calendar = %id,
                %status,
                retired,
                stale,
                "retired calendar {id}, which is {status}: {retired} decisions retired"
            );
        }
        Ok(retired)
    }

    /// Retires the decisions about events that Recall does not know any more. It has removed
    /// their bots itself.
    ///
    /// # Errors
    /// If the decisions cannot be read or written, or other workers kept writing to them.
    pub async fn retire_gone(
        &self,
        record: &CalendarRecord,
        keys: &[DecisionKey],
        counts: &mut SyncCounts,
    ) -> Result<(), SyncError> {
        let mut set_aside = SetAside::default();
        let verdict = Verdict::skip(RuleName::DELETED, "the event was deleted");
        if !keys.is_empty() {
            self.retire_rows((record, &verdict), keys, counts, &mut set_aside)
                .await?;
        }
        set_aside.report(counts);
        Ok(())
    }

    /// Retires the rows under `keys`. Copies in other calendars that share a bot
    /// with them get another owner of it.
    async fn retire_rows(
        &self,
        (record, verdict): (&CalendarRecord, &Verdict),
        keys: &[DecisionKey],
        counts: &mut SyncCounts,
        set_aside: &mut SetAside,
    ) -> Result<(), SyncError> {
        let mut meetings: HashSet<_> = keys.iter().map(|key| key.ical_uid.clone()).collect();
        let mut unsettled = Unsettled::default();
        unsettled.meetings.clone_from(&meetings);
        retry_on_conflict(async || {
            let loaded: Vec<_> = meetings.drain().collect();
            let stored = self.decisions.copies(&loaded).await?;
            let unreadable = stored.unreadable.into_iter();
            for row in unreadable.filter(|row| keys.contains(&row.key)) {
                set_aside.add(row.key, record.calendar.id.clone(), row.problem);
            }
            let (mut stored, now) = (stored.decisions, self.clock.now());
            let is_retired = |row: &&Decision| keys.contains(&row.key);
            stored
                .iter()
                .filter(is_retired)
                .for_each(|row| unsettled.add(row));
            add_sharing(self.decisions, &mut stored, unsettled.bots.clone(), now).await?;
            let mut retired = Vec::new();
            for row in stored.iter().filter(is_retired) {
                match retire(row, verdict.clone(), record.revision) {
                    RowChange::Write(row) => retired.push(*row),
                    RowChange::Behind => counts.stale += 1,
                    RowChange::Unchanged | RowChange::Stale => {}
                }
            }
            let writes = retire_copies(&stored, retired, now);
            let writes = self.write(writes, set_aside).await?;
            counts.written += writes.written;
            meetings = writes.lost;
            Ok(if meetings.is_empty() {
                Attempt::Done(())
            } else {
                Attempt::Conflict
            })
        })
        .await?;
        counts.written += self.settle(unsettled, set_aside).await?;
        Ok(())
    }
}

impl PageNotes {
    /// Adds the meetings and bots that may have another owner or configuration once `writes`
    /// have replaced the `stored` rows.
    fn add_unsettled(&mut self, stored: &[Decision], writes: &[Decision]) {
        let stored: HashMap<&DecisionKey, &Decision> =
            stored.iter().map(|row| (&row.key, row)).collect();
        let before = |row: &Decision| stored.get(&row.key).copied();
        for row in writes {
            let before = before(row);
            if row.changes_shared_bot(before) {
                self.unsettled.add(row);
                before.into_iter().for_each(|row| self.unsettled.add(row));
            }
        }
    }

    /// Counts the notes, and logs each drift and each event that is set aside.
    fn report(self, counts: &mut SyncCounts) {
        self.set_aside.report(counts);
        counts.failed_rules += count(self.failed_rules.len());
        counts.drifted += count(self.drifted.len());
        for (event, kind) in self.drifted {
            tracing::warn!(%event, kind, "repaired drift of event {event}: {kind}");
        }
    }
}
