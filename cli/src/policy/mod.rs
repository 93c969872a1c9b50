//! Checks, pushes and reads policies.

mod document;
mod history;
mod lint;
pub(crate) mod problem;
mod pull;
mod push;
mod size;
mod source_map;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use callsheet_app::PushedBy;
use callsheet_domain::{Policy, PolicyDocument, Timestamp};

use crate::arguments::{Format, PolicyCommand};
use crate::error::{CliError, cannot_print};
use crate::render::{Render as _, show};
use crate::screen::Screen;
use crate::terminal::{has_unsafe, print_json, print_text};
use crate::workspace::Workspace;
use document::PolicyFile;

/// Runs a command about policies.
pub(crate) async fn run(
    workspace: &Workspace,
    command: PolicyCommand,
    now: Timestamp,
) -> Result<io::Result<u8>, CliError> {
    let output = &workspace.output();
    Ok(match command {
        PolicyCommand::Lint { file, strict } => show(&lint::check(&file, strict)?, output),
        PolicyCommand::Schema => {
            let schema = serde_json::to_string_pretty(&PolicyDocument::json_schema());
            print_json(&schema.map_err(cannot_print)?).map(|()| 0)
        }
        PolicyCommand::Push { file, note, by } => {
            let file = PolicyFile::open(&file)?;
            let by = by.actor(workspace.user())?;
            let pushed_by = PushedBy { by, note, at: now };
            let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
            let queue = workspace.queue().await?;
            let ports = (&state, &decisions, queue.as_ref());
            show(&push::push(ports, &file, pushed_by).await?, output)
        }
        PolicyCommand::Pull { revision, format } => {
            let state = workspace.state().await?;
            let mut text = pull::pull(&state, revision, format).await?;
            let is_yaml = format == Format::Yaml && !has_unsafe(&text);
            if format == Format::Yaml && !is_yaml {
                // JSON is YAML too, and can escape what must not be printed.
                text = pull::pull(&state, revision, Format::Json).await?;
            }
            let print = if is_yaml { print_text } else { print_json };
            print(text.trim_end()).map(|()| 0)
        }
        PolicyCommand::History { most } => {
            let state = workspace.state().await?;
            show(&history::history(&state, most).await?, output)
        }
    })
}

/// Compiles the policy in a file.
pub(crate) fn compile_file(file: &Path) -> Result<(PolicyDocument, Policy), CliError> {
    let file = PolicyFile::open(file)?;
    lint::compile(&file)
        .map_err(|_| CliError::Refused(lint::lint(&file).text_on(&Screen::default())))
}
