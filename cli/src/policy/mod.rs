//! Checks, pushes and reads policies.

mod document;
mod history;
mod lint;
pub(crate) mod problem;
mod pull;
mod push;
mod size;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use callsheet_api::policy::{Problem, Size};
use callsheet_api::policy_file::{self, PolicyFile};
use callsheet_app::PushedBy;
use callsheet_domain::{Policy, PolicyDocument, Timestamp};

use crate::arguments::{Format, PolicyCommand};
use crate::error::{CliError, cannot_print};
use crate::render::{Render as _, show};
use crate::screen::Screen;
use crate::terminal::{has_unsafe, print_json, print_text};
use crate::workspace::Workspace;
pub(crate) use size::summary;

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
            let file = document::open(&file)?;
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
    let file = document::open(file)?;
    policy_file::compile(&file)
        .map_err(|_| CliError::Refused(policy_file::lint(&file).text_on(&Screen::default())))
}

/// The problems of a policy in YAML that is in no file yet.
pub(crate) fn problems_of(yaml: String) -> Vec<Problem> {
    policy_file::lint(&in_no_file(yaml)).problems
}

/// The size and the warnings of a policy in YAML that is in no file yet.
pub(crate) fn checked(yaml: String) -> Result<(Size, Vec<Problem>), CliError> {
    let report = policy_file::lint(&in_no_file(yaml));
    match report.size {
        Some(size) => Ok((size, report.warnings)),
        None => Err(CliError::Refused(report.text_on(&Screen::default()))),
    }
}

fn in_no_file(yaml: String) -> PolicyFile {
    PolicyFile {
        name: "the policy".to_owned(),
        text: yaml,
        is_json: false,
    }
}
