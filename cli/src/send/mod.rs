//! Sends a bot to a running meeting.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::send::SentBot;
use callsheet_app::events::EventName;
use callsheet_app::ports::{Calendars, Decisions, OverrideStore, Queue};
use callsheet_domain::{Actor, Timestamp};

use crate::arguments::By;
use crate::error::CliError;
use crate::workspace::Workspace;

/// Sends a bot to the running meeting of an event.
pub(crate) async fn run(
    workspace: &Workspace,
    event: &EventName,
    by: By,
    now: Timestamp,
) -> Result<SentBot, CliError> {
    let (state, queue) = (workspace.state().await?, workspace.queue().await?);
    let decisions = workspace.decisions().await?;
    let by = by.actor(workspace.user())?;
    send((&state, &decisions, queue.as_ref()), event, &by, now).await
}

async fn send<S, D, Q>(
    ports: (&S, &D, Option<&Q>),
    event: &EventName,
    by: &Actor,
    now: Timestamp,
) -> Result<SentBot, CliError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let sent = callsheet_app::send::send(ports, event, by, now);
    Ok(SentBot::of(&Box::pin(sent).await?))
}
