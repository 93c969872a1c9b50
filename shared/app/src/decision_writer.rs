//! Evaluates pages of events and writes the decisions that changed, by
//! compare-and-swap.
//!
//! A row that cannot be read or written costs only its event, which is set aside:
//! logged with its calendar, and counted. An unreadable row of a copy in another
//! calendar counts as if that calendar had no copy.
//!
//! What people chose for whole meetings is read after the rows, so it is never older than what a
//! row was decided from. A choice that is made while a new row is written finds no such row to
//! change, so it is read once more after that.
//!
//! Only the events' own rows are read, by key. Of the other copies of a meeting the first one
//! that wants the bot is read, if an event offers another configuration than before: whether
//! that takes a call depends on who owns the bot.

use std::collections::{BTreeMap, HashMap, HashSet};

use callsheet_domain::{
    CalendarEvent, CalendarId, Decision, DecisionKey, DeduplicationKey, Evaluation, EventId,
    MeetingName, MeetingOverride, MeetingRevision, Plan, Timestamp, Version, over_cap, repair,
    revise_copies, spending_claim,
};

use crate::evaluate::evaluate;
use crate::event_pages::EventPage;
use crate::event_rows::{EventRows, SupersededRows};
use crate::first_copy::first_copies;
use crate::ports::{Clock, Decisions, MeetingOverrides, OverrideStore, Spending, WriteOutcome};
use crate::retry_on_conflict::{Attempt, retry_on_conflict};
use crate::row_writer::{RowWriter, Writes};
use crate::set_aside::SetAside;
use crate::spending::{Counting, SpendingBooks};
use crate::sync_counts::{SyncCounts, count};
use crate::sync_error::SyncError;
use crate::{ActivePolicy, CalendarContext, PortError};

/// Copies of a meeting that has begun that are read to find which retry it has come to.
const COPIES: usize = 20;

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
pub struct DecisionWriter<'a, D, S, K> {
    /// Storage of decisions.
    pub decisions: &'a D,
    /// Storage of what people chose for whole meetings, and of the counted bots.
    pub state: &'a S,
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
    /// Events for whose bots a cap on spending leaves no room.
    over_cap: HashSet<EventId>,
    set_aside: SetAside,
}

