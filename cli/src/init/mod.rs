//! Writes a first policy: asks five questions, checks the policy that the answers make, writes
//! it, and previews it where a workspace is given.

mod answers;
mod check;
mod policy_text;
mod questions;
#[cfg(test)]
mod tests;
mod text;

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use callsheet_api::init::FirstPolicy;
use callsheet_app::ports::Clock;

use crate::arguments::{InitArguments, PreviewArguments};
use crate::error::CliError;
use crate::policy::checked;
use crate::preview;
use crate::render::show;
use crate::terminal::{print_error, print_text};
use crate::workspace::Workspace;
use answers::Answers;
use policy_text::policy_text;

/// Writes the policy of `arguments`, after questions about what they leave out, and prints what
/// came of it.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &InitArguments,
    clock: impl Clock,
) -> Result<io::Result<u8>, CliError> {
    let output = &workspace.output();
    let first = first_policy(workspace, arguments, clock).await?;
    Ok(match &first.file {
        // Lines of a policy must not be wrapped.
        None if !output.is_json => print_text(first.policy.trim_end()).map(|()| 0),
        _ => show(&first, output),
    })
}

async fn first_policy(
    workspace: &Workspace,
    arguments: &InitArguments,
    clock: impl Clock,
) -> Result<FirstPolicy, CliError> {
    let is_printed = arguments.file == Path::new("-");
    if !is_printed && !arguments.force && arguments.file.exists() {
        return Err(exists(&arguments.file));
    }
    let first = make(&answers(workspace, arguments)?, arguments)?;
    if is_printed {
        return Ok(first);
    }
    write(&first.policy, arguments)?;
    if !workspace.has_state() || !workspace.has_api_key() {
        return Ok(first);
    }
    let previewed = PreviewArguments {
        policy: arguments.file.clone(),
        events: None,
        stored: false,
        against: None,
        save: None,
        calendars: Vec::new(),
        summary: true,
    };
    match preview::run(workspace, &previewed, clock).await {
        Ok(comparison) => Ok(FirstPolicy {
            preview: Some(comparison),
            ..first
        }),
        Err(CliError::Refused(reason)) => Ok(FirstPolicy {
            not_previewed: Some(reason),
            ..first
        }),
        Err(error) => Err(CliError::Failed(format!(
            "{} was written, but not previewed: {}",
            arguments.file.display(),
            error.report_on(&workspace.screen())
        ))),
    }
}

/// The answers by flags, and on a terminal those to the questions that are left.
fn answers(workspace: &Workspace, arguments: &InitArguments) -> Result<Answers, CliError> {
    if arguments.no_input {
        return Ok(questions::given_answers(arguments));
    }
    let stdin = io::stdin();
    if stdin.is_terminal() {
        // Standard output is for the result, which may be the policy or JSON.
        let terminal = (&mut stdin.lock(), &mut print_error);
        return questions::ask(arguments, terminal, workspace.screen().width);
    }
    if arguments.record.is_none() {
        return Err(CliError::Failed(
            "there is no terminal to ask on: give the answers as flags, at least `--record external`, \
             `all` or `marked`, or take the defaults by --no-input"
                .to_owned(),
        ));
    }
    Ok(questions::given_answers(arguments))
}

/// Makes the policy and checks it.
fn make(answers: &Answers, arguments: &InitArguments) -> Result<FirstPolicy, CliError> {
    let problems = check::problems(answers);
    if !problems.is_empty() {
        return Err(CliError::Refused(format!(
            "nothing was written, since an answer has a problem:\n{}",
            problems.join("\n")
        )));
    }
    let policy = policy_text(answers);
    let (size, warnings) = checked(policy.clone())?;
    Ok(FirstPolicy {
        file: (arguments.file != Path::new("-")).then(|| arguments.file.display().to_string()),
        policy,
        size,
        warnings,
        preview: None,
        not_previewed: None,
    })
}

fn write(policy: &str, arguments: &InitArguments) -> Result<(), CliError> {
    let mut options = OpenOptions::new();
    options.write(true);
    if arguments.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let file = options.open(&arguments.file);
    let written = file.and_then(|mut file| file.write_all(policy.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(&arguments.file),
        _ => CliError::Failed(format!(
            "{} cannot be written: {error}",
            arguments.file.display()
        )),
    })
}

fn exists(file: &Path) -> CliError {
    CliError::Refused(format!(
        "{} exists already: name another file, or replace it by --force",
        file.display()
    ))
}
