//! Asks the stack to do something soon, which it would do by itself in a while.

use callsheet_app::ports::Queue;
use callsheet_domain::{CalendarId, SyncJob, SyncReason, SyncRequest, Timestamp};
use serde::Serialize;

/// Whether the stack was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "asked", content = "because")]
pub(crate) enum Asked {
    /// It will be done as soon as it is somebody's turn.
    Yes,
    /// It was not, and why.
    No(String),
}

impl Asked {
    /// What follows, in a sentence.
    pub(crate) fn text(&self, soon: &str) -> String {
        match self {
            Self::Yes => soon.to_owned(),
            Self::No(why) => format!(
                "The stack could not be told ({why}); the next sweep, in a minute or so, makes it good."
            ),
        }
    }
}

/// Puts `job` on the queue, if there is one. That it fails is no reason to
/// fail: what is owed is found by the next sweep.
pub(crate) async fn ask<Q: Queue>(queue: Option<&Q>, job: &SyncJob) -> Asked {
    let Some(queue) = queue else {
        return Asked::No("CALLSHEET_QUEUE_URL is not set".to_owned());
    };
    match queue.send(job).await {
        Ok(()) => Asked::Yes,
        Err(error) => Asked::No(error.to_string()),
    }
}

/// A look at everything in a calendar.
pub(crate) fn look(calendar: &CalendarId, now: Timestamp) -> SyncJob {
    SyncJob::Request(SyncRequest {
        calendar_id: calendar.clone(),
        reason: SyncReason::FullSync,
        sent_at: now,
    })
}