impl<D: Decisions, S: OverrideStore + Spending, K: Clock> DecisionWriter<'_, D, S, K> {
    fn rows(&self) -> RowWriter<'_, D> {
        RowWriter {
            decisions: self.decisions,
        }
    }

    /// Writes the decisions about a page's events that it changes. Decisions that another worker wrote first are
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
            events.retain(|event| lost.contains(&event.key()));
            Ok(Attempt::Conflict)
        })
        .await?;
        notes.report(counts);
        Ok(())
    }

    /// The events of a page that are not set aside, and their stored decisions.
    async fn load(
        &self,
        page: &EventPage,
        notes: &mut PageNotes,
    ) -> Result<(Vec<CalendarEvent>, Vec<Decision>), PortError> {
        let keys: Vec<_> = page.events.iter().map(CalendarEvent::key).collect();
        let stored = self.decisions.decisions(&keys).await?;
        let set_aside = &mut notes.set_aside;
        set_aside.add_unreadable(stored.unreadable, &page.events);
        let is_usable = |event: &&CalendarEvent| !set_aside.contains(&event.key());
        let events = page.events.iter().filter(is_usable).cloned();
        Ok((events.collect(), stored.decisions))
    }

    /// For each bot of a row whose offer an evaluation changes, the first copy that wants it
    /// and is not among the evaluated events.
    async fn first_others(
        &self,
        stored: &[Decision],
        evaluations: &[Evaluation<'_>],
    ) -> Result<Vec<Decision>, PortError> {
        let now = self.clock.now();
        let rows: HashMap<&DecisionKey, &Decision> =
            stored.iter().map(|row| (&row.key, row)).collect();
        let evaluated: HashSet<_> = evaluations.iter().map(|one| one.event.key()).collect();
        let bots = evaluations.iter().filter_map(|evaluation| {
            let row = rows.get(&evaluation.event.key())?;
            let changes = row.changes_offer(evaluation) && row.starts_at > now;
            row.wanted_key().filter(|_| changes).cloned()
        });
        let bots: HashSet<_> = bots.collect();
        let may_own = |copy: &Decision| {
            !evaluated.contains(&copy.key) && !copy.is_abandoned() && copy.ends_at > now
        };
        let mut others = first_copies(self.decisions, &bots, may_own).await?;
        for key in joined_late(&rows, evaluations, now) {
            let wanting = self.decisions.wanting(&key, COPIES).await?;
            let wanting = wanting.rows.decisions.into_iter();
            others.extend(wanting.filter(|copy| !evaluated.contains(&copy.key)));
        }
        Ok(others)
    }

    /// Evaluates and writes events once; gives the keys of the rows that another worker
    /// wrote first.
    async fn attempt(
        &self,
        context: &SyncContext,
        page: &EventPage,
        notes: &mut PageNotes,
        counts: &mut SyncCounts,
    ) -> Result<HashSet<DecisionKey>, SyncError> {
        let (events, stored) = self.load(page, notes).await?;
        let (events, meetings) = self.with_meetings(events, notes).await?;
        let now = self.clock.now();
        let mut rows = EventRows::of(self.decisions, stored, &events, now).await?;
        let policy = (&*context.policy.policy, context.policy.revision);
        let current = events
            .iter()
            .filter(|event| !rows.stale.contains(&event.id));
        let evaluations = current.filter_map(|event| {
            let calendar = context.calendars.get(&event.calendar_id)?;
            let meeting = meetings.get(&event.meeting_name());
            Some(evaluate(calendar, event, policy, meeting, now))
        });
        let evaluations: Vec<_> = evaluations.collect();
        let failed = evaluations
            .iter()
            .filter(|evaluation| evaluation.has_failed());
        notes
            .failed_rules
            .extend(failed.map(|evaluation| evaluation.event.id.clone()));
        let evaluations = self
            .within_caps(context, &rows.stored, evaluations, notes)
            .await?;
        let others = self.first_others(&rows.stored, &evaluations).await?;
        let copies: Vec<_> = rows.stored.iter().cloned().chain(others).collect();
        let mut revised = revise_copies(&copies, &evaluations, now);
        if revised.is_behind {
            return Err(SyncError::Conflict);
        }
        counts.stale += revised.stale + count(rows.stale.len());
        let drifted = repair(&rows.stored, &mut revised.writes, &events, page.asked_at);
        let drifted = drifted.into_iter();
        notes
            .drifted
            .extend(drifted.map(|(key, kind)| (key.event_id, kind.as_str())));
        let superseded = rows.superseded(&revised.writes);
        let set_aside = &mut notes.set_aside;
        let first = self.supersede(superseded, &mut revised.writes, set_aside);
        let mut lost = first.await?;
        let new = revised.writes.iter();
        let new = new.filter(|row| row.version == Version::NEW && row.wanted_key().is_some());
        let new = new.map(|row| (row.key.clone(), row.meeting_name(), row.inputs.meeting));
        let new: Vec<_> = new.collect();
        let writes = self.rows().write(revised.writes, set_aside).await?;
        counts.written += writes.written + lost.written;
        lost.lost.extend(writes.lost);
        lost.lost.extend(self.chosen_since(new).await?);
        Ok(lost.lost)
    }

    /// The events that are not set aside, with what people chose for their meetings. Where that
    /// cannot be read, a no may be among it.
    async fn with_meetings(
        &self,
        mut events: Vec<CalendarEvent>,
        notes: &mut PageNotes,
    ) -> Result<(Vec<CalendarEvent>, HashMap<MeetingName, MeetingOverride>), PortError> {
        if events.is_empty() {
            return Ok((events, HashMap::new()));
        }
        let names: Vec<_> = events.iter().map(CalendarEvent::meeting_name).collect();
        let MeetingOverrides { known, unreadable } = self.state.meeting_overrides(&names).await?;
        if !unreadable.is_empty() {
            for event in &events {
                if let Some(problem) = unreadable.get(&event.meeting_name()) {
                    let (key, calendar) = (event.key(), event.calendar_id.clone());
                    notes.set_aside.add(key, calendar, problem.clone());
                }
            }
            events.retain(|event| !notes.set_aside.contains(&event.key()));
        }
        Ok((events, known))
    }

    /// The keys of new rows for whose meetings people have chosen something since they were
    /// decided about.
    async fn chosen_since(
        &self,
        new: Vec<(DecisionKey, MeetingName, MeetingRevision)>,
    ) -> Result<Vec<DecisionKey>, PortError> {
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<_> = new.iter().map(|(_, name, _)| name.clone()).collect();
        let chosen = self.state.meeting_overrides(&names).await?;
        let is_later = |name: &MeetingName, revision: MeetingRevision| {
            let meeting = chosen.known.get(name);
            meeting.is_some_and(|meeting| meeting.revision > revision)
        };
        let later = new.into_iter();
        let later = later.filter(|(_, name, revision)| is_later(name, *revision));
        Ok(later.map(|(key, _, _)| key).collect())
    }

    /// The evaluations, of which those are replaced for whose bots a cap on spending leaves no
    /// room. The bots of the others are counted: the nearest meetings first.
    async fn within_caps<'e>(
        &self,
        context: &SyncContext,
        stored: &[Decision],
        mut evaluations: Vec<Evaluation<'e>>,
        notes: &mut PageNotes,
    ) -> Result<Vec<Evaluation<'e>>, SyncError> {
        let (policy, now) = (&context.policy.policy, self.clock.now());
        let rows: HashMap<&DecisionKey, &Decision> =
            stored.iter().map(|row| (&row.key, row)).collect();
        let claim = |(index, evaluation): (usize, &Evaluation<'_>)| {
            let calendar = context.calendars.get(&evaluation.event.calendar_id)?;
            let row = rows.get(&evaluation.event.key()).copied();
            let by = (&**policy, &calendar.record.calendar);
            Some((index, spending_claim(evaluation, row, by, now)?))
        };
        let claims = evaluations.iter().enumerate();
        let mut claims: Vec<_> = claims.filter_map(claim).collect();
        claims.sort_by(|(_, one), (_, other)| {
            (one.starts_at, &one.bot).cmp(&(other.starts_at, &other.bot))
        });
        let books = SpendingBooks {
            spending: self.state,
        };
        for (index, claim) in claims {
            match books.count(&claim, now).await? {
                Counting::Counted => {}
                Counting::OverCap(reached) => {
                    let evaluation = &mut evaluations[index];
                    notes.over_cap.insert(evaluation.event.id.clone());
                    *evaluation = over_cap(evaluation, &reached);
                }
                Counting::Conflict => return Err(SyncError::Conflict),
            }
        }
        Ok(evaluations)
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
                    superseded.lost.insert(successor.clone());
                }
            }
        }
        Ok(superseded)
    }
}

