//! The sync states of the workspace: one row for incremental syncs, one for full ones, and one for
//! each list of Recall's calendars.

use std::collections::BTreeSet;

use callsheet_app::PortError;
use callsheet_app::ports::{SyncStates, WriteOutcome};
use callsheet_domain::{
    CalendarId, CalendarListProgress, DistantChanges, LatestSync, NewCalendarList, PolicyRevision,
    Timestamp, Version, WindowedSyncState, WorkspaceCoverage, WorkspaceSyncState,
};
use jiff::SignedDuration;
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use super::calendar_list_rows::{CalendarListRow, NewCalendarListRow};
use super::place::Place;
use super::sync_row::SyncInProgressRow;
use super::windowed_sync::WindowedSyncStateRow;
use super::{StateTable, row_at};
use crate::stored_text;

impl SyncStates for StateTable {
    async fn workspace(&self) -> Result<WorkspaceSyncState, PortError> {
        let row: Option<SyncStateRow> = row_at(
            self,
            Place::workspace_sync_state(),
            "the workspace's sync state",
        )
        .await?;
        Ok(row.map(SyncStateRow::state).unwrap_or_default())
    }

    async fn write_workspace_state(
        &self,
        state: &WorkspaceSyncState,
    ) -> Result<WriteOutcome, PortError> {
        let (place, row) = (Place::workspace_sync_state(), SyncStateRow::of(state));
        self.write_if_unchanged(place, row, state.version).await
    }

    async fn windowed_sync_state(&self) -> Result<WindowedSyncState, PortError> {
        let place = Place::windowed_sync_state();
        let row: Option<WindowedSyncStateRow> =
            row_at(self, place, "the state of full syncs of the workspace").await?;
        Ok(row.map(WindowedSyncStateRow::state).unwrap_or_default())
    }

    async fn write_windowed_sync_state(
        &self,
        state: &WindowedSyncState,
    ) -> Result<WriteOutcome, PortError> {
        let (place, row) = (
            Place::windowed_sync_state(),
            WindowedSyncStateRow::of(state),
        );
        self.write_if_unchanged(place, row, state.version).await
    }

    async fn calendar_list(&self) -> Result<CalendarListProgress, PortError> {
        let place = Place::calendar_list();
        let row: Option<CalendarListRow> = row_at(self, place, "the list of calendars").await?;
        Ok(row.map(CalendarListRow::progress).unwrap_or_default())
    }

    async fn write_calendar_list(
        &self,
        progress: &CalendarListProgress,
    ) -> Result<WriteOutcome, PortError> {
        let (place, row) = (Place::calendar_list(), CalendarListRow::of(progress));
        self.write_if_unchanged(place, row, progress.version).await
    }

    async fn new_calendar_list(&self) -> Result<NewCalendarList, PortError> {
        let place = Place::new_calendar_list();
        let row: Option<NewCalendarListRow> =
            row_at(self, place, "when new calendars were listed").await?;
        Ok(row.map(NewCalendarListRow::list).unwrap_or_default())
    }

