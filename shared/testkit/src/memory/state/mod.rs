//! Calendars, sync states, overrides, policies, rate limits and the lease, in memory.

mod action_log;
mod activity;
mod calendars;
mod forgetting;
mod limits;
mod logs;
mod names;
mod overrides;
mod policies;
mod records;
mod spending;
mod sync_states;

use std::collections::{BTreeMap, BTreeSet};

use callsheet_app::ports::{Activity, DayTotals, Denial, StoredPolicy, Versioned};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    Account, CalendarId, CalendarListProgress, CalendarOwner, CountedBot, DeduplicationKey,
    LinkComparison, MeetingName, MeetingOverride, NewCalendarList, NextFree, Operation,
    OverrideScope, Overrides, PermitUse, Spent, Timestamp, UnappliedOverride, WindowedSyncState,
    WorkspaceSyncState,
};
use jiff::civil::Date;

use super::Shared;
use super::leases::MemoryLease;
use crate::contracts::lost_heads::LosesHeads;
use logs::Logs;
use records::CalendarRecords;

/// Calendars, sync states, overrides, policies, rate limits and the lease, in
/// memory: what the state table holds.
#[derive(Debug, Clone, Default)]
pub struct MemoryState(Shared<State>);

#[derive(Debug, Default)]
struct State {
    calendars: CalendarRecords,
    workspace: WorkspaceSyncState,
    windowed: WindowedSyncState,
    calendar_list: CalendarListProgress,
    new_calendar_list: NewCalendarList,
    overrides: BTreeMap<CalendarOwner, Overrides>,
    /// Overrides of events that no sync has applied yet.
    unapplied: BTreeMap<CalendarOwner, Vec<UnappliedOverride>>,
    logs: Logs,
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
    permit_use: BTreeMap<Operation, PermitUse>,
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

/// The problem of rows that a test made unreadable.
const PROBLEM: &str = "made unreadable on purpose";

fn unreadable(row: &str) -> PortError {
    PortError::Unreadable {
        service: Service::DynamoDb,
        reason: format!("in {row}, {PROBLEM}"),
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

    /// Makes the entries of the log of what people did unreadable, as rows of a later build are.
    pub fn make_log_unreadable(&self) {
        self.write(|state| state.logs.make_unreadable());
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
