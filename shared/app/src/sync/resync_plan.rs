//! Which calendars a resync syncs, and in which order.
//!
//! The plan is derived from what is stored, so a resync remembers nothing: one
//! that runs out of time, fails or is never run leaves its work to the next.

use callsheet_domain::{
    CalendarId, CalendarRecord, DistantChanges, OverrideRevision, PolicyRevision, Timestamp,
    is_full_sync_outdated, most_full_syncs, needs_full_sync, plus,
};
use jiff::SignedDuration;

use crate::ports::ListedCalendar;
use crate::sync::windows_need::Need;

/// How far a sync of one calendar reaches back before the start of the last one.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);

/// The limits beyond which a calendar is due for a sync.
#[derive(Debug, Clone, Copy)]
pub(super) struct ResyncPlan {
    /// The active policy.
    pub(super) policy: PolicyRevision,
    /// A full sync that started earlier is outdated.
    pub(super) full_since: Timestamp,
    /// A sync that started earlier is outdated; none if the workspace is listed
    /// as a whole.
    pub(super) changed_since: Option<Timestamp>,
}

/// The sync that a calendar is due for, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DueSync {
    /// The first one: the calendar was never synced.
    First,
    /// Resume the one in progress, which no worker holds.
    Resume,
    /// A full sync, for a reason of the calendar's own: it has changed, an override was set, or
    /// a pause has ended.
    NeedsFull,
    /// A full sync: there is a newer policy, for all calendars.
    NewPolicy,
    /// An incremental sync since an instant.
    Incremental(Timestamp),
    /// A full sync: the last one was long ago.
    OutdatedFull,
}

impl ResyncPlan {
    /// The sync that a calendar is due for at `now`, if any.
    pub(super) fn due_sync(
        &self,
        record: &CalendarRecord,
        override_revision: OverrideRevision,
        now: Timestamp,
    ) -> Option<DueSync> {
        let last_sync = record.last_sync.as_ref();
        if !record.calendar.status.holds_bots() {
            return None;
        }
        if let Some(in_progress) = &record.in_progress
            && in_progress.is_resumable(self.policy, override_revision, now)
        {
            return (!in_progress.is_held(now)).then_some(DueSync::Resume);
        }
        if needs_full_sync(last_sync, self.policy, override_revision, now) {
            let is_by_policy = last_sync.is_some_and(|last| {
                !needs_full_sync(last_sync, last.policy, override_revision, now)
            });
            return Some(match last_sync {
                None => DueSync::First,
                Some(_) if is_by_policy => DueSync::NewPolicy,
                Some(_) => DueSync::NeedsFull,
            });
        }
        let is_due_for_unnamed = record.unnamed_due_at().is_some_and(|at| at <= now);
        if is_due_for_unnamed || is_full_sync_outdated(last_sync, self.full_since) {
            return Some(DueSync::OutdatedFull);
        }
        let began_at = last_sync?.began_at;
        let is_outdated = self.changed_since.is_some_and(|limit| began_at < limit);
        is_outdated.then(|| DueSync::Incremental(plus(began_at, -OVERLAP)))
    }

    /// The calendars that are due for a sync at `now`, the most urgent first.
    /// Among equals the order starts at another calendar each time, so that a
    /// deadline does not always cut off the same ones, and two resyncs at once
    /// mostly do not sync the same ones.
    pub(super) fn due_calendars(
        &self,
        calendars: &[ListedCalendar],
        now: Timestamp,
    ) -> DueCalendars {
        let due = calendars.iter().filter_map(|listed| {
            let due_sync = self.due_sync(&listed.record, listed.override_revision, now)?;
            Some((due_sync, listed.record.calendar.id.clone()))
        });
        let mut due: Vec<_> = due.collect();
        if !due.is_empty() {
            let first = now.as_microsecond().unsigned_abs() % due.len() as u64;
            due.rotate_left(usize::try_from(first).unwrap_or(0));
        }
        due.sort_by_key(|(due_sync, _)| *due_sync);
        DueCalendars { due, more: 0 }
    }
}

/// The calendars that are due for a sync, the most urgent first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DueCalendars {
    pub(super) due: Vec<(DueSync, CalendarId)>,
    /// So many more need a full sync, at least, and were not read.
    pub(super) more: usize,
}

impl DueCalendars {
    /// The number of calendars that are due for this.
    pub(super) fn count(&self, due_sync: DueSync) -> usize {
        self.due.iter().filter(|(due, _)| *due == due_sync).count()
    }

    /// The number of calendars that need a full sync for a reason of their own.
    pub(super) fn needing(&self) -> usize {
        self.count(DueSync::First) + self.count(DueSync::NeedsFull) + self.more
    }

    /// Which calendars get a sync each, if `connected` ones may be synced as a whole, and
    /// whether the workspace is listed in full for the others.
    ///
    /// Few full syncs are made one by one. If there are more, the workspace is listed in
    /// windows of start time; calendars with a reason of their own still get a full sync each
    /// before, if they are few.
    ///
    /// While changes to `distant` events are left to windows, these come before routine full
    /// syncs. New calendars then get none of their own: their requests are answered by lists of
    /// near events, and the windows list the rest.
    pub(super) fn divide(
        mut self,
        connected: usize,
        (distant, full_sync_requested_at): (Option<DistantChanges>, Option<Timestamp>),
    ) -> (Self, Need) {
        let most = most_full_syncs(connected);
        if let Some(distant) = distant
            && self.needing() <= most
            && self.count(DueSync::NewPolicy) == 0
        {
            self.due
                .retain(|(due, _)| !matches!(due, DueSync::First | DueSync::OutdatedFull));
            let need = Need::Distant {
                changes: distant,
                full_sync_requested_at,
            };
            return (self, need);
        }
        let (needing, outdated) = (self.needing(), self.count(DueSync::OutdatedFull));
        if needing + outdated + self.count(DueSync::NewPolicy) <= most {
            return (self, Need::Nothing);
        }
        let is_single = |due: &DueSync| match due {
            DueSync::Resume | DueSync::Incremental(_) => true,
            DueSync::First | DueSync::NeedsFull => needing <= most,
            DueSync::NewPolicy | DueSync::OutdatedFull => false,
        };
        let need = if outdated == 0 && needing <= most {
            Need::Coming
        } else {
            Need::Everything(full_sync_requested_at)
        };
        self.due.retain(|(due, _)| is_single(due));
        (self, need)
    }

    /// All of them.
    pub(super) fn all(self) -> Vec<CalendarId> {
        let due = self.due.into_iter();
        due.map(|(_, calendar)| calendar).collect()
    }
}

#[cfg(test)]
mod tests;
