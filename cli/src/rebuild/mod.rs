//! Rebuilds decisions that cannot be read.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::rebuild::Rebuilt;
use callsheet_app::rebuild::{all_unreadable, rebuild, unreadable_of};
use callsheet_domain::Timestamp;

use crate::arguments::RebuildArguments;
use crate::error::CliError;
use crate::workspace::Workspace;

/// Rebuilds the decisions that `arguments` select.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: RebuildArguments,
    now: Timestamp,
) -> Result<Rebuilt, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let queue = workspace.required_queue().await?;
    let rows = match &arguments.target.event {
        Some(event) => unreadable_of(&decisions, event).await?,
        None => all_unreadable((&state, &decisions), now).await?,
    };
    let ports = (&state, &decisions, &queue);
    let rebuilt = rebuild(ports, rows, arguments.dry_run, now).await?;
    Ok(Rebuilt::of(rebuilt))
}
