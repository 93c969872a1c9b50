//! Storage of the workspace's sync states.

use std::future::Future;

use callsheet_domain::{
    CalendarListProgress, NewCalendarList, WindowedSyncState, WorkspaceSyncState,
};

use super::WriteOutcome;
use crate::PortError;

/// Storage of how far the workspace as a whole is synced.
pub trait SyncStates: Send + Sync {
    /// The sync state, as the latest write left it.
    fn workspace(&self) -> impl Future<Output = Result<WorkspaceSyncState, PortError>> + Send;

    /// Writes the sync state if the stored version is still `state.version`, and
    /// raises the version by one.
    fn write_workspace_state(
        &self,
        state: &WorkspaceSyncState,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;

    /// The state of full syncs of the workspace, as the latest write left it.
    fn windowed_sync_state(
        &self,
    ) -> impl Future<Output = Result<WindowedSyncState, PortError>> + Send;

    /// Writes the state of full syncs if the stored version is still `state.version`, and
    /// raises the version by one.
    fn write_windowed_sync_state(
        &self,
        state: &WindowedSyncState,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;

    /// The comparison of the lists of calendars that was left, as the latest write left it.
    fn calendar_list(&self)
    -> impl Future<Output = Result<CalendarListProgress, PortError>> + Send;

    /// Writes the comparison that is left if the stored version is still `progress.version`,
    /// and raises the version by one.
    fn write_calendar_list(
        &self,
        progress: &CalendarListProgress,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;

    /// When new calendars were last listed, as the latest write left it.
    fn new_calendar_list(&self) -> impl Future<Output = Result<NewCalendarList, PortError>> + Send;

    /// Writes when they are listed if the stored version is still `list.version`, and raises the
    /// version by one.
    fn write_new_calendar_list(
        &self,
        list: &NewCalendarList,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;
}
