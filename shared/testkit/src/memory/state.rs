//! Calendars, sync states, overrides, policies, rate limits and the lease, in memory.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::ports::{
    Access, Activity, ActivityLog, ActorRows, CalendarPages, Calendars, DayTotals, Denial, DueHead,
    DueWork, Forgetting, Held, KeptCoverage, LeaseResult, Leases, ListedCalendar, MeetingOverrides,
    NewPolicy, OverrideStore, PermitResult, Policies, PolicyWrite, RateLimits, RecordPage,
    Released, Spending, StoredPolicy, SyncStates, Throttling, UnreadableRecord, Versioned,
    WriteOutcome,
};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    Account, Actor, CalendarId, CalendarListProgress, CalendarOwner, CalendarRecord, CountedBot,
    DeduplicationKey, EventId, LinkComparison, MeetingName, MeetingOverride, NewCalendarList,
    NextFree, Operation, Override, OverrideChoice, OverrideRevision, OverrideScope, Overrides,
    Pause, PolicyRevision, RateLimit, Spent, Timestamp, UnappliedOverride, Version,
    WindowedSyncState, WorkspaceSyncState,
};

use jiff::civil::Date;

use super::Shared;
use super::leases::MemoryLease;
use crate::contracts::lost_heads::LosesHeads;

/// Calendars, sync states, overrides, policies, rate limits and the lease, in
/// memory: what the state table holds.
#[derive(Debug, Clone, Default)]
pub struct MemoryState(Shared<State>);

#[derive(Debug, Default)]
struct State {
    calendars: BTreeMap<CalendarId, CalendarRecord>,
    workspace: WorkspaceSyncState,
    windowed: WindowedSyncState,
    calendar_list: CalendarListProgress,
    new_calendar_list: NewCalendarList,
    overrides: BTreeMap<CalendarOwner, Overrides>,
    /// Overrides of events that no sync has applied yet.
    unapplied: BTreeMap<CalendarOwner, Vec<UnappliedOverride>>,
    /// What people chose for whole meetings, and when that is deleted.
    meetings: BTreeMap<MeetingName, (MeetingOverride, Timestamp)>,
    unreadable_meetings: BTreeSet<MeetingName>,
    /// Names with overrides that a sync has to apply.
    due_heads: BTreeSet<CalendarOwner>,
    /// The name before, of each name that was joined with another one.
    joined: BTreeMap<CalendarOwner, CalendarOwner>,
    /// Every revision of the policy; the last one is active.
    policies: Vec<StoredPolicy>,
    /// How the built-in policy compares links, once that is decided.
    built_in_links: Option<LinkComparison>,
    /// Whether the row that names the active policy is lost.
    has_lost_policy_head: bool,
    rate_limits: BTreeMap<Operation, NextFree>,
    /// The end of the last block of an operation.
    blocked_until: BTreeMap<Operation, Timestamp>,
    lease: MemoryLease,
    denial: Option<Denial>,
    activity: Activity,
    coverage: BTreeMap<Date, DayTotals>,
    counted_bots: BTreeMap<DeduplicationKey, Versioned<CountedBot>>,
    spent: BTreeMap<Account, Versioned<Spent>>,
    /// When the rows of calendars are deleted.
    expiries: BTreeMap<CalendarId, Timestamp>,
    /// When overrides of events are deleted.
    override_expiries: BTreeMap<(CalendarOwner, OverrideScope), Timestamp>,
    /// When all overrides of an owner without calendars are deleted.
    owner_expiries: BTreeMap<CalendarOwner, Timestamp>,
    unreadable: BTreeSet<CalendarId>,
    unreadable_overrides: BTreeSet<CalendarOwner>,
    lost_override_heads: BTreeSet<CalendarOwner>,
}

/// The most overrides of events that are applied one by one.
const MOST_UNAPPLIED: usize = 20;

/// The problem of rows that a test made unreadable.
const PROBLEM: &str = "made unreadable on purpose";

fn unreadable(row: &str) -> PortError {
    PortError::Unreadable {
        service: Service::DynamoDb,
        reason: format!("in {row}, {PROBLEM}"),
    }
}

/// The key of the head under a name.
fn key_of(name: &CalendarOwner) -> String {
    let unknown = match name {
        CalendarOwner::Unknown(calendar) => calendar.to_string(),
        CalendarOwner::Person { .. } => String::new(),
    };
    name.digest().unwrap_or(unknown)
}

impl State {
    fn spent_on(&self, account: &Account) -> Versioned<Spent> {
        self.spent.get(account).cloned().unwrap_or(Versioned {
            value: Spent::default(),
            version: Version::NEW,
        })
    }

