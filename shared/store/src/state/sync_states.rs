//! How far the workspace was looked at, and the look that is under way: one row.

use callsheet_app::PortError;
use callsheet_app::ports::{SyncStates, WriteOutcome};
use callsheet_domain::{
    CalendarId, LatestSync, PageCursor, SyncInProgress, Version, WorkspaceCoverage,
    WorkspaceSyncState,
};

use super::{Place, StateTable};
use crate::attributes::{Attributes, Reading, Unreadable, Writing, number};
use crate::error::{if_held, unreadable};

const VERSION: &str = "version";
const CALENDAR: &str = "calendar";

impl SyncStates for StateTable {
    async fn workspace(&self) -> Result<WorkspaceSyncState, PortError> {
        let Some(row) = self.row(Place::workspace_mark()).await? else {
            return Ok(WorkspaceSyncState::default());
        };
        mark(&row).map_err(|problem| unreadable("the mark of looks at the workspace", problem))
    }

    async fn write_workspace_state(
        &self,
        mark: &WorkspaceSyncState,
    ) -> Result<WriteOutcome, PortError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes(mark)))
            .expression_attribute_names("#version", VERSION);
        let put = if mark.version == Version::NEW {
            put.condition_expression("attribute_not_exists(#version)")
        } else {
            put.condition_expression("#version = :read")
                .expression_attribute_values(":read", number(mark.version.0))
        };
        let written = if_held(put.send().await)?;
        Ok(written.map_or(WriteOutcome::Conflict, |_| WriteOutcome::Written))
    }
}

fn attributes(mark: &WorkspaceSyncState) -> Attributes {
    let row = Writing::row()
        .maybe(mark.latest.as_ref(), |row, latest| {
            let look = reach(Writing::default(), latest.reach.clone())
                .instant("until", latest.until)
                .number("pages", latest.pages)
                .number("listed", latest.listed);
            row.map("latest", look)
        })
        .maybe(mark.synced_until, |row, at| row.instant("healed_until", at))
        .maybe(mark.full_sync_requested_at, |row, at| {
            row.instant("whole_asked_at", at)
        })
        .maybe(mark.listed_calendars_at, |row, at| {
            row.instant("listed_calendars_at", at)
        })
        .maybe(mark.in_progress.as_ref(), |row, in_progress| {
            row.map("looking", under_way(in_progress, reach))
        })
        .number(VERSION, mark.version.next().0);
    Place::workspace_mark().on(row)
}

fn mark(attributes: &Attributes) -> Result<WorkspaceSyncState, Unreadable> {
    let row = Reading::row(attributes)?;
    let latest = |look: Reading<'_>| {
        Ok(LatestSync {
            reach: read_reach(look)?,
            until: look.instant("until")?,
            pages: look.number("pages")?,
            listed: look.number("listed")?,
        })
    };
    let in_progress = |look| read_under_way(look, read_reach);
    Ok(WorkspaceSyncState {
        latest: row.map_if_any("latest")?.map(latest).transpose()?,
        synced_until: row.instant_if_any("healed_until")?,
        full_sync_requested_at: row.instant_if_any("whole_asked_at")?,
        listed_calendars_at: row.instant_if_any("listed_calendars_at")?,
        in_progress: row.map_if_any("looking")?.map(in_progress).transpose()?,
        version: Version(row.number(VERSION)?),
    })
}

fn reach(row: Writing, reach: WorkspaceCoverage) -> Writing {
    let skipped = reach.skipped.into_iter();
    let skipped = skipped.map(|id| Writing::default().text(CALENDAR, id.as_str()));
    row.instant("began_at", reach.began_at)
        .maybe(reach.since, |row, since| row.instant("since", since))
        .list("left_out", skipped.collect())
}

fn read_reach(look: Reading<'_>) -> Result<WorkspaceCoverage, Unreadable> {
    let skipped = look.maps("left_out")?.into_iter();
    Ok(WorkspaceCoverage {
        began_at: look.instant("began_at")?,
        since: look.instant_if_any("since")?,
        skipped: skipped
            .map(|skipped| skipped.parsed(CALENDAR, CalendarId::parse))
            .collect::<Result<_, _>>()?,
    })
}

/// A look under way, with the mark that it will set.
pub(super) fn under_way<M: Clone>(
    in_progress: &SyncInProgress<M>,
    mark: impl Fn(Writing, M) -> Writing,
) -> Writing {
    mark(Writing::default(), in_progress.mark.clone())
        .maybe(in_progress.next.as_ref(), |row, next| {
            row.text("next", &next.0)
        })
        .number("pages", in_progress.pages)
        .number("listed", in_progress.listed)
        .instant("held_until", in_progress.held_until)
}

/// Reads such a look, and with `mark` the mark that it will set.
pub(super) fn read_under_way<M>(
    look: Reading<'_>,
    mark: impl Fn(Reading<'_>) -> Result<M, Unreadable>,
) -> Result<SyncInProgress<M>, Unreadable> {
    Ok(SyncInProgress {
        mark: mark(look)?,
        next: look
            .text_if_any("next")?
            .map(|next| PageCursor(next.to_owned())),
        pages: look.number("pages")?,
        listed: look.number("listed")?,
        held_until: look.instant("held_until")?,
    })
}
