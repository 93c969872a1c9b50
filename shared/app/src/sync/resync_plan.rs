//! Which calendars a resync syncs, and in which order.
//!
//! The plan is derived from what is stored, so a resync remembers nothing: one
//! that runs out of time, fails or is never run leaves its work to the next.

use callsheet_domain::{
    CalendarId, CalendarRecord, OverrideRevision, PolicyRevision, Timestamp, is_full_sync_outdated,
    needs_full_sync, plus,
};
use jiff::SignedDuration;

use crate::ports::ListedCalendar;

/// How far a sync of one calendar reaches back before the start of the last one.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);

/// Events that could not be read and that no record names are listed again by a full sync
/// this often.
const UNREADABLE_AGAIN: SignedDuration = SignedDuration::from_hours(1);

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
    /// Resume the one in progress, which no worker holds.
    Resume,
    /// A full sync: the decisions do not hold any more.
    NeedsFull,
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
            return Some(DueSync::NeedsFull);
        }
        let mut full_since = self.full_since;
        if record.unreadable_events.more > 0 {
            full_since = full_since.max(plus(now, -UNREADABLE_AGAIN));
        }
        if is_full_sync_outdated(last_sync, full_since) {
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
        calendars: Vec<ListedCalendar>,
        now: Timestamp,
    ) -> Vec<CalendarId> {
        let due = calendars.into_iter().filter_map(|listed| {
            let due_sync = self.due_sync(&listed.record, listed.override_revision, now)?;
            Some((due_sync, listed.record.calendar.id))
        });
        let mut due: Vec<_> = due.collect();
        if !due.is_empty() {
            let first = now.as_microsecond().unsigned_abs() % due.len() as u64;
            due.rotate_left(usize::try_from(first).unwrap_or(0));
        }
        due.sort_by_key(|(due_sync, _)| *due_sync);
        due.into_iter().map(|(_, calendar)| calendar).collect()
    }
}
