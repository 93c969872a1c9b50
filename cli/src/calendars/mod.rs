//! Lists calendars, or disconnects one.

mod confirm;
mod disconnect;
mod list;
#[cfg(test)]
mod tests;
mod text;

use std::io;

use callsheet_app::directory;
use callsheet_app::ports::Clock;

use crate::arguments::CalendarsCommand;
use crate::error::CliError;
use crate::render::show;
use crate::workspace::Workspace;
use disconnect::{Ports, disconnect};

/// Runs a command about calendars.
pub(crate) async fn run(
    workspace: &Workspace,
    command: CalendarsCommand,
    clock: &impl Clock,
) -> Result<io::Result<u8>, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let output = &workspace.output();
    match command {
        CalendarsCommand::List(arguments) if arguments.recall => {
            let recall = workspace.recall(", or list without --recall")?;
            let directory = directory::fetch(&recall, &state, clock).await?;
            let listed = list::list((&state, &decisions), arguments, clock.now()).await?;
            Ok(show(&listed.compared_with(directory), output))
        }
        CalendarsCommand::List(arguments) => {
            let listed = list::list((&state, &decisions), arguments, clock.now()).await?;
            Ok(show(&listed, output))
        }
        CalendarsCommand::Disconnect { calendar, yes } => {
            let ports = Ports {
                queue: workspace.required_queue().await?,
                recall: workspace.recall("")?,
                state,
                decisions,
            };
            let width = output.screen.width;
            let confirm = |question: &str| confirm::on_terminal(question, yes, width);
            let disconnected = disconnect(&ports, &calendar, clock, confirm).await?;
            Ok(show(&disconnected, output))
        }
    }
}
