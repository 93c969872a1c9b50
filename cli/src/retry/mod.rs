//! Reopens abandoned decisions, so that the scheduler calls Recall again.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::retry::Retried;
use callsheet_app::events::EventName;
use callsheet_app::ports::{Calendars, Decisions};
use callsheet_domain::Timestamp;

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
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    match arguments.name() {
        Some(event) => retry_event(&state, &decisions, &event, now).await,
        None => retry_all(&state, &decisions, now).await,
    }
}

async fn retry_event<S, D>(
    state: &S,
    decisions: &D,
    event: &EventName,
    now: Timestamp,
) -> Result<Retried, CliError>
where
    S: Calendars,
    D: Decisions,
{
    let reopened = callsheet_app::retry::retry_event(state, decisions, event, now);
    Ok(Retried::of(reopened.await?))
}

async fn retry_all<S, D>(state: &S, decisions: &D, now: Timestamp) -> Result<Retried, CliError>
where
    S: Calendars,
    D: Decisions,
{
    let reopened = callsheet_app::retry::retry_all(state, decisions, now).await?;
    Ok(Retried::of(reopened))
}
