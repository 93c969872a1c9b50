//! Sets the overrides and pauses of a file.

mod lines;
#[cfg(test)]
mod tests;
mod text;

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use callsheet_api::delivery::Delivery;
use callsheet_api::override_import::{ImportProblem, ImportedLine, OverrideImport};
use callsheet_app::override_import::{
    ImportLine, LineProblem, ProblemOfLine, carry_out, plan_import,
};
use callsheet_app::ports::{Calendars, Decisions, OverrideStore, Queue};
use callsheet_domain::{Actor, Timestamp};

use crate::arguments::By;
use crate::error::CliError;
use crate::overrides::import::lines::Parsed;
use crate::screen::Screen;
use crate::workspace::Workspace;

/// Imports a file; of a dry run nothing is changed.
pub(super) async fn run(
    workspace: &Workspace,
    (file, is_dry_run): (&Path, bool),
    by: By,
    now: Timestamp,
) -> Result<OverrideImport, CliError> {
    let (name, text) = read(file)?;
    let by = by.actor(workspace.user())?;
    let (empty, lines) = parsed(name, &text, is_dry_run);
    if lines.is_empty() {
        return Ok(empty);
    }
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let queue = workspace.queue().await?;
    let ports = (&state, &decisions, queue.as_ref());
    import(ports, (empty, lines), &by, now).await
}

/// The report on a file of which nothing is carried out yet, and its lines.
fn parsed(file: String, text: &str, is_dry_run: bool) -> (OverrideImport, Vec<ImportLine>) {
    let Parsed {
        lines,
        not_imported,
        problems,
    } = lines::parse(text);
    let report = OverrideImport {
        file,
        is_dry_run,
        lines: Vec::new(),
        not_imported,
        problems,
        sync_request: None,
    };
    (report, lines)
}

/// Completes a report whose problems of the text are known.
async fn import<S, D, Q>(
    (state, decisions, queue): (&S, &D, Option<&Q>),
    (mut report, lines): (OverrideImport, Vec<ImportLine>),
    by: &Actor,
    now: Timestamp,
) -> Result<OverrideImport, CliError>
where
    S: Calendars + OverrideStore,
    D: Decisions,
    Q: Queue,
{
    let plan = plan_import((state, decisions), lines, by, now).await?;
    report.lines = plan.lines.iter().map(ImportedLine::of).collect();
    report
        .problems
        .extend(plan.problems.into_iter().map(problem));
    report.problems.sort_by_key(|problem| problem.line);
    if !report.is_dry_run && report.problems.is_empty() {
        let notification = carry_out((state, decisions, queue), plan.lines, now).await?;
        report.sync_request = Some(Delivery::of(&notification));
    }
    Ok(report)
}

fn problem(LineProblem { line, problem }: LineProblem) -> ImportProblem {
    let (column, message) = match problem {
        ProblemOfLine::Owner(error) => (
            Some("owner"),
            CliError::from(error).report_on(&Screen::default()),
        ),
        ProblemOfLine::Event(error) => (
            Some("event_id"),
            CliError::from(error).report_on(&Screen::default()),
        ),
        problem @ ProblemOfLine::SaidTwice(_) => (None, problem.to_string()),
    };
    ImportProblem {
        line,
        column: column.map(str::to_owned),
        message,
    }
}

fn read(file: &Path) -> Result<(String, String), CliError> {
    let (name, text) = if file == Path::new("-") {
        let mut text = String::new();
        let read = io::stdin().read_to_string(&mut text).map(|_| text);
        ("standard input".to_owned(), read)
    } else {
        (file.display().to_string(), fs::read_to_string(file))
    };
    match text {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(CliError::Failed(format!("{name} cannot be read: {error}"))),
    }
}
