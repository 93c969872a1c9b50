//! Which calendars to sync, how far back, and when a sync is no longer needed.
//!
//! Listing events is scarce: a workspace may request 60 pages a minute, however many
//! calendars it has. So a request that a completed sync covers must not cost another sync,
//! and one sync of the workspace answers the requests of all its calendars.
//!
//! # Why a covered request needs no sync
//!
//! Let a request be sent at `t` about changes from `s` on. These changes happened before
//! `t`, and carry an `updated_at` of `s` or later. A sync that **started after `t`** reads
//! every page after `t`, so the changes are in the list that it reads. A sync that
//! **reaches back to `s`** or further does not filter them out. So once such a sync has
//! written its last page, all changes of the request are written. Both conditions must
//! hold for *one* sync. Two syncs do not add up: an event that enters Recall's window of
//! days has an old `updated_at`, so a later, narrower sync does not extend an earlier,
//! wider one.
//!
//! An event that changes *while* pages are read may be missed by that sync, or read before
//! the change. Either way, its own request is sent after the sync started, and is not
//! covered. If that request is lost, the next resync overlaps the time in which the sync
//! started. A page that was read before a change and written after it does no harm: the
//! newer version of an event wins.
//!
//! A sync of the workspace has one start and one reach too, so the same rule holds for
//! every calendar that it wrote. It does not answer for a calendar that it could not write
//! (`skipped`); that calendar gets a request of its own.
//!
//! The verdicts of a sync are valid only as long as their inputs. After a new policy, a new
//! override or the end of a pause the calendar [needs a full sync](needs_full_sync),
//! whatever is covered.

mod answered;
mod calendar_list;
mod calendar_record;
mod coverage;
mod debounce;
mod distant;
mod distant_changes;
mod listed_ids;
mod listing;
mod new_calendar;
mod new_calendar_list;
mod part_of_calendars;
mod plan;
mod plan_syncs;
#[cfg(test)]
mod properties;
mod request;
mod requested;
mod revisits;
mod state;
mod unanswered;
mod unreadable_events;
mod windowed_state;
mod windowed_sync;
mod workspace_reach;

pub use calendar_list::CalendarListProgress;
pub use calendar_record::{CalendarRecord, DUE_AT_ONCE, RequestedDisconnection, Retired};
pub use coverage::Coverage;
pub use distant::ListedStarts;
pub use distant_changes::DistantChanges;
pub use listed_ids::ListedIds;
pub use new_calendar::listed_whole_since;
pub use new_calendar_list::NewCalendarList;
pub use part_of_calendars::PartOfCalendars;
pub use plan::{ListingOptions, NewCalendar, PendingCalendar, PlannedSync, Scope, SyncPlan};
pub use plan_syncs::plan_syncs;
pub use request::{EventRequest, SyncJob, SyncReason, SyncRequest};
pub use requested::RequestedSync;
pub use revisits::{Revisit, Revisits};
pub use state::{
    CatchUp, CompletedSync, LatestSync, PageCursor, SyncInProgress, WorkspaceCoverage,
    WorkspaceSyncState, is_full_sync_outdated, needs_full_sync,
};
pub use unanswered::unanswered;
pub use unreadable_events::{EventReadings, UnreadableEvent, UnreadableEvents};
pub use windowed_state::{AllCalendarsRead, CompletedWindows, WindowedSyncState, most_full_syncs};
pub use windowed_sync::{LISTED_AHEAD, Window, WindowedEvents, WindowedSync};
