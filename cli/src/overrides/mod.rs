//! Sets overrides, and requests a sync of their calendar.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::overrides::OverrideSet;
use callsheet_app::events::EventName;
use callsheet_app::overrides::Target;
use callsheet_app::ports::{Calendars, Decisions, Forgetting, OverrideStore, Queue};
use callsheet_domain::{Actor, Timestamp};

use crate::arguments::{Choice, OverrideCommand};
use crate::error::CliError;
use crate::workspace::Workspace;

/// Sets the override of a command.
pub(crate) async fn run(
    workspace: &Workspace,
    command: OverrideCommand,
    now: Timestamp,
) -> Result<OverrideSet, CliError> {
    let (state, queue) = (workspace.state().await?, workspace.queue().await?);
    let decisions = workspace.decisions().await?;
    let (target, event, choice, by) = match command {
        OverrideCommand::Event { event, choice, by } => (Target::Event, event, choice, by),
        OverrideCommand::Series { event, choice, by } => (Target::Series, event, choice, by),
    };
    let by = by.actor(workspace.user())?;
    let ports = (&state, &decisions, queue.as_ref());
    set_override(ports, (target, &event.name()), choice, &by, now).await
}

async fn set_override<S, D, Q>(
    ports: (&S, &D, Option<&Q>),
    target: (Target, &EventName),
    choice: Choice,
    by: &Actor,
    now: Timestamp,
) -> Result<OverrideSet, CliError>
where
    S: Calendars + OverrideStore + Forgetting,
    D: Decisions,
    Q: Queue,
{
    let set = callsheet_app::overrides::set_override(ports, target, choice.into(), by, now);
    Ok(OverrideSet::of(&set.await?))
}
