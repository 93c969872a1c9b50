//! Shows which upcoming meetings would gain, lose or change a bot under another
//! policy. The events are listed at Recall, or read from a file that an earlier
//! preview saved.

mod saved;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use callsheet_api::preview::Comparison;
use callsheet_app::event_lister::EventLister;
use callsheet_app::policy_preview::{
    Baseline, KnownCalendars, PolicyPreview, PreviewInputs, compare, compare_with_decisions,
    list_inputs,
};
use callsheet_app::ports::Clock;
use callsheet_app::{ActivePolicy, CallTerms, active_policy};
use callsheet_domain::{Policy, PolicyRevision, Timestamp};

use crate::arguments::PreviewArguments;
use crate::error::CliError;
use crate::listing::{Progress, RecordedRecall, read_events};
use crate::policy::compile_file;
use crate::workspace::Workspace;
use saved::SavedEvents;

/// A policy, and the instant for which its decisions are made.
type Previewed<'a> = (&'a Policy, Timestamp);

/// Previews the policy of `arguments`.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &PreviewArguments,
    clock: impl Clock,
) -> Result<Comparison, CliError> {
    let (document, policy) = compile_file(&arguments.policy)?;
    let previewed = (&policy, clock.now());
    let preview = match &arguments.events {
        None => listed_at_recall(workspace, arguments, previewed, clock).await?,
        Some(file) if arguments.stored => {
            with_stored_decisions(workspace, arguments, previewed, file).await?
        }
        Some(file) => without_decisions(workspace, arguments, previewed, file).await?,
    };
    let has_all = arguments.calendars.is_empty() && arguments.events.is_none();
    let warnings = preview.inputs.warnings(&document, has_all);
    let comparison = Comparison::of(preview, warnings);
    Ok(if arguments.summary {
        comparison.without_meetings()
    } else {
        comparison
    })
}

/// Lists the events at Recall, and compares with the stored decisions.
async fn listed_at_recall(
    workspace: &Workspace,
    arguments: &PreviewArguments,
    (policy, now): Previewed<'_>,
    clock: impl Clock,
) -> Result<PolicyPreview, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let recall = workspace
        .recall(", or read the events from a file with --events")
        .await?;
    let lister = EventLister {
        recall: RecordedRecall::new(recall, arguments.save.is_some()),
        state: &state,
        clock,
        rate_limit: workspace.rate_limit(),
        terms: CallTerms::OPERATOR,
        progress: Progress::on_stderr(),
    };
    let calendars = KnownCalendars::selected(&state, &arguments.calendars).await?;
    let inputs = list_inputs(&lister, calendars, now).await?;
    if let Some(file) = &arguments.save {
        let calendars = inputs.calendars.values();
        let calendars = calendars.map(|context| &context.record.calendar);
        SavedEvents::new(now, calendars, lister.recall.into_events()).save(file)?;
    }
    Ok(compare_with_decisions((&state, &decisions), inputs, policy, now).await?)
}

/// Reads the events from a file, and compares with the stored decisions.
async fn with_stored_decisions(
    workspace: &Workspace,
    arguments: &PreviewArguments,
    (policy, now): Previewed<'_>,
    file: &Path,
) -> Result<PolicyPreview, CliError> {
    let saved = SavedEvents::open(file)?;
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let calendars = saved.calendars(&arguments.calendars);
    let calendars = KnownCalendars::stored(&state, calendars).await?;
    let inputs = PreviewInputs::new(calendars, read_events(&saved.events));
    Ok(compare_with_decisions((&state, &decisions), inputs, policy, now).await?)
}

/// Reads the events from a file, and compares with what another policy decides.
async fn without_decisions(
    workspace: &Workspace,
    arguments: &PreviewArguments,
    (policy, now): Previewed<'_>,
    file: &Path,
) -> Result<PolicyPreview, CliError> {
    let saved = SavedEvents::open(file)?;
    let compared_with = match &arguments.against {
        Some(file) => ActivePolicy {
            policy: compile_file(file)?.1.into(),
            revision: PolicyRevision::default(),
        },
        None if workspace.has_state() => {
            let state = workspace.state().await?;
            active_policy(&state).await?
        }
        None => ActivePolicy::built_in(),
    };
    let calendars = KnownCalendars {
        readable: saved.calendars(&arguments.calendars),
        unreadable: Vec::new(),
    };
    let inputs = PreviewInputs::new(calendars, read_events(&saved.events));
    Ok(compare(
        inputs,
        (Baseline::Policy, compared_with),
        policy,
        now,
    ))
}
