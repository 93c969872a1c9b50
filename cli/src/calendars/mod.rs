//! Lists calendars, connects one, or disconnects one.

mod confirm;
mod connect;
mod disconnect;
mod list;
mod list_text;
#[cfg(test)]
mod tests;

use std::io;

use callsheet_app::directory;
use callsheet_app::ports::Clock;

use crate::arguments::CalendarsCommand;
use crate::error::CliError;
use crate::render::show;
use crate::workspace::Workspace;
use list_text::WithColumns;

/// Runs a command about calendars.
pub(crate) async fn run(
    workspace: &Workspace,
    command: CalendarsCommand,
    clock: &impl Clock,
) -> Result<io::Result<u8>, CliError> {
    let output = &workspace.output();
    let tables =
        async || Ok::<_, CliError>((workspace.state().await?, workspace.decisions().await?));
    match command {
        CalendarsCommand::Connect(arguments) => {
            let connected = connect::run(workspace, arguments, clock).await?;
            Ok(show(&connected, output))
        }
        CalendarsCommand::List(arguments) if arguments.recall => {
            let (state, decisions) = tables().await?;
            let recall = workspace.recall(", or list without --recall").await?;
            let directory = directory::fetch(&recall, &state, clock).await?;
            let listed = list::list((&state, &decisions), arguments, clock.now()).await?;
            Ok(show(&listed.compared_with(directory), output))
        }
        CalendarsCommand::List(arguments) => {
            let (state, decisions) = tables().await?;
            let keys = list::columns(&arguments);
            let list = list::list((&state, &decisions), arguments, clock.now()).await?;
            Ok(show(&WithColumns { list, keys }, output))
        }
        CalendarsCommand::Disconnect(arguments) => {
            let disconnected = disconnect::run(workspace, arguments, clock).await?;
            Ok(show(&disconnected, output))
        }
    }
}
