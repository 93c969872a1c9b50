//! Explains why a meeting is or is not recorded, and the state of its bot.

mod rules;
#[cfg(test)]
mod tests;
mod text;
mod verdicts;

use callsheet_api::explain::Explanation;
use callsheet_app::events::EventName;
use callsheet_app::ports::{ActionLog, Calendars, Decisions, OverrideStore, Policies};

use crate::error::CliError;
use crate::workspace::Workspace;
use callsheet_domain::Timestamp;
pub(crate) use text::keeper_line;

/// Explains the decision on an event.
pub(crate) async fn run(
    workspace: &Workspace,
    event: &EventName,
    now: Timestamp,
) -> Result<Explanation, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    explain(&state, &decisions, event, now).await
}

async fn explain<S, D>(
    state: &S,
    decisions: &D,
    event: &EventName,
    now: Timestamp,
) -> Result<Explanation, CliError>
where
    S: ActionLog + Calendars + OverrideStore + Policies,
    D: Decisions,
{
    let explained = callsheet_app::explain::explain(state, decisions, event, now).await?;
    Ok(Explanation::of(&explained, now))
}
