//! The state of full syncs of the workspace, as a row.

use std::collections::BTreeSet;

use callsheet_domain::{
    AllCalendarsRead, CalendarId, CompletedWindows, ListedIds, PolicyRevision, Revisit, Revisits,
    Timestamp, Version, Window, WindowedEvents, WindowedSync, WindowedSyncState,
};
use jiff::SignedDuration;
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::sync_row::SyncInProgressRow;
use crate::stored_text;

#[derive(Serialize, Deserialize)]
pub(super) struct WindowedSyncStateRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_in_progress: Option<SyncInProgressRow<WindowedSyncRow>>,
    /// One that cannot be read costs itself: the sync goes on without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed_so_far: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed: Option<CompletedWindowsRow>,
    connected: u32,
    needing: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    all_read: Option<AllCalendarsReadRow>,
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct AllCalendarsReadRow {
    #[serde(with = "microsecond::required")]
    at: Timestamp,
    policy: u64,
}

#[derive(Serialize, Deserialize)]
struct CompletedWindowsRow {
    #[serde(flatten)]
    sync: WindowedSyncRow,
    pages: u32,
    is_credited: bool,
}

#[derive(Serialize, Deserialize)]
struct WindowedSyncRow {
    #[serde(with = "microsecond::required")]
    began_at: Timestamp,
    policy: u64,
    is_of_coming: bool,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    changed_since: Option<Timestamp>,
    calendars: u32,
    #[serde(with = "microsecond::required")]
    from: Timestamp,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    until: Option<Timestamp>,
    pages_before: u32,
    busiest: u32,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    revisited_until: Option<Timestamp>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    revisited_before: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revisited: Option<RevisitRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revisit: Option<RevisitRow>,
    #[serde(with = "stored_text::set")]
    skipped: BTreeSet<CalendarId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waiting: Option<Box<Self>>,
}

#[derive(Serialize, Deserialize)]
struct RevisitRow {
    #[serde(with = "microsecond::required")]
    began_at: Timestamp,
    #[serde(with = "microsecond::required")]
    since: Timestamp,
    #[serde(with = "microsecond::required")]
    from: Timestamp,
    near_seconds: i64,
    #[serde(with = "microsecond::required")]
    reached: Timestamp,
}

impl RevisitRow {
    fn of(revisit: Revisit) -> Self {
        Self {
            began_at: revisit.began_at,
            since: revisit.since,
            from: revisit.starts_from,
            near_seconds: revisit.near.as_secs(),
            reached: revisit.reached,
        }
    }
}

impl From<RevisitRow> for Revisit {
    fn from(row: RevisitRow) -> Self {
        Self {
            began_at: row.began_at,
            since: row.since,
            starts_from: row.from,
            near: SignedDuration::from_secs(row.near_seconds),
            reached: row.reached,
        }
    }
}

impl WindowedSyncStateRow {
    pub(super) fn of(state: &WindowedSyncState) -> Self {
        Self {
            sync_in_progress: state.in_progress.as_ref().map(SyncInProgressRow::of),
            listed_so_far: state.listed_so_far.as_ref().and_then(ListedIds::text),
            completed: state
                .completed
                .clone()
                .map(|completed| CompletedWindowsRow {
                    sync: completed.sync.into(),
                    pages: completed.pages,
                    is_credited: completed.is_credited,
                }),
            connected: state.connected,
            needing: state.needing,
            all_read: state.all_read.map(|read| AllCalendarsReadRow {
                at: read.at,
                policy: read.policy.0,
            }),
            version: state.version.next().0,
        }
    }

    pub(super) fn state(self) -> WindowedSyncState {
        WindowedSyncState {
            in_progress: self.sync_in_progress.map(SyncInProgressRow::sync),
            listed_so_far: self.listed_so_far.as_deref().and_then(ListedIds::parse),
            completed: self.completed.map(|completed| CompletedWindows {
                sync: completed.sync.into(),
                pages: completed.pages,
                is_credited: completed.is_credited,
            }),
            connected: self.connected,
            needing: self.needing,
            all_read: self.all_read.map(|read| AllCalendarsRead {
                at: read.at,
                policy: PolicyRevision(read.policy),
            }),
            version: Version(self.version),
        }
    }
}

impl From<WindowedSync> for WindowedSyncRow {
    fn from(sync: WindowedSync) -> Self {
        Self {
            began_at: sync.began_at,
            policy: sync.policy.0,
            is_of_coming: sync.events != WindowedEvents::All,
            changed_since: match sync.events {
                WindowedEvents::ChangedSince(since) => Some(since),
                WindowedEvents::Coming | WindowedEvents::All => None,
            },
            calendars: sync.connected,
            from: sync.window.from,
            until: sync.window.until,
            pages_before: sync.pages_before,
            busiest: sync.busiest,
            revisited_until: sync.revisits.listed_until,
            revisited_before: sync.revisits.before,
            revisited: sync.revisits.latest.map(RevisitRow::of),
            revisit: sync.revisits.current.map(RevisitRow::of),
            skipped: sync.skipped,
            waiting: sync.waiting.map(|sync| Box::new(Self::from(*sync))),
        }
    }
}

impl From<WindowedSyncRow> for WindowedSync {
    fn from(row: WindowedSyncRow) -> Self {
        Self {
            began_at: row.began_at,
            policy: PolicyRevision(row.policy),
            events: match row.changed_since {
                Some(since) => WindowedEvents::ChangedSince(since),
                None if row.is_of_coming => WindowedEvents::Coming,
                None => WindowedEvents::All,
            },
            connected: row.calendars,
            window: Window {
                from: row.from,
                until: row.until,
            },
            pages_before: row.pages_before,
            busiest: row.busiest,
            revisits: Revisits {
                listed_until: row.revisited_until,
                before: row.revisited_before,
                latest: row.revisited.map(Revisit::from),
                current: row.revisit.map(Revisit::from),
            },
            skipped: row.skipped,
            waiting: row.waiting.map(|row| Box::new(Self::from(*row))),
        }
    }
}
