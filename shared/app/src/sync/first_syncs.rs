//! First syncs of new calendars by a list of the workspace: what such a list is worth to them.

use std::collections::BTreeMap;

use callsheet_domain::{CalendarId, CalendarRecord, WorkspaceSyncState};

use crate::CalendarContext;
use crate::ports::{Calendars, WriteOutcome};
use crate::sync_error::SyncError;

/// Stores first syncs.
pub(super) struct FirstSyncs<'a, S> {
    /// Storage of calendars.
    pub(super) state: &'a S,
}

impl<S: Calendars> FirstSyncs<'_, S> {
    /// Stores the first sync of each new calendar all of whose events the latest sync of the
    /// workspace has listed. Gives the calendars as they are then.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn credit<'a>(
        &self,
        mut calendars: BTreeMap<&'a CalendarId, CalendarContext>,
        workspace: &WorkspaceSyncState,
    ) -> Result<BTreeMap<&'a CalendarId, CalendarContext>, SyncError> {
        let Some(latest) = &workspace.latest else {
            return Ok(calendars);
        };
        for CalendarContext { record, overrides } in calendars.values_mut() {
            let Some(first) = latest.reach.first_sync(record, overrides) else {
                continue;
            };
            let synced = CalendarRecord {
                last_sync: Some(first),
                ..record.clone()
            };
            // Another worker that wrote it first says as much, or that it has changed.
            if self.state.write_record(&synced).await? == WriteOutcome::Written {
                *record = synced;
                record.version = record.version.next();
                log_first_sync(record);
            }
        }
        Ok(calendars)
    }
}

fn log_first_sync(record: &CalendarRecord) {
    let calendar = &record.calendar.id;
    tracing::info!(%calendar, "calendar {calendar} had its first sync, with that of the workspace");
}
