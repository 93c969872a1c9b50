//! Reopens abandoned decisions, so that the scheduler calls Recall again.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::retry::Retried;
use callsheet_app::ports::{Calendars, Decisions};
use callsheet_domain::{EventId, Timestamp};

use crate::arguments::RetryArguments;
use crate::error::CliError;
use crate::workspace::Workspace;
pub(crate) use text::abandoned_line;

/// Reopens the decisions that `arguments` select.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: RetryArguments,
    now: Timestamp,
) -> Result<Retried, CliError> {
    let decisions = workspace.decisions().await?;
    match arguments.event {
        Some(event) => retry_event(&decisions, &event, now).await,
        None => retry_all(&workspace.state().await?, &decisions, now).await,
    }
}

async fn retry_event<D: Decisions>(
    decisions: &D,
    event: &EventId,
    now: Timestamp,
) -> Result<Retried, CliError> {
    let reopened = callsheet_app::retry::retry_event(decisions, event, now).await?;
    Ok(Retried::of(reopened))
}

async fn retry_all<S, D>(state: &S, decisions: &D, now: Timestamp) -> Result<Retried, CliError>
where
    S: Calendars,
    D: Decisions,
{
    let reopened = callsheet_app::retry::retry_all(state, decisions, now).await?;
    Ok(Retried::of(reopened))
}
