//! Sets overrides, and requests a sync of the owner's calendars.

mod columns;
mod import;
mod list_csv;
mod list_text;
mod meeting;
#[cfg(test)]
mod tests;
mod text;

use std::io;

use callsheet_api::override_list::OverrideList;
use callsheet_api::overrides::OverrideSet;
use callsheet_app::events::EventName;
use callsheet_app::list_overrides::list_overrides;
use callsheet_app::overrides::Target;
use callsheet_app::ports::{Calendars, Decisions, OverrideStore, Queue};
use callsheet_domain::{Actor, Timestamp};

use crate::arguments::{Choice, OverrideCommand};
use crate::error::CliError;
use crate::render::{Render as _, show};
use crate::terminal::print_text;
use crate::workspace::Workspace;
pub(crate) use columns::scope_name;
pub(crate) use text::{locked, obstacle_text};

/// Runs a command about overrides.
pub(crate) async fn run(
    workspace: &Workspace,
    command: OverrideCommand,
    now: Timestamp,
) -> Result<io::Result<u8>, CliError> {
    let output = &workspace.output();
    let (target, event, choice, by) = match command {
        OverrideCommand::List { calendars, csv } => {
            let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
            let found = list_overrides((&state, &decisions), &calendars, now).await?;
            let list = OverrideList::of(&found);
            return Ok(if csv {
                print_text(list_csv::table(&list).trim_end()).map(|()| list.exit_code())
            } else {
                show(&list, output)
            });
        }
        OverrideCommand::Import { file, dry_run, by } => {
            let imported = import::run(workspace, (&file, dry_run), by, now).await?;
            return Ok(show(&imported, output));
        }
        OverrideCommand::Meeting {
            event,
            choice,
            all,
            by,
        } => {
            let wish = meeting::wish(choice, all)?;
            let set = meeting::run(workspace, (&event.name(), wish), by, now).await?;
            return Ok(show(&set, output));
        }
        OverrideCommand::Event { event, choice, by } => (Target::Event, event, choice, by),
        OverrideCommand::Series { event, choice, by } => (Target::Series, event, choice, by),
    };
    let (state, queue) = (workspace.state().await?, workspace.queue().await?);
    let decisions = workspace.decisions().await?;
    let by = by.actor(workspace.user())?;
    let ports = (&state, &decisions, queue.as_ref());
    let set = set_override(ports, (target, &event.name()), choice, &by, now).await?;
    Ok(show(&set, output))
}

async fn set_override<S, D, Q>(
    ports: (&S, &D, Option<&Q>),
    target: (Target, &EventName),
    choice: Choice,
    by: &Actor,
    now: Timestamp,
) -> Result<OverrideSet, CliError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let set = callsheet_app::overrides::set_override(ports, target, choice.into(), by, now);
    Ok(OverrideSet::of(&set.await?))
}
