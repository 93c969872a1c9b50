//! Finds upcoming meetings for which Recall has other bots than are applied.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::drift::Drift;
use callsheet_app::CallTerms;
use callsheet_app::drift::find_drift;
use callsheet_app::event_lister::EventLister;
use callsheet_app::ports::Clock;

use crate::error::CliError;
use crate::listing::Progress;
use crate::workspace::Workspace;

/// Compares the bots that Recall lists with the decisions.
pub(crate) async fn run(
    workspace: &Workspace,
    selection: &[String],
    clock: impl Clock,
) -> Result<Drift, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let lister = EventLister {
        recall: workspace.recall("").await?,
        state: &state,
        clock,
        rate_limit: workspace.rate_limit(),
        terms: CallTerms::OPERATOR,
        progress: Progress::on_stderr(),
    };
    let found = find_drift(&lister, &decisions, selection).await?;
    Ok(Drift::of(found))
}