    fn active_policy(&self) -> PolicyRevision {
        let last = self.policies.last();
        last.map(|policy| policy.revision).unwrap_or_default()
    }

    /// The calendars with records that can be read.
    fn listed(&self) -> impl Iterator<Item = ListedCalendar> {
        let readable = self.calendars.values();
        readable
            .filter(|record| !self.unreadable.contains(&record.calendar.id))
            .map(|record| self.as_listed(record))
    }

    fn as_listed(&self, record: &CalendarRecord) -> ListedCalendar {
        let person = self.person(&record.calendar.owner());
        let overrides = self.overrides.get(&person);
        ListedCalendar {
            record: record.clone(),
            override_revision: overrides
                .map(|overrides| overrides.full_sync_revision)
                .unwrap_or_default(),
            unapplied: (self.unapplied.get(&person).into_iter().flatten())
                .filter(|one| one.calendar_id == record.calendar.id)
                .cloned()
                .collect(),
            person,
        }
    }

    /// The owner of a calendar, as far as it is known.
    fn owner(&self, calendar: &CalendarId) -> CalendarOwner {
        let record = self.calendars.get(calendar);
        record.map_or_else(
            || CalendarOwner::Unknown(calendar.clone()),
            |record| record.calendar.owner(),
        )
    }

    /// The first of the names that were joined with `owner`.
    fn person(&self, owner: &CalendarOwner) -> CalendarOwner {
        let mut person = owner;
        while let Some(before) = self.joined.get(person) {
            person = before;
        }
        person.clone()
    }

    /// Has the overrides and the pause of `from` hold for `to` as well.
    fn carry(&mut self, from: &CalendarOwner, to: &CalendarOwner) {
        let Some(carried) = self.overrides.get(from).cloned() else {
            return;
        };
        let mut last = self.last_revision(to).max(self.last_revision(from));
        let known = self.overrides.entry(to.clone()).or_default();
        for (scope, theirs) in carried.by_scope {
            let own = known.by_scope.get(&scope);
            let own = own.filter(|own| own.at >= theirs.at).cloned();
            let mut later = own.unwrap_or(theirs);
            last = last.next();
            later.revision = last;
            known.by_scope.insert(scope.clone(), later);
            let expiry = self.override_expiries.get(&(from.clone(), scope.clone()));
            if let Some(expiry) = expiry.copied() {
                self.override_expiries.insert((to.clone(), scope), expiry);
            }
        }
        if let Some(theirs) = carried.pause {
            let own = known.pause.clone().filter(|own| own.at >= theirs.at);
            let mut later = own.unwrap_or(theirs);
            last = last.next();
            later.revision = last;
            known.pause = Some(later);
        }
        known.revision = last;
        known.full_sync_revision = last;
        self.unapplied.remove(to);
        self.due_heads.insert(to.clone());
        self.lost_override_heads.remove(to);
    }

    /// The head of the overrides under a name, and the calendars of the person.
    fn due_head(&self, name: &CalendarOwner) -> (Option<DueHead>, Vec<ListedCalendar>) {
        let person = self.person(name);
        let theirs = |record: &&CalendarRecord| self.person(&record.calendar.owner()) == person;
        let records = self.calendars.values().filter(theirs);
        let ids: Vec<_> = records.map(|record| record.calendar.id.clone()).collect();
        let are_all = ids.iter().all(|id| !self.unreadable.contains(id));
        let head = are_all.then(|| DueHead {
            key: key_of(name),
            revision: self.head_revision(name),
            calendars: ids,
        });
        let listed = self.listed().filter(|listed| listed.person == person);
        (head, listed.collect())
    }

    fn head_revision(&self, name: &CalendarOwner) -> OverrideRevision {
        let stored = self.overrides.get(name);
        stored.map(|stored| stored.revision).unwrap_or_default()
    }

    /// The last revision of an owner's overrides: without the head it may be known from the
    /// last sync of a calendar only.
    fn last_revision(&self, owner: &CalendarOwner) -> OverrideRevision {
        let stored = self.overrides.get(owner).map(|stored| stored.revision);
        let has_head = stored.is_some() && !self.lost_override_heads.contains(owner);
        let records = self.calendars.values();
        let is_theirs = |record: &&CalendarRecord| self.person(&record.calendar.owner()) == *owner;
        let of_owner = records.filter(|record| !has_head && is_theirs(record));
        let synced = of_owner.filter_map(|record| record.last_sync.as_ref());
        let synced = synced.map(|sync| sync.overrides);
        synced.fold(stored.unwrap_or_default(), Ord::max)
    }
}

