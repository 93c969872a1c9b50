//! Pauses recording in the calendars of an owner, or ends the pause, and requests a sync of
//! them.

#[cfg(test)]
mod tests;

use callsheet_app::ports::{Calendars, OverrideStore, Queue};
use callsheet_domain::{Actor, Timestamp};
use serde::Serialize;

use crate::arguments::By;
use crate::error::CliError;
use crate::find_calendar::find_connected;
use crate::notify_stack::Delivery;
use crate::owner;
use crate::render::{Render, instant};
use crate::workspace::Workspace;

/// A pause that was set or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PauseSet {
    pub(crate) calendar: String,
    /// End of the pause; none if it was ended.
    pub(crate) paused_until: Option<Timestamp>,
    pub(crate) by: String,
    /// Sequence number of this pause among the owner's overrides and pauses.
    pub(crate) revision: u64,
    /// Whether it holds for the person; else for this connection, until the owner's
    /// address is known.
    pub(crate) is_of_person: bool,
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
    let owner = owner::owner_of(state, &calendar).await?;
    let revision = state.pause(&owner, until.unwrap_or(now), by, now).await?;
    let sync_request = owner::apply((state, queue), (&calendar, &owner), now).await?;
    Ok(PauseSet {
        calendar: calendar.to_string(),
        paused_until: until,
        by: by.as_str().to_owned(),
        revision: revision.0,
        is_of_person: owner.is_known(),
        sync_request,
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
        let mut lines = vec![change];
        if !self.is_of_person {
            lines.push(owner::UNKNOWN_OWNER.to_owned());
        }
        lines.push(self.sync_request.sentence(effect));
        lines.join("\n")
    }
}