    async fn write_new_calendar_list(
        &self,
        list: &NewCalendarList,
    ) -> Result<WriteOutcome, PortError> {
        let (place, row) = (Place::new_calendar_list(), NewCalendarListRow::of(list));
        self.write_if_unchanged(place, row, list.version).await
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct SyncStateRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    latest: Option<LatestSyncRow>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    synced_until: Option<Timestamp>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    answered_since: Option<Timestamp>,
    #[serde(default)]
    listed_again: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_long: Option<LatestSyncRow>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    full_sync_requested_at: Option<Timestamp>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    listed_calendars_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    distant: Option<DistantRow>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    changed_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_in_progress: Option<SyncInProgressRow<CoverageRow>>,
    version: u64,
}

/// Changes that are left to windows.
#[derive(Serialize, Deserialize)]
struct DistantRow {
    #[serde(with = "microsecond::required")]
    since: Timestamp,
    near_seconds: i64,
}

impl From<DistantChanges> for DistantRow {
    fn from(distant: DistantChanges) -> Self {
        Self {
            since: distant.since,
            near_seconds: distant.near.as_secs(),
        }
    }
}

impl From<DistantRow> for DistantChanges {
    fn from(row: DistantRow) -> Self {
        Self {
            since: row.since,
            near: SignedDuration::from_secs(row.near_seconds),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct LatestSyncRow {
    #[serde(flatten)]
    coverage: CoverageRow,
    #[serde(with = "microsecond::required")]
    until: Timestamp,
    pages: u32,
    listed: u32,
}

#[derive(Serialize, Deserialize)]
struct CoverageRow {
    #[serde(with = "microsecond::required")]
    began_at: Timestamp,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    since: Option<Timestamp>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    starts_until: Option<Timestamp>,
    #[serde(with = "stored_text::set")]
    skipped: BTreeSet<CalendarId>,
    policy: u64,
}

impl SyncStateRow {
    fn of(state: &WorkspaceSyncState) -> Self {
        Self {
            latest: state.latest.as_ref().map(LatestSyncRow::of),
            latest_long: state.latest_long.as_ref().map(LatestSyncRow::of),
            synced_until: state.synced_until,
            answered_since: state.answered_since,
            listed_again: state.listed_again,
            full_sync_requested_at: state.full_sync_requested_at,
            listed_calendars_at: state.listed_calendars_at,
            distant: state.distant.map(DistantRow::from),
            changed_since: state.changed_since,
            sync_in_progress: state.in_progress.as_ref().map(SyncInProgressRow::of),
            version: state.version.next().0,
        }
    }

    fn state(self) -> WorkspaceSyncState {
        WorkspaceSyncState {
            latest: self.latest.map(LatestSyncRow::latest),
            latest_long: self.latest_long.map(LatestSyncRow::latest),
            synced_until: self.synced_until,
            answered_since: self.answered_since,
            listed_again: self.listed_again,
            full_sync_requested_at: self.full_sync_requested_at,
            listed_calendars_at: self.listed_calendars_at,
            distant: self.distant.map(DistantChanges::from),
            changed_since: self.changed_since,
            in_progress: self.sync_in_progress.map(SyncInProgressRow::sync),
            version: Version(self.version),
        }
    }
}

impl LatestSyncRow {
    fn of(latest: &LatestSync) -> Self {
        Self {
            coverage: latest.reach.clone().into(),
            until: latest.until,
            pages: latest.pages,
            listed: latest.listed,
        }
    }

    fn latest(self) -> LatestSync {
        LatestSync {
            reach: self.coverage.into(),
            until: self.until,
            pages: self.pages,
            listed: self.listed,
        }
    }
}

impl From<WorkspaceCoverage> for CoverageRow {
    fn from(coverage: WorkspaceCoverage) -> Self {
        Self {
            began_at: coverage.began_at,
            since: coverage.since,
            starts_until: coverage.starts_until,
            skipped: coverage.skipped,
            policy: coverage.policy.0,
        }
    }
}

impl From<CoverageRow> for WorkspaceCoverage {
    fn from(row: CoverageRow) -> Self {
        Self {
            began_at: row.began_at,
            since: row.since,
            starts_until: row.starts_until,
            skipped: row.skipped,
            policy: PolicyRevision(row.policy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::{Unreadable, read_row, write_row};
    use serde_json::{Value, json};

    /// A row of version 1, written by hand. Every build that reads version 1 reads it.
    fn a_row_written_by_hand() -> Value {
        json!({
            "v": 1,
            "latest": {"began_at": 5, "skipped": ["a", "b"], "policy": 2, "until": 7, "pages": 2, "listed": 150},
            "latest_long": {"began_at": 3, "skipped": [], "policy": 2, "until": 4, "pages": 10, "listed": 999},
            "synced_until": 5,
            "listed_again": 70,
            "full_sync_requested_at": 2,
            "listed_calendars_at": 3,
            "distant": {"since": 1, "near_seconds": 90_000},
            "changed_since": 4,
            "sync_in_progress": {
                "began_at": 8, "since": 4, "starts_until": 99, "skipped": [], "policy": 2,
                "next": "cursor", "pages": 1, "listed": 100, "held_until": 9,
            },
            "version": 3,
        })
    }

    #[test]
    fn a_sync_state_as_written_by_hand_is_read_and_written() {
        let stored = serde_dynamo::to_item(a_row_written_by_hand()).expect("a row");
        let row: SyncStateRow = read_row(stored).expect("readable");
        let mut state = row.state();
        let in_progress = state.in_progress.clone().expect("a sync in progress");
        assert_eq!(in_progress.mark.since, Some(at(4)));
        assert_eq!(in_progress.held_until, at(9));
        let latest = state.latest.clone().expect("a completed sync");
        assert_eq!((latest.reach.since, latest.reach.skipped.len()), (None, 2));

        state.version = Version(2);
        let written = write_row(SyncStateRow::of(&state));
        let by_hand = serde_dynamo::to_item(a_row_written_by_hand()).expect("a row");
        assert_eq!(written, by_hand);
    }

    #[test]
    fn an_incomplete_sync_in_progress_is_named() {
        let mut row = a_row_written_by_hand();
        row["sync_in_progress"] =
            json!({"began_at": 8, "skipped": [], "policy": 2, "pages": 1, "listed": 5});
        let row = serde_dynamo::to_item(row).expect("a row");
        let problem = read_row::<SyncStateRow>(row).err();
        let expected = Unreadable::Missing("sync_in_progress.held_until".to_owned());
        assert_eq!(problem, Some(expected));
    }

    fn at(microsecond: i64) -> Timestamp {
        Timestamp::from_microsecond(microsecond).expect("in range")
    }
}