impl MemoryState {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// When an operation's next permit is free; none before its first permit.
    #[must_use]
    pub fn next_free(&self, operation: Operation) -> Option<NextFree> {
        self.0
            .with(|state| state.rate_limits.get(&operation).copied())
    }

    /// Loses the row that names the active policy, as a person does who deletes it.
    pub fn lose_policy_head(&self) {
        self.write(|state| state.has_lost_policy_head = true);
    }

    /// The owner of a calendar, as its record names them.
    #[must_use]
    pub fn owner_of(&self, calendar: &CalendarId) -> CalendarOwner {
        self.read(|state| state.owner(calendar))
    }

    /// Loses the head of an owner's overrides.
    pub fn lose_overrides_head(&self, owner: &CalendarOwner) {
        self.write(|state| {
            if let Some(overrides) = state.overrides.get_mut(owner) {
                overrides.revision = overrides.latest_revision();
                overrides.full_sync_revision = overrides.revision;
                state.unapplied.remove(owner);
                state.due_heads.remove(owner);
                state.lost_override_heads.insert(owner.clone());
            }
        });
    }

    /// When the rows of a calendar are deleted.
    #[must_use]
    pub fn expires_at(&self, id: &CalendarId) -> Option<Timestamp> {
        self.read(|state| state.expiries.get(id).copied())
    }

    /// When an override is deleted.
    #[must_use]
    pub fn override_expires_at(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
    ) -> Option<Timestamp> {
        self.read(|state| {
            let owner = &state.person(owner);
            let own = (owner.clone(), scope.before_splits());
            let own = state.override_expiries.get(&own);
            state.owner_expiries.get(owner).or(own).copied()
        })
    }

    /// Makes the record of a calendar unreadable, as a row of a later build is.
    pub fn make_record_unreadable(&self, id: &CalendarId) {
        self.write(|state| state.unreadable.insert(id.clone()));
    }

    /// Makes an override of a calendar's owner unreadable, as a row of a later build is.
    pub fn make_override_unreadable(&self, id: &CalendarId) {
        self.write(|state| {
            let owner = state.person(&state.owner(id));
            state.unreadable_overrides.insert(owner)
        });
    }

    /// Makes what people chose for a meeting unreadable, as a row of a later build is.
    pub fn make_meeting_unreadable(&self, name: &MeetingName) {
        self.write(|state| state.unreadable_meetings.insert(name.clone()));
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        self.0.with(|state| read(state))
    }

    fn write<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        self.0.with(write)
    }

    /// Writes an override or a pause of an owner, under the next revision.
    fn revise(
        &self,
        owner: &CalendarOwner,
        write: impl FnOnce(&mut Overrides, OverrideRevision),
    ) -> OverrideRevision {
        self.write(|state| {
            let owner = &state.person(owner);
            let revision = state.last_revision(owner).next();
            state.lost_override_heads.remove(owner);
            let overrides = state.overrides.entry(owner.clone()).or_default();
            overrides.revision = revision;
            overrides.full_sync_revision = revision;
            state.unapplied.remove(owner);
            state.due_heads.insert(owner.clone());
            write(overrides, revision);
            revision
        })
    }
}

impl Calendars for MemoryState {
    async fn record(&self, id: &CalendarId) -> Result<Option<CalendarRecord>, PortError> {
        self.read(|state| {
            if state.unreadable.contains(id) {
                return Err(unreadable(&format!("the record of calendar {id}")));
            }
            Ok(state.calendars.get(id).cloned())
        })
    }