/// The bots of meetings that have begun and that a row did not want before: the other copies
/// may have come to a retry.
fn joined_late(
    rows: &HashMap<&DecisionKey, &Decision>,
    evaluations: &[Evaluation<'_>],
    now: Timestamp,
) -> HashSet<DeduplicationKey> {
    let late = evaluations.iter().filter_map(|evaluation| {
        let Plan::Bot {
            deduplication_key, ..
        } = &evaluation.plan
        else {
            return None;
        };
        let row = rows.get(&evaluation.event.key());
        let wanted = row.and_then(|row| row.wanted_key());
        let is_new = wanted.is_none_or(|wanted| !wanted.is_of_same_meeting(deduplication_key));
        let has_begun = evaluation.event.starts_at <= now && now < evaluation.event.ends_at;
        (is_new && has_begun).then(|| deduplication_key.clone())
    });
    late.collect()
}

impl PageNotes {
    /// Counts the notes, and logs each drift and each event that is set aside.
    fn report(self, counts: &mut SyncCounts) {
        self.set_aside.report(counts);
        counts.failed_rules += count(self.failed_rules.len());
        counts.drifted += count(self.drifted.len());
        counts.over_cap += count(self.over_cap.len());
        for (event, kind) in self.drifted {
            tracing::warn!(%event, kind, "repaired drift of event {event}: {kind}");
        }
    }
}
