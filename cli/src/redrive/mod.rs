//! Sends dead letters back to the sync queue.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::redrive::Redriven;
use callsheet_app::ports::{DeadLetters, Queue};
use callsheet_app::redrive::RedriveOptions;
use callsheet_domain::Timestamp;

use crate::arguments::RedriveArguments;
use crate::error::CliError;
use crate::workspace::Workspace;

/// Sends dead letters back, as `arguments` say.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &RedriveArguments,
    now: Timestamp,
) -> Result<Redriven, CliError> {
    let dead_letters = workspace.dead_letters().await?;
    let queue = workspace.required_queue().await?;
    redrive((&dead_letters, &queue), arguments, now).await
}

async fn redrive<L, Q>(
    ports: (&L, &Q),
    arguments: &RedriveArguments,
    now: Timestamp,
) -> Result<Redriven, CliError>
where
    L: DeadLetters,
    Q: Queue,
{
    let options = RedriveOptions {
        is_dry_run: arguments.dry_run,
        most: usize::try_from(arguments.most).unwrap_or(usize::MAX),
        drops_unreadable: arguments.drop_unreadable,
    };
    let handled = callsheet_app::redrive::redrive(ports, options).await?;
    Ok(Redriven::of(&handled, options.is_dry_run, now))
}