    async fn write_record(&self, record: &CalendarRecord) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            let stored = state.calendars.get(&record.calendar.id);
            if stored.map_or(Version::NEW, |stored| stored.version) != record.version {
                return WriteOutcome::Conflict;
            }
            let mut written = record.clone();
            written.version = written.version.next();
            state.calendars.insert(written.calendar.id.clone(), written);
            WriteOutcome::Written
        }))
    }

    async fn listed(&self) -> Result<Vec<ListedCalendar>, PortError> {
        Ok(self.read(|state| state.listed().collect()))
    }

    async fn of_owner(&self, owner: &CalendarOwner) -> Result<Vec<ListedCalendar>, PortError> {
        Ok(self.read(|state| {
            let person = state.person(owner);
            let theirs = state.listed().filter(|listed| listed.person == person);
            theirs.collect()
        }))
    }

    async fn due(&self, now: Timestamp, most: usize) -> Result<DueWork, PortError> {
        Ok(self.read(|state| {
            let mut work = DueWork::default();
            let mut calendars = BTreeMap::new();
            let is_due = |listed: &ListedCalendar| {
                let due_at = listed.record.due_at();
                due_at.is_some_and(|due_at| due_at <= now)
            };
            let mut due: Vec<_> = state.listed().filter(is_due).collect();
            due.sort_by_key(|listed| listed.record.due_at());
            work.has_more = due.len() + state.due_heads.len() > most;
            due.truncate(most);
            for name in state.due_heads.iter().take(most - due.len()) {
                let (head, theirs) = state.due_head(name);
                work.heads.extend(head);
                due.extend(theirs);
            }
            for listed in due {
                calendars.insert(listed.record.calendar.id.clone(), listed);
            }
            work.calendars = calendars.into_values().collect();
            work
        }))
    }

    async fn note_applied_by_all(&self, head: &DueHead) -> Result<(), PortError> {
        self.write(|state| {
            let is_same = |name: &CalendarOwner| {
                key_of(name) == head.key && state.head_revision(name) == head.revision
            };
            let same: Vec<_> = (state.due_heads.iter().filter(|name| is_same(name)))
                .cloned()
                .collect();
            state.due_heads.retain(|name| !same.contains(name));
        });
        Ok(())
    }

    async fn expire(&self, id: &CalendarId, at: Timestamp) -> Result<(), PortError> {
        self.write(|state| state.expiries.insert(id.clone(), at));
        Ok(())
    }

    async fn unreadable(&self) -> Result<Vec<UnreadableRecord>, PortError> {
        Ok(self.read(|state| state.unreadable.iter().map(unreadable_record).collect()))
    }
}

impl CalendarPages for MemoryState {
    async fn records_after(
        &self,
        after: Option<&CalendarId>,
        most: usize,
    ) -> Result<RecordPage, PortError> {
        use std::ops::Bound;
        Ok(self.read(|state| {
            let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
            let mut calendars = state
                .calendars
                .range::<CalendarId, _>((begin, Bound::Unbounded));
            let (mut page, mut last) = (RecordPage::default(), None);
            for (id, record) in calendars.by_ref().take(most) {
                last = Some(id.clone());
                if state.unreadable.contains(id) {
                    page.unreadable.push(unreadable_record(id));
                } else {
                    page.records.push(record.clone());
                }
            }
            page.next = last.filter(|_| calendars.next().is_some());
            page
        }))
    }
}

fn unreadable_record(id: &CalendarId) -> UnreadableRecord {
    UnreadableRecord {
        calendar_id: id.clone(),
        problem: PROBLEM.to_owned(),
    }
}

impl SyncStates for MemoryState {
    async fn workspace(&self) -> Result<WorkspaceSyncState, PortError> {
        Ok(self.read(|state| state.workspace.clone()))
    }

    async fn write_workspace_state(
        &self,
        sync_state: &WorkspaceSyncState,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            if state.workspace.version != sync_state.version {
                return WriteOutcome::Conflict;
            }
            state.workspace = sync_state.clone();
            state.workspace.version = sync_state.version.next();
            WriteOutcome::Written
        }))
    }

    async fn windowed_sync_state(&self) -> Result<WindowedSyncState, PortError> {
        Ok(self.read(|state| state.windowed.clone()))
    }

    async fn write_windowed_sync_state(
        &self,
        sync_state: &WindowedSyncState,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            if state.windowed.version != sync_state.version {
                return WriteOutcome::Conflict;
            }
            state.windowed = sync_state.clone();
            state.windowed.version = sync_state.version.next();
            WriteOutcome::Written
        }))
    }

    async fn calendar_list(&self) -> Result<CalendarListProgress, PortError> {
        Ok(self.read(|state| state.calendar_list.clone()))
    }

    async fn write_calendar_list(
        &self,
        progress: &CalendarListProgress,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            if state.calendar_list.version != progress.version {
                return WriteOutcome::Conflict;
            }
            state.calendar_list = progress.clone();
            state.calendar_list.version = progress.version.next();
            WriteOutcome::Written
        }))
    }

    async fn new_calendar_list(&self) -> Result<NewCalendarList, PortError> {
        Ok(self.read(|state| state.new_calendar_list.clone()))
    }

    async fn write_new_calendar_list(
        &self,
        list: &NewCalendarList,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            if state.new_calendar_list.version != list.version {
                return WriteOutcome::Conflict;
            }
            state.new_calendar_list.clone_from(list);
            state.new_calendar_list.version = list.version.next();
            WriteOutcome::Written
        }))
    }
}

impl OverrideStore for MemoryState {
    async fn person(&self, owner: &CalendarOwner) -> Result<CalendarOwner, PortError> {
        Ok(self.read(|state| state.person(owner)))
    }

