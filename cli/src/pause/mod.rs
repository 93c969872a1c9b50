//! Pauses recording in the calendars of an owner, or ends the pause, and requests a sync of
//! them.

#[cfg(test)]
mod tests;

use callsheet_api::pause::PauseSet;
use callsheet_app::ports::{Calendars, OverrideStore, Queue};
use callsheet_domain::{Actor, PauseEnd, Timestamp};

use crate::arguments::By;
use crate::delivery::sentence;
use crate::error::CliError;
use crate::render::{Render, UNKNOWN_OWNER};
use crate::screen::Screen;
use crate::workspace::Workspace;

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
    ports: (&S, Option<&Q>),
    calendar: &str,
    until: Option<Timestamp>,
    by: &Actor,
    now: Timestamp,
) -> Result<PauseSet, CliError>
where
    S: OverrideStore + Calendars,
    Q: Queue,
{
    let end = until.map(PauseEnd::At);
    let set = callsheet_app::pause::set_pause(ports, calendar, end.as_ref(), by, now);
    Ok(PauseSet::of(&set.await?))
}

impl Render for PauseSet {
    fn text_on(&self, screen: &Screen) -> String {
        let change = match self.paused_until {
            Some(until) => format!(
                "Recording is paused until {}. Meetings with a `record` override are still recorded.",
                screen.instant(until)
            ),
            None => "Recording is resumed.".to_owned(),
        };
        let effect = "A sync of the calendar was requested, so it takes effect at once.";
        let mut lines = vec![change];
        if !self.is_of_person {
            lines.push(UNKNOWN_OWNER.to_owned());
        }
        lines.push(sentence(&self.sync_request, effect));
        lines.join("\n")
    }
}
