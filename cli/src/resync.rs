//! Starts a resync now, and not by its schedule.

use callsheet_app::ports::{Calendars, Policies, Queue, SyncStates, WriteOutcome};
use callsheet_domain::{SyncJob, Timestamp, needs_full_sync};
use serde::Serialize;

use crate::error::CliError;
use crate::render::{Render, counted};
use crate::workspace::Workspace;

/// How often the write of the workspace's sync state is attempted.
const MAX_ATTEMPTS: usize = 10;

/// A resync that was requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ResyncRequested {
    /// Whether a full sync of every calendar was requested.
    pub(crate) full: bool,
    /// Number of calendars that need a full sync; none without a state table.
    pub(crate) calendars: Option<usize>,
}

/// Requests a resync, and with `full` a full sync of every calendar.
pub(crate) async fn run(
    workspace: &Workspace,
    full: bool,
    now: Timestamp,
) -> Result<ResyncRequested, CliError> {
    let queue = workspace.required_queue().await?;
    if full {
        let state = workspace.state().await?;
        request_full_syncs(&state, now).await?;
        let calendars = Some(count_connected(&state).await?);
        return request_resync(&queue, full, calendars, now).await;
    }
    let calendars = if workspace.has_state() {
        Some(count_needing_full_sync(&workspace.state().await?, now).await?)
    } else {
        None
    };
    request_resync(&queue, full, calendars, now).await
}

/// Stores that a full sync that began before `now` is too old.
pub(crate) async fn request_full_syncs<S: SyncStates>(
    state: &S,
    now: Timestamp,
) -> Result<(), CliError> {
    for _ in 0..MAX_ATTEMPTS {
        let mut workspace = state.workspace().await?;
        workspace.full_sync_requested_at = workspace.full_sync_requested_at.max(Some(now));
        if state.write_workspace_state(&workspace).await? == WriteOutcome::Written {
            return Ok(());
        }
    }
    Err(CliError::Failed(
        "the workspace's sync state could not be written, since running syncs keep changing it: try again"
            .to_owned(),
    ))
}

/// Number of calendars that are synced.
async fn count_connected<S: Calendars>(state: &S) -> Result<usize, CliError> {
    let listed = state.listed().await?;
    let connected = listed
        .iter()
        .filter(|listed| listed.record.calendar.status.holds_bots());
    Ok(connected.count())
}

async fn request_resync<Q: Queue>(
    queue: &Q,
    full: bool,
    calendars: Option<usize>,
    now: Timestamp,
) -> Result<ResyncRequested, CliError> {
    queue.send(&SyncJob::ResyncNow { sent_at: now }).await?;
    Ok(ResyncRequested { full, calendars })
}

/// Number of calendars that need a full sync.
async fn count_needing_full_sync<S: Calendars + Policies>(
    state: &S,
    now: Timestamp,
) -> Result<usize, CliError> {
    let active_revision = state.active_revision().await?;
    let listed = state.listed().await?;
    let needing = listed.iter().filter(|listed| {
        let (record, override_revision) = (&listed.record, listed.override_revision);
        record.calendar.status.holds_bots()
            && needs_full_sync(
                record.last_sync.as_ref(),
                active_revision,
                override_revision,
                now,
            )
    });
    Ok(needing.count())
}

impl Render for ResyncRequested {
    fn text(&self) -> String {
        let progress = "`callsheet calendars list` shows the progress.";
        let requested = "A resync was requested: it catches up with changes in the workspace";
        match self.calendars {
            None => format!("{requested}, and runs the full syncs that are needed. {progress}"),
            Some(calendars) if self.full => format!(
                "A full sync of {} was requested. It runs in the background, as fast as the rate limit \
                 allows; changes go first. {progress}",
                counted(calendars, "calendar", "calendars")
            ),
            Some(0) => format!("{requested}. No calendar needs a full sync."),
            Some(calendars) => format!(
                "{requested}. {} a full sync, which runs as fast as the rate limit allows. {progress}",
                counted(calendars, "calendar needs", "calendars need")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_domain::{CalendarId, CalendarStatus};
    use callsheet_testkit::{
        Faults, Intercepted, MemoryQueue, MemoryState, When, With as _, a_calendar_record, at,
    };

    #[tokio::test]
    async fn a_resync_is_requested_and_connected_calendars_that_need_a_full_sync_are_counted() {
        let (state, queue) = (MemoryState::new(), MemoryQueue::new());
        let lost = a_calendar_record().with(|record| {
            record.calendar.id = CalendarId::parse("calendar-lost").expect("an id");
            record.calendar.status = CalendarStatus::Disconnected;
        });
        for record in [a_calendar_record(), lost] {
            state.write_record(&record).await.expect("memory");
        }
        let calendars = count_needing_full_sync(&state, at("09:30")).await;
        let calendars = calendars.expect("memory");
        let requested = request_resync(&queue, false, Some(calendars), at("09:30")).await;
        let requested = requested.expect("memory");
        let sent_at = at("09:30");
        assert_eq!(queue.sent(), [SyncJob::ResyncNow { sent_at }]);
        assert_eq!(requested.calendars, Some(1));
        let text = requested.text();
        assert!(text.contains("1 calendar needs a full sync"), "{text}");
    }

    #[tokio::test]
    async fn a_full_sync_of_every_calendar_is_requested_as_of_the_latest_request() {
        let (state, queue) = (MemoryState::new(), MemoryQueue::new());
        state
            .write_record(&a_calendar_record())
            .await
            .expect("memory");
        for now in ["09:30", "09:00"] {
            request_full_syncs(&state, at(now)).await.expect("memory");
            let workspace = state.workspace().await.expect("memory");
            assert_eq!(
                workspace.full_sync_requested_at,
                Some(at("09:30")),
                "requested at {now}"
            );
        }
        let connected = count_connected(&state).await.expect("memory");
        let requested = request_resync(&queue, true, Some(connected), at("09:30")).await;
        let text = requested.expect("memory").text();
        assert!(
            text.contains("A full sync of 1 calendar was requested"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_queue_that_fails_is_an_error() {
        let queue = Intercepted::new(MemoryQueue::new(), &Faults::once(0, When::Before));
        let error = request_resync(&queue, false, None, at("09:30"))
            .await
            .expect_err("nothing was sent");
        assert_eq!(error.exit_code(), 2);
    }
}