    async fn join_names(
        &self,
        one: &CalendarOwner,
        other: &CalendarOwner,
        _: Timestamp,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let [one, other] = [one, other].map(|name| state.person(name));
            let (to, from) = (one.clone().min(other.clone()), one.max(other));
            if from == to {
                return;
            }
            let said = [&from, &to].map(|name| state.overrides.get(name));
            let is_anything_said = said
                .into_iter()
                .flatten()
                .any(|said| !said.by_scope.is_empty() || said.pause.is_some());
            let last = state.last_revision(&from).max(state.last_revision(&to));
            let last = if is_anything_said { last.next() } else { last };
            state.carry(&from, &to);
            if last > OverrideRevision::default() {
                let known = state.overrides.entry(to.clone()).or_default();
                known.revision = known.revision.max(last);
                known.full_sync_revision = known.revision;
                state.unapplied.remove(&to);
            }
            state.overrides.remove(&from);
            state.due_heads.insert(from.clone());
            let expiries = &mut state.override_expiries;
            expiries.retain(|(owner, _), _| *owner != from);
            state.joined.insert(from, to);
        });
        Ok(())
    }

    async fn overrides(&self, owner: &CalendarOwner) -> Result<Overrides, PortError> {
        self.read(|state| {
            let owner = &state.person(owner);
            if state.unreadable_overrides.contains(owner) {
                return Err(unreadable("the overrides of a calendar's owner"));
            }
            let mut overrides = state.overrides.get(owner).cloned().unwrap_or_default();
            overrides.are_expiring = state.owner_expiries.contains_key(owner);
            overrides.unapplied = state.unapplied.get(owner).cloned().unwrap_or_default();
            Ok(overrides)
        })
    }

    async fn meeting_overrides(
        &self,
        meetings: &[MeetingName],
    ) -> Result<MeetingOverrides, PortError> {
        Ok(self.read(|state| {
            let mut read = MeetingOverrides::default();
            for name in meetings {
                if state.unreadable_meetings.contains(name) {
                    read.unreadable.insert(name.clone(), PROBLEM.to_owned());
                } else if let Some((chosen, _)) = state.meetings.get(name) {
                    read.known.insert(name.clone(), chosen.clone());
                }
            }
            read
        }))
    }

    async fn write_meeting_override(
        &self,
        meeting: &MeetingName,
        chosen: &MeetingOverride,
        kept_until: Timestamp,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            let stored = state.meetings.get(meeting);
            if stored.map_or(Version::NEW, |(stored, _)| stored.version) != chosen.version {
                return WriteOutcome::Conflict;
            }
            let mut written = chosen.clone();
            written.version = written.version.next();
            state
                .meetings
                .insert(meeting.clone(), (written, kept_until));
            WriteOutcome::Written
        }))
    }

    async fn set_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        Ok(self.revise(owner, |overrides, revision| {
            let set = Override {
                choice,
                revision,
                by: Some(by.clone()),
                at: now,
            };
            overrides.by_scope.insert(scope.before_splits(), set);
        }))
    }

    async fn set_event_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        events: &[(CalendarId, EventId)],
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        let before = self.read(|state| {
            let owner = state.person(owner);
            let full = state
                .overrides
                .get(&owner)
                .map(|known| known.full_sync_revision);
            (
                full.unwrap_or_default(),
                state.unapplied.get(&owner).cloned(),
            )
        });
        let revision = self.set_override(owner, scope, choice, by, now).await?;
        let (full_sync_revision, unapplied) = before;
        let mut unapplied = unapplied.unwrap_or_default();
        unapplied.retain(|one| events.iter().all(|(_, event)| *event != one.event_id));
        let new = events
            .iter()
            .map(|(calendar_id, event_id)| UnappliedOverride {
                calendar_id: calendar_id.clone(),
                event_id: event_id.clone(),
                revision,
                since: now,
            });
        unapplied.extend(new);
        self.write(|state| {
            let owner = state.person(owner);
            let overrides = state.overrides.entry(owner.clone()).or_default();
            if unapplied.len() <= MOST_UNAPPLIED {
                overrides.full_sync_revision = full_sync_revision;
                state.unapplied.insert(owner, unapplied);
            }
        });
        Ok(revision)
    }

    async fn note_applied(
        &self,
        owner: &CalendarOwner,
        event: &EventId,
        revision: OverrideRevision,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let owner = state.person(owner);
            if let Some(unapplied) = state.unapplied.get_mut(&owner) {
                unapplied.retain(|one| one.event_id != *event || one.revision > revision);
            }
        });
        Ok(())
    }

    async fn pause(
        &self,
        owner: &CalendarOwner,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        Ok(self.revise(owner, |overrides, revision| {
            overrides.pause = Some(Pause {
                until,
                revision,
                by: Some(by.clone()),
                at: now,
            });
        }))
    }

    async fn carry_overrides(
        &self,
        from: &CalendarOwner,
        to: &CalendarOwner,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let [from, to] = [from, to].map(|name| state.person(name));
            if from != to {
                state.carry(&from, &to);
            }
        });
        Ok(())
    }

    async fn expire_override(
        &self,
        owner: &CalendarOwner,
        scope: &OverrideScope,
        at: Timestamp,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let (owner, scope) = (&state.person(owner), scope.before_splits());
            let overrides = state.overrides.get(owner);
            if overrides.is_some_and(|overrides| overrides.by_scope.contains_key(&scope)) {
                state.override_expiries.insert((owner.clone(), scope), at);
            }
        });
        Ok(())
    }

    async fn expire_overrides(
        &self,
        owner: &CalendarOwner,
        at: Timestamp,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let owner = &state.person(owner);
            if state.overrides.contains_key(owner) {
                state.owner_expiries.insert(owner.clone(), at);
            }
        });
        Ok(())
    }

    async fn keep_overrides(&self, owner: &CalendarOwner) -> Result<(), PortError> {
        self.write(|state| {
            let owner = state.person(owner);
            state.owner_expiries.remove(&owner)
        });
        Ok(())
    }
}

