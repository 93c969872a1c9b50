//! Removes what is stored about a person or a calendar.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::forget::Forgotten;
use callsheet_app::UseCaseError;
use callsheet_app::forget::forget;
use callsheet_domain::Timestamp;

use crate::arguments::ForgetArguments;
use crate::error::CliError;
use crate::workspace::Workspace;

/// Removes what is stored about the name of `arguments`.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &ForgetArguments,
    now: Timestamp,
) -> Result<Forgotten, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let forgotten = forget((&state, &decisions), &arguments.name, !arguments.yes, now).await;
    forgotten.map(Forgotten::of).map_err(|error| match error {
        UseCaseError::KeepsChanging(_) => CliError::Failed(format!("{error}: run this again")),
        error => error.into(),
    })
}
