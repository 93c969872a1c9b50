//! Shows which upcoming meetings would gain, lose or change a bot under another
//! policy, and changes nothing.
//!
//! The decisions are made with the code of a sync, so a preview shows what a sync
//! would write. The events are listed at Recall, or read from a file that an
//! earlier preview saved.

mod compare;
mod inputs;
mod saved;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use callsheet_app::ports::{Clock, Policies};
use callsheet_app::{ActivePolicy, PolicyCache};
use callsheet_domain::{PolicyRevision, Timestamp, plus};
use jiff::SignedDuration;

use crate::arguments::PreviewArguments;
use crate::error::CliError;
use crate::listing::{EventLister, Progress};
use crate::policy::compile_file;
use crate::workspace::Workspace;
use compare::{Baseline, Comparison, compare};
use inputs::{KnownCalendars, PreviewInputs, connected_with_overrides, stored_with_overrides};
use saved::SavedEvents;

/// Recall updates events that started up to about a day ago, and a full sync
/// reaches as far back.
const FULL_SYNC_REACH: SignedDuration = SignedDuration::from_hours(24);

/// What is previewed, and what it is compared with.
type Previewed = (PreviewInputs, (Baseline, ActivePolicy));

/// Previews the policy of `arguments`.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &PreviewArguments,
    clock: impl Clock,
) -> Result<Comparison, CliError> {
    let (document, policy) = compile_file(&arguments.policy)?;
    let now = clock.now();
    let (inputs, baseline) = match &arguments.events {
        None => listed_at_recall(workspace, arguments, clock, now).await?,
        Some(file) if arguments.stored => with_stored_decisions(workspace, arguments, file).await?,
        Some(file) => without_decisions(workspace, arguments, file).await?,
    };
    let active = baseline.1.policy.deduplication();
    let policy = policy.comparing(document.over(active.links).deduplication().links);
    let comparison = compare(&inputs, baseline, &policy, now);
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
    clock: impl Clock,
    now: Timestamp,
) -> Result<Previewed, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let lister = EventLister {
        recall: workspace.recall(", or read the events from a file with --events")?,
        state: &state,
        clock,
        rate_limit: workspace.rate_limit(),
        progress: Progress::on_stderr(),
    };
    let calendars = connected_with_overrides(&state, &arguments.calendars).await?;
    let pages = lister
        .pages(calendars.readable.keys(), plus(now, -FULL_SYNC_REACH))
        .await?;
    let events: Vec<_> = pages.into_iter().flat_map(|page| page.events).collect();
    if let Some(file) = &arguments.save {
        let calendars = calendars.readable.values();
        let calendars = calendars.map(|context| &context.record.calendar);
        SavedEvents::new(now, calendars, &events).save(file)?;
    }
    let mut inputs = PreviewInputs::new(calendars, &events);
    let rows = inputs.stored_decisions(&decisions).await?;
    let active = active_policy(&state).await?;
    Ok((inputs, (Baseline::Decisions(rows), active)))
}

/// Reads the events from a file, and compares with the stored decisions.
async fn with_stored_decisions(
    workspace: &Workspace,
    arguments: &PreviewArguments,
    file: &Path,
) -> Result<Previewed, CliError> {
    let saved = SavedEvents::open(file)?;
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let calendars = saved.calendars(&arguments.calendars);
    let calendars = stored_with_overrides(&state, calendars).await?;
    let mut inputs = PreviewInputs::new(calendars, &saved.events);
    let rows = inputs.stored_decisions(&decisions).await?;
    let active = active_policy(&state).await?;
    Ok((inputs, (Baseline::Decisions(rows), active)))
}

/// Reads the events from a file, and compares with what another policy decides.
async fn without_decisions(
    workspace: &Workspace,
    arguments: &PreviewArguments,
    file: &Path,
) -> Result<Previewed, CliError> {
    let saved = SavedEvents::open(file)?;
    let compared_with = match &arguments.against {
        Some(file) => ActivePolicy {
            policy: compile_file(file)?.1.into(),
            revision: PolicyRevision::default(),
        },
        None if workspace.has_state() => active_policy(&workspace.state().await?).await?,
        None => ActivePolicy::built_in(),
    };
    let calendars = KnownCalendars {
        readable: saved.calendars(&arguments.calendars),
        unreadable: Vec::new(),
    };
    let inputs = PreviewInputs::new(calendars, &saved.events);
    Ok((inputs, (Baseline::Policy, compared_with)))
}

async fn active_policy<S: Policies>(state: &S) -> Result<ActivePolicy, CliError> {
    Ok(PolicyCache::default().current(state).await?)
}