impl Policies for MemoryState {
    async fn active_revision(&self) -> Result<PolicyRevision, PortError> {
        Ok(self.read(State::active_policy))
    }

    async fn is_head_missing(&self) -> Result<bool, PortError> {
        Ok(self.read(|state| state.has_lost_policy_head && !state.policies.is_empty()))
    }

    async fn policy(&self, revision: PolicyRevision) -> Result<Option<StoredPolicy>, PortError> {
        let has_revision = |policy: &&StoredPolicy| policy.revision == revision;
        Ok(self.read(|state| state.policies.iter().find(has_revision).cloned()))
    }

    async fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> Result<PolicyWrite, PortError> {
        Ok(self.write(|state| {
            if state.active_policy() != over {
                return PolicyWrite::Conflict;
            }
            let revision = PolicyRevision(over.max(policy.newest_used).0 + 1);
            state.has_lost_policy_head = false;
            let NewPolicy {
                document,
                by,
                at,
                note,
                newest_used: _,
            } = policy.clone();
            state.policies.push(StoredPolicy {
                revision,
                document,
                by,
                at,
                note,
            });
            PolicyWrite::Active(revision)
        }))
    }

    async fn history(&self, most: usize) -> Result<Vec<StoredPolicy>, PortError> {
        let newest_first =
            |state: &State| state.policies.iter().rev().take(most).cloned().collect();
        Ok(self.read(newest_first))
    }

    async fn built_in_links(&self) -> Result<Option<LinkComparison>, PortError> {
        Ok(self.read(|state| state.built_in_links))
    }

    async fn decide_built_in_links(
        &self,
        links: LinkComparison,
    ) -> Result<LinkComparison, PortError> {
        Ok(self.write(|state| *state.built_in_links.get_or_insert(links)))
    }
}

impl RateLimits for MemoryState {
    async fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        count: u32,
        now: Timestamp,
        latest: Timestamp,
    ) -> Result<PermitResult, PortError> {
        Ok(self.write(|state| {
            let next_free = state.rate_limits.get(&operation).copied();
            let (permits, after) = rate_limit.acquire(next_free, count, now);
            if permits.first_at > latest {
                return PermitResult::NotBefore(permits.first_at);
            }
            state.rate_limits.insert(operation, after);
            PermitResult::Granted(permits)
        }))
    }

    async fn block_until(&self, operation: Operation, until: Timestamp) -> Result<(), PortError> {
        self.write(|state| {
            let next_free = state.rate_limits.get(&operation);
            if next_free.is_none_or(|next_free| *next_free < NextFree(until)) {
                state.rate_limits.insert(operation, NextFree(until));
                state.blocked_until.insert(operation, until);
            }
        });
        Ok(())
    }
}

impl Throttling for MemoryState {
    async fn blocked_until(&self, operation: Operation) -> Result<Option<Timestamp>, PortError> {
        Ok(self.read(|state| state.blocked_until.get(&operation).copied()))
    }
}

impl Access for MemoryState {
    async fn denial(&self) -> Result<Option<Denial>, PortError> {
        Ok(self.read(|state| state.denial.clone()))
    }

