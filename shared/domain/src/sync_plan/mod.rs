//! Where to look, how far back, and when that is no longer needed.
//!
//! Listing is the scarce thing: a workspace may ask for 60 pages a minute,
//! however many calendars it has. So a notice that a finished look has answered
//! must not cost another, and one look at the whole workspace answers the
//! notices of all its calendars at once.
//!
//! # Why a covered notice needs no look
//!
//! Let a notice be sent at `t` and tell of changes from `s` on. Whatever it
//! tells of had happened before `t`, and carries an `updated_at` of `s` or
//! later. A look that **began after `t`** reads every page after `t`, so what
//! had happened is in the list that it reads, and one that **reached back to
//! `s`** or further does not filter it out. So once such a look has written its
//! last page, all that the notice tells of is written. Both must hold of *one*
//! look. Two cannot be added up: an event that enters Recall's window of days
//! brings an old `updated_at` with it, so a later, narrower look does not
//! extend an earlier, wider one.
//!
//! An event that changes *while* pages are read may be missed by that look, or
//! seen before the change. Either way its own notice is sent after the look
//! began, and is not covered by it. If that notice is lost, the next sweep's
//! look overlaps the time in which this one began. A page that was read before
//! the change and written after it does no harm: of two views the newer wins.
//!
//! A look at the workspace began, like one at a calendar, at one instant and
//! reached back to one, so the same rule holds of it for every calendar it
//! wrote; one that it could not write it does not answer for, and that one gets
//! a notice of its own.
//!
//! What a look decided holds only as long as what it decided by. A new policy,
//! a new word and the end of a pause each [owe](needs_full_sync) the calendar a look at
//! everything, whatever is covered.

mod calendar_record;
mod coverage;
mod debounce;
mod plan_syncs;
#[cfg(test)]
mod properties;
mod request;
mod requested;
mod state;

pub use calendar_record::CalendarRecord;
pub use coverage::Coverage;
pub use plan_syncs::{ListingOptions, PendingCalendar, PlannedSync, Scope, SyncPlan, plan_syncs};
pub use request::{SyncJob, SyncReason, SyncRequest};
pub use requested::RequestedSync;
pub use state::{
    CatchUp, CompletedSync, LatestSync, PageCursor, SyncInProgress, WorkspaceCoverage,
    WorkspaceSyncState, is_full_sync_outdated, needs_full_sync,
};

/// Events on a page of Recall's list.
const PAGE: u32 = 100;
