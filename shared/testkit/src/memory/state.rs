//! The little things in memory.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{
    Calendars, ListedCalendar, NewPolicy, OverrideStore, PermitResult, Policies, PolicyWrite,
    RateLimits, StoredPolicy, SyncStates, WriteOutcome,
};
use callsheet_domain::{
    Actor, CalendarId, CalendarRecord, NextFree, Operation, Override, OverrideChoice,
    OverrideRevision, OverrideScope, Overrides, Pause, PolicyRevision, RateLimit, Timestamp,
    Version, WorkspaceSyncState,
};

use super::leases::MemoryLease;
use super::{Counts, Shared};

/// Calendars, preferences, policies, budgets and the lease, in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryState(Shared<State>);

#[derive(Debug, Default)]
struct State {
    calendars: BTreeMap<CalendarId, CalendarRecord>,
    workspace: WorkspaceSyncState,
    overrides: BTreeMap<CalendarId, Overrides>,
    /// Every policy that was ever in force; the last one is.
    policies: Vec<StoredPolicy>,
    rate_limits: BTreeMap<Operation, NextFree>,
    lease: MemoryLease,
    counts: Counts,
}

impl State {
    fn policy_in_force(&self) -> PolicyRevision {
        let last = self.policies.last();
        last.map(|policy| policy.revision).unwrap_or_default()
    }
}

impl MemoryState {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How often it was asked.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.with(|state| state.counts)
    }

    /// What is spent of a budget, uncounted.
    #[must_use]
    pub fn next_free(&self, operation: Operation) -> Option<NextFree> {
        self.0
            .with(|state| state.rate_limits.get(&operation).copied())
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        self.0.with(|state| {
            state.counts.reads += 1;
            read(state)
        })
    }

    fn write<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        self.0.with(|state| {
            state.counts.writes += 1;
            write(state)
        })
    }

    /// Writes something down as the next thing said about a calendar.
    fn said(
        &self,
        calendar: &CalendarId,
        write: impl FnOnce(&mut Overrides, OverrideRevision),
    ) -> OverrideRevision {
        self.write(|state| {
            let override_revision = state.overrides.entry(calendar.clone()).or_default();
            override_revision.revision = override_revision.revision.next();
            write(override_revision, override_revision.revision);
            override_revision.revision
        })
    }

    /// A step of the lease, which is always a write.
    pub(super) fn lease<T>(&self, step: impl FnOnce(&mut MemoryLease) -> T) -> T {
        self.write(|state| step(&mut state.lease))
    }
}

impl Calendars for MemoryState {
    async fn record(&self, id: &CalendarId) -> Result<Option<CalendarRecord>, PortError> {
        Ok(self.read(|state| state.calendars.get(id).cloned()))
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
        Ok(self.read(|state| {
            let listed = |record: &CalendarRecord| {
                let override_revision = state.overrides.get(&record.calendar.id);
                ListedCalendar {
                    record: record.clone(),
                    override_revision: override_revision
                        .map(|override_revision| override_revision.revision)
                        .unwrap_or_default(),
                }
            };
            state.calendars.values().map(listed).collect()
        }))
    }
}

impl SyncStates for MemoryState {
    async fn workspace(&self) -> Result<WorkspaceSyncState, PortError> {
        Ok(self.read(|state| state.workspace.clone()))
    }

    async fn write_workspace_state(
        &self,
        mark: &WorkspaceSyncState,
    ) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            if state.workspace.version != mark.version {
                return WriteOutcome::Conflict;
            }
            state.workspace = mark.clone();
            state.workspace.version = mark.version.next();
            WriteOutcome::Written
        }))
    }
}

impl OverrideStore for MemoryState {
    async fn overrides(&self, calendar: &CalendarId) -> Result<Overrides, PortError> {
        let override_revision = |state: &State| state.overrides.get(calendar).cloned();
        Ok(self.read(override_revision).unwrap_or_default())
    }

    async fn set_override(
        &self,
        calendar: &CalendarId,
        subject: &OverrideScope,
        choice: OverrideChoice,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        Ok(self.said(calendar, |override_revision, revision| {
            let spoken_now = Override {
                choice,
                revision,
                by: Some(by.clone()),
                at: now,
            };
            override_revision
                .by_scope
                .insert(subject.clone(), spoken_now);
        }))
    }

    async fn pause(
        &self,
        calendar: &CalendarId,
        until: Timestamp,
        by: &Actor,
        now: Timestamp,
    ) -> Result<OverrideRevision, PortError> {
        Ok(self.said(calendar, |override_revision, revision| {
            override_revision.pause = Some(Pause {
                until,
                revision,
                by: Some(by.clone()),
                at: now,
            });
        }))
    }
}

impl Policies for MemoryState {
    async fn active_revision(&self) -> Result<PolicyRevision, PortError> {
        Ok(self.read(State::policy_in_force))
    }

    async fn policy(&self, revision: PolicyRevision) -> Result<Option<StoredPolicy>, PortError> {
        let is_asked_for = |policy: &&StoredPolicy| policy.revision == revision;
        Ok(self.read(|state| state.policies.iter().find(is_asked_for).cloned()))
    }

    async fn push(
        &self,
        policy: &NewPolicy,
        over: PolicyRevision,
    ) -> Result<PolicyWrite, PortError> {
        Ok(self.write(|state| {
            if state.policy_in_force() != over {
                return PolicyWrite::Conflict;
            }
            let revision = PolicyRevision(over.0 + 1);
            let NewPolicy {
                document,
                by,
                at,
                note,
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
        Ok(self.0.with(|state| {
            state.counts.reads += 1;
            let next_free = state.rate_limits.get(&operation).copied();
            let (draw, after) = rate_limit.acquire(next_free, count, now);
            if draw.first_at > latest {
                return PermitResult::NotBefore(draw.first_at);
            }
            state.counts.writes += 1;
            state.rate_limits.insert(operation, after);
            PermitResult::Granted(draw)
        }))
    }

    async fn block_until(&self, operation: Operation, until: Timestamp) -> Result<(), PortError> {
        self.write(|state| {
            let next_free = state
                .rate_limits
                .entry(operation)
                .or_insert(NextFree(until));
            *next_free = (*next_free).max(NextFree(until));
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::state_contract!(async || MemoryState::new());
}