    async fn deny(&self, denial: &Denial) -> Result<(), PortError> {
        self.write(|state| {
            let stored = state.denial.get_or_insert_with(|| denial.clone());
            if stored.next_probe_at < denial.next_probe_at {
                stored.next_probe_at = denial.next_probe_at;
                stored.reason.clone_from(&denial.reason);
            }
        });
        Ok(())
    }

    async fn claim_probe(
        &self,
        now: Timestamp,
        next_probe_at: Timestamp,
    ) -> Result<bool, PortError> {
        Ok(self.write(|state| {
            let due = state.denial.as_mut();
            let Some(denial) = due.filter(|denial| denial.next_probe_at <= now) else {
                return false;
            };
            denial.next_probe_at = next_probe_at;
            true
        }))
    }

    async fn return_probe(
        &self,
        now: Timestamp,
        claimed_until: Timestamp,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let claimed = state.denial.as_mut();
            if let Some(denial) = claimed.filter(|denial| denial.next_probe_at <= claimed_until) {
                denial.next_probe_at = now;
            }
        });
        Ok(())
    }

    async fn admit(&self) -> Result<(), PortError> {
        self.write(|state| state.denial = None);
        Ok(())
    }
}

impl ActivityLog for MemoryState {
    async fn activity(&self) -> Result<Activity, PortError> {
        Ok(self.read(|state| state.activity))
    }

    async fn note_activity(&self, noted: &Activity) -> Result<(), PortError> {
        self.write(|state| {
            let stored = &mut state.activity;
            stored.webhook_at = stored.webhook_at.max(noted.webhook_at);
            stored.bot_webhook_at = stored.bot_webhook_at.max(noted.bot_webhook_at);
            stored.resynced_at = stored.resynced_at.max(noted.resynced_at);
            stored.scheduler_ran_at = stored.scheduler_ran_at.max(noted.scheduler_ran_at);
            let handled_at = stored.batch.map(|batch| batch.handled_at);
            let is_later = noted.batch.map(|batch| batch.handled_at) > handled_at;
            if is_later {
                stored.batch = noted.batch;
            }
        });
        Ok(())
    }
}

impl KeptCoverage for MemoryState {
    async fn keep_day(&self, day: Date, totals: &DayTotals) -> Result<(), PortError> {
        self.write(|state| state.coverage.insert(day, totals.clone()));
        Ok(())
    }

    async fn kept_days(
        &self,
        from: Date,
        until: Date,
    ) -> Result<BTreeMap<Date, DayTotals>, PortError> {
        Ok(self.read(|state| {
            let kept = state.coverage.iter();
            let of_span = kept.filter(|(day, _)| (from..=until).contains(*day));
            of_span
                .map(|(day, totals)| (*day, totals.clone()))
                .collect()
        }))
    }
}

impl Spending for MemoryState {
    async fn counted_bot(
        &self,
        bot: &DeduplicationKey,
    ) -> Result<Versioned<Option<CountedBot>>, PortError> {
        Ok(self.read(|state| {
            let counted = state.counted_bots.get(bot);
            Versioned {
                value: counted.map(|counted| counted.value.clone()),
                version: counted.map_or(Version::NEW, |counted| counted.version),
            }
        }))
    }

    async fn spent(
        &self,
        accounts: &[Account],
    ) -> Result<BTreeMap<Account, Versioned<Spent>>, PortError> {
        Ok(self.read(|state| {
            let accounts = accounts.iter();
            accounts
                .map(|account| (account.clone(), state.spent_on(account)))
                .collect()
        }))
    }

    async fn write_spending(
        &self,
        bot: &DeduplicationKey,
        counted: &Versioned<CountedBot>,
        spent: &BTreeMap<Account, Versioned<Spent>>,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            let version = state.counted_bots.get(bot).map(|stored| stored.version);
            let is_unchanged = version.unwrap_or(Version::NEW) == counted.version
                && spent
                    .iter()
                    .all(|(account, read)| state.spent_on(account).version == read.version);
            if !is_unchanged {
                return WriteOutcome::Conflict;
            }
            state.counted_bots.insert(bot.clone(), written(counted));
            let changed = spent.iter();
            let changed = changed.map(|(account, spent)| (account.clone(), written(spent)));
            state.spent.extend(changed);
            WriteOutcome::Written
        }))
    }
}

/// A value as it is stored by a write.
fn written<T: Clone>(read: &Versioned<T>) -> Versioned<T> {
    Versioned {
        value: read.value.clone(),
        version: read.version.next(),
    }
}

impl Leases for MemoryState {
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<LeaseResult, PortError> {
        Ok(self.write(|state| state.lease.take(now, until)))
    }

