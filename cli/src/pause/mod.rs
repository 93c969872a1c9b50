//! Pauses recording in a calendar, or ends the pause, and requests a sync of the
//! calendar.

#[cfg(test)]
mod tests;

use callsheet_app::ports::{Calendars, OverrideStore, Queue};
use callsheet_domain::{Actor, Timestamp};
use serde::Serialize;

use crate::arguments::By;
use crate::error::CliError;
use crate::find_calendar::find_connected;
use crate::notify_stack::{Delivery, request_full_sync};
use crate::render::{Render, instant};
use crate::workspace::Workspace;

/// A pause that was set or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PauseSet {
    pub(crate) calendar: String,
    /// End of the pause; none if it was ended.
    pub(crate) paused_until: Option<Timestamp>,
    pub(crate) by: String,
    /// Sequence number of this pause among the calendar's overrides and pauses.
    pub(crate) revision: u64,
    pub(crate) sync_request: Delivery,
}

/// Pauses `calendar` until an instant, or ends its pause if there is none.
pub(crate) async fn run(
    workspace: &Workspace,
    calendar: &str,
    until: Option<Timestamp>,
    by: By,
    now: Timestamp,
) -> Result<PauseSet, CliError> {
    let (state, queue) = (workspace.state().await?, workspace.queue().await?);
    let by = by.actor(workspace.user())?;
    set_pause((&state, queue.as_ref()), calendar, until, &by, now).await
}

async fn set_pause<S, Q>(
    (state, queue): (&S, Option<&Q>),
    calendar: &str,
    until: Option<Timestamp>,
    by: &Actor,
    now: Timestamp,
) -> Result<PauseSet, CliError>
where
    S: OverrideStore + Calendars,
    Q: Queue,
{
    if until.is_some_and(|until| until <= now) {
        return Err(CliError::Refused(
            "the end of the pause is in the past. To end a pause, use `callsheet resume`"
                .to_owned(),
        ));
    }
    let calendar = find_connected(state, calendar).await?;
    let revision = state
        .pause(&calendar, until.unwrap_or(now), by, now)
        .await?;
    Ok(PauseSet {
        calendar: calendar.to_string(),
        paused_until: until,
        by: by.as_str().to_owned(),
        revision: revision.0,
        sync_request: request_full_sync(queue, &calendar, now).await,
    })
}

impl Render for PauseSet {
    fn text(&self) -> String {
        let change = match self.paused_until {
            Some(until) => format!(
                "Recording is paused until {}. Meetings with a `record` override are still recorded.",
                instant(until)
            ),
            None => "Recording is resumed.".to_owned(),
        };
        let effect = "A sync of the calendar was requested, so it takes effect at once.";
        format!("{change}\n{}", self.sync_request.sentence(effect))
    }
}
