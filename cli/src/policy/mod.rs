//! Checks, pushes and reads policies.

mod document;
mod history;
mod lint;
mod pull;
mod push;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use callsheet_app::PushedBy;
use callsheet_domain::{Actor, Policy, PolicyDocument, Timestamp};

use crate::arguments::{By, PolicyCommand};
use crate::error::CliError;
use crate::render::{line, show};
use crate::workspace::Workspace;
use document::Written;

/// Does what is asked about policies.
pub(crate) async fn run(
    workspace: &Workspace,
    command: PolicyCommand,
    now: Timestamp,
) -> Result<u8, CliError> {
    let as_json = workspace.as_json();
    let shown = match command {
        PolicyCommand::Lint { file } => show(&lint::lint(&Written::at(&file)?), as_json),
        PolicyCommand::Schema => {
            let schema = serde_json::to_string_pretty(&PolicyDocument::json_schema());
            line(&schema.map_err(printed)?).map(|()| 0)
        }
        PolicyCommand::Push { file, note, by } => {
            let written = Written::at(&file)?;
            let by = actor(by, workspace.user())?;
            let pusher = PushedBy { by, note, at: now };
            let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
            let queue = workspace.queue().await?;
            let tables = (&state, &decisions, queue.as_ref());
            show(&push::push(tables, &written, pusher).await?, as_json)
        }
        PolicyCommand::Pull { revision, format } => {
            let state = workspace.state().await?;
            let text = pull::pull(&state, revision, format).await?;
            line(text.trim_end()).map(|()| 0)
        }
        PolicyCommand::History { most } => {
            let state = workspace.state().await?;
            show(&history::history(&state, most).await?, as_json)
        }
    };
    shown.map_err(printed)
}

/// The policy in a file, ready to be judged by.
pub(crate) fn compiled(file: &Path) -> Result<(PolicyDocument, Policy), CliError> {
    let written = Written::at(file)?;
    let linted = lint::lint(&written);
    match lint::compiled(&written) {
        Ok(compiled) => Ok(compiled),
        Err(_) => Err(CliError::Refused(crate::render::Render::text(&linted))),
    }
}

/// Who speaks: who is named, or whoever is at the machine.
pub(crate) fn actor(by: By, user: Option<&str>) -> Result<Actor, CliError> {
    let user = || Actor::parse(user?).ok();
    by.by.or_else(user).ok_or_else(|| {
        CliError::Cannot(
            "nobody is named: say who you are with --by NAME, or set CALLSHEET_BY".to_owned(),
        )
    })
}

fn printed(error: impl Into<io::Error>) -> CliError {
    CliError::Cannot(format!("standard output: {}", error.into()))
}