    async fn extend(&self, held: Held, until: Timestamp) -> Result<Option<Held>, PortError> {
        Ok(self.write(|state| state.lease.extend(held, until)))
    }

    async fn release(&self, held: Held) -> Result<Released, PortError> {
        Ok(self.write(|state| state.lease.release(held)))
    }
}

impl Forgetting for MemoryState {
    async fn rows_by(&self, actor: &str) -> Result<ActorRows, PortError> {
        Ok(self.write(|state| state.actors(actor, |_| ())))
    }

    async fn forget_actor(&self, actor: &str) -> Result<ActorRows, PortError> {
        Ok(self.write(|state| {
            state.actors(actor, |by| {
                *by = Actor::forgotten().signed_with(by.key().map(str::to_owned));
            })
        }))
    }

    async fn calendar_rows(&self, calendar: &CalendarId) -> Result<u64, PortError> {
        Ok(self.read(|state| state.rows_of(calendar)))
    }

    async fn forget_calendar(&self, calendar: &CalendarId) -> Result<u64, PortError> {
        Ok(self.write(|state| {
            let count = state.rows_of(calendar);
            let unknown = CalendarOwner::Unknown(calendar.clone());
            state.calendars.remove(calendar);
            state.overrides.remove(&unknown);
            state.due_heads.remove(&unknown);
            state.unreadable.remove(calendar);
            state.unreadable_overrides.remove(&unknown);
            count
        }))
    }

    async fn owner_rows(&self, owner: &CalendarOwner) -> Result<u64, PortError> {
        Ok(self.read(|state| state.rows_of_owner(owner)))
    }

    async fn forget_owner(&self, owner: &CalendarOwner) -> Result<u64, PortError> {
        Ok(self.write(|state| {
            let count = state.rows_of_owner(owner);
            state.overrides.remove(owner);
            state.joined.remove(owner);
            state.unapplied.remove(owner);
            state.due_heads.remove(owner);
            state.unreadable_overrides.remove(owner);
            state.owner_expiries.remove(owner);
            count
        }))
    }
}

impl State {
    /// Has `change` change each name that is `actor`; counts them.
    fn actors(&mut self, actor: &str, change: impl Fn(&mut Actor)) -> ActorRows {
        let is_named = |by: &&mut Actor| by.as_str().to_lowercase() == actor.to_lowercase();
        let mut counts = ActorRows::default();
        for record in self.calendars.values_mut() {
            let wanted = record.disconnection.as_mut();
            let Some(by) = wanted.map(|wanted| &mut wanted.by).filter(is_named) else {
                continue;
            };
            let before = by.clone();
            change(by);
            if *by != before {
                record.version = record.version.next();
            }
            counts.disconnections += 1;
        }
        for overrides in self.overrides.values_mut() {
            let set = overrides.by_scope.values_mut();
            let set = set.filter_map(|stored| stored.by.as_mut());
            let pause = overrides.pause.as_mut();
            let pause = pause.and_then(|pause| pause.by.as_mut());
            for by in set.chain(pause).filter(is_named) {
                change(by);
                counts.overrides += 1;
            }
        }
        for (meeting, _) in self.meetings.values_mut() {
            let made = meeting.choices.iter_mut().map(|made| &mut made.by);
            let named: Vec<_> = made.filter(is_named).collect();
            counts.overrides += u64::from(!named.is_empty());
            for by in named {
                change(by);
            }
        }
        for by in self
            .policies
            .iter_mut()
            .map(|policy| &mut policy.by)
            .filter(is_named)
        {
            change(by);
            counts.policies += 1;
        }
        counts
    }

    /// Number of a calendar's rows.
    fn rows_of(&self, calendar: &CalendarId) -> u64 {
        let record = u64::from(self.calendars.contains_key(calendar));
        record + self.rows_of_owner(&CalendarOwner::Unknown(calendar.clone()))
    }

    /// Number of an owner's rows.
    fn rows_of_owner(&self, owner: &CalendarOwner) -> u64 {
        let joined = u64::from(self.joined.contains_key(owner));
        self.overrides.get(owner).map_or(joined, |overrides| {
            let head = 1;
            head + overrides.by_scope.len() as u64 + u64::from(overrides.pause.is_some())
        })
    }
}

impl LosesHeads for MemoryState {
    type Store = Self;

    fn store(&self) -> &Self {
        self
    }

    async fn lose_policy_head(&self) {
        Self::lose_policy_head(self);
    }

    async fn lose_overrides_head(&self, owner: &CalendarOwner) {
        Self::lose_overrides_head(self, owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::state_contract!(async || MemoryState::new());
    crate::lost_heads_contract!(async || MemoryState::new());
}
