//! Starts a resync now, and not by its schedule.

use callsheet_api::resync::ResyncRequested;
use callsheet_app::resync_now::{resync_all, resync_now};
use callsheet_domain::Timestamp;

use crate::error::CliError;
use crate::render::{Render, counted};
use crate::screen::Screen;
use crate::workspace::Workspace;

/// Requests a resync, and with `full` a full sync of every calendar.
pub(crate) async fn run(
    workspace: &Workspace,
    full: bool,
    now: Timestamp,
) -> Result<ResyncRequested, CliError> {
    let queue = workspace.required_queue().await?;
    let requested = if full {
        resync_all(&workspace.state().await?, &queue, now).await?
    } else if workspace.has_state() {
        resync_now(Some(&workspace.state().await?), &queue, now).await?
    } else {
        resync_now(None::<&callsheet_store::StateTable>, &queue, now).await?
    };
    Ok(ResyncRequested::of(&requested))
}

impl Render for ResyncRequested {
    fn text_on(&self, _screen: &Screen) -> String {
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
    use crate::render::assert_published;
    use callsheet_app::ports::{Calendars as _, SyncStates as _};
    use callsheet_domain::{CalendarId, CalendarStatus, SyncJob};
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
        let requested = resync_now(Some(&state), &queue, at("09:30")).await;
        let requested = ResyncRequested::of(&requested.expect("memory"));
        assert_published("resync", &requested);
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
            let requested = resync_all(&state, &queue, at(now)).await.expect("memory");
            let workspace = state.workspace().await.expect("memory");
            assert_eq!(
                workspace.full_sync_requested_at,
                Some(at("09:30")),
                "requested at {now}"
            );
            let text = ResyncRequested::of(&requested).text();
            assert!(
                text.contains("A full sync of 1 calendar was requested"),
                "{text}"
            );
        }
    }

    #[tokio::test]
    async fn a_queue_that_fails_is_an_error() {
        let queue = Intercepted::new(MemoryQueue::new(), &Faults::once(0, When::Before));
        let error = resync_now(None::<&MemoryState>, &queue, at("09:30"))
            .await
            .expect_err("nothing was sent");
        assert_eq!(CliError::from(error).exit_code(), 2);
    }
}
