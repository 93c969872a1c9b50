//! Has the stack look at what changed and at every calendar that is owed a look,
//! now and not by its schedule.

use callsheet_app::ports::{Calendars, Policies, Queue, SyncStates, WriteOutcome};
use callsheet_domain::{SyncJob, Timestamp, needs_full_sync};
use serde::Serialize;

use crate::error::CliError;
use crate::render::{Render, counted};
use crate::workspace::Workspace;

/// How often a mark is written that others get in the way of.
const TRIES: usize = 10;

/// A sweep was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SweepAsked {
    /// Everything in every calendar is looked at again.
    pub(crate) everything: bool,
    /// How many calendars are owed a look at everything, if the state table is named.
    pub(crate) owed: Option<usize>,
}

/// Does what is asked.
pub(crate) async fn run(
    workspace: &Workspace,
    everything: bool,
    now: Timestamp,
) -> Result<SweepAsked, CliError> {
    let queue = workspace.named_queue().await?;
    if everything {
        let state = workspace.state().await?;
        want_everything(&state, now).await?;
        let owed = Some(connected(&state).await?);
        return sweep(&queue, everything, owed, now).await;
    }
    let owed = if workspace.has_state() {
        Some(owed(&workspace.state().await?, now).await?)
    } else {
        None
    };
    sweep(&queue, everything, owed, now).await
}

/// Writes down that a look at everything that began before `now` is too old.
async fn want_everything<S: SyncStates>(state: &S, now: Timestamp) -> Result<(), CliError> {
    for _ in 0..TRIES {
        let mut mark = state.workspace().await?;
        mark.full_sync_requested_at = mark.full_sync_requested_at.max(Some(now));
        if state.write_workspace_state(&mark).await? == WriteOutcome::Written {
            return Ok(());
        }
    }
    let busy = "others keep writing to the mark of looks: try again";
    Err(CliError::Cannot(busy.to_owned()))
}

/// How many calendars have events to be looked at.
async fn connected<S: Calendars>(state: &S) -> Result<usize, CliError> {
    let listed = state.listed().await?;
    let connected = listed
        .iter()
        .filter(|listed| listed.record.calendar.status.holds_bots());
    Ok(connected.count())
}

async fn sweep<Q: Queue>(
    queue: &Q,
    everything: bool,
    owed: Option<usize>,
    now: Timestamp,
) -> Result<SweepAsked, CliError> {
    queue.send(&SyncJob::ResyncNow { sent_at: now }).await?;
    Ok(SweepAsked { everything, owed })
}

/// How many calendars are owed a look at everything.
async fn owed<S: Calendars + Policies>(state: &S, now: Timestamp) -> Result<usize, CliError> {
    let active_revision = state.active_revision().await?;
    let listed = state.listed().await?;
    let owed = listed.iter().filter(|listed| {
        let (record, override_revision) = (&listed.record, listed.override_revision);
        record.calendar.status.holds_bots()
            && needs_full_sync(
                record.last_sync.as_ref(),
                active_revision,
                override_revision,
                now,
            )
    });
    Ok(owed.count())
}

impl Render for SweepAsked {
    fn text(&self) -> String {
        let goes_on = "`callsheet calendars list` shows how far it is.";
        match self.owed {
            None => format!(
                "A sweep was asked for: it looks at what changed, and at every calendar that is owed \
                 a look at everything. {goes_on}"
            ),
            Some(0) => {
                "A sweep was asked for: it looks at what changed. No calendar is owed a look at \
                 everything."
                    .to_owned()
            }
            Some(owed) if self.everything => format!(
                "A sweep was asked for: everything in {} is looked at again, behind whatever is \
                 said of them meanwhile. {goes_on}",
                counted(owed, "calendar", "calendars")
            ),
            Some(owed) => format!(
                "A sweep was asked for: it looks at what changed; {} owed a look at everything, and \
                 looked at as fast as Recall allows. {goes_on}",
                counted(owed, "calendar is", "calendars are")
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
    async fn asks_for_a_sweep_and_says_for_how_many_calendars() {
        let (state, queue) = (MemoryState::new(), MemoryQueue::new());
        let lost = a_calendar_record().with(|record| {
            record.calendar.id = CalendarId::parse("calendar-lost").expect("an id");
            record.calendar.status = CalendarStatus::Disconnected;
        });
        for record in [a_calendar_record(), lost] {
            state.write_record(&record).await.expect("memory");
        }
        let owed = owed(&state, at("09:30")).await.expect("memory");
        let asked = sweep(&queue, false, Some(owed), at("09:30"))
            .await
            .expect("memory");
        let sent_at = at("09:30");
        assert_eq!(queue.sent(), [SyncJob::ResyncNow { sent_at }]);
        assert_eq!(asked.owed, Some(1));
        assert!(asked.text().contains("1 calendar is owed a look"));
    }

    #[tokio::test]
    async fn everything_is_wanted_again_from_now_on() {
        let (state, queue) = (MemoryState::new(), MemoryQueue::new());
        state
            .write_record(&a_calendar_record())
            .await
            .expect("memory");
        for now in ["09:30", "09:00"] {
            want_everything(&state, at(now)).await.expect("memory");
            let mark = state.workspace().await.expect("memory");
            assert_eq!(
                mark.full_sync_requested_at,
                Some(at("09:30")),
                "asked at {now}"
            );
        }
        let connected = connected(&state).await.expect("memory");
        let asked = sweep(&queue, true, Some(connected), at("09:30"))
            .await
            .expect("memory");
        assert!(
            asked
                .text()
                .contains("everything in 1 calendar is looked at")
        );
    }

    #[tokio::test]
    async fn that_nobody_could_be_asked_is_trouble() {
        let queue = Intercepted::new(MemoryQueue::new(), &Faults::once(0, When::Before));
        let trouble = sweep(&queue, false, None, at("09:30"))
            .await
            .expect_err("nobody was asked");
        assert_eq!(trouble.exit_code(), 2);
    }
}
