//! Sync states.

use callsheet_app::PortError;
use callsheet_app::ports::{SyncStates, WriteOutcome};
use callsheet_domain::{
    CalendarListProgress, NewCalendarList, WindowedSyncState, WorkspaceSyncState,
};

use super::MemoryState;

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
