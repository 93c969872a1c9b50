//! Disconnects a calendar, after a confirmation: stores who wants it to be deleted at Recall, which
//! a sync carries out. One whose stored record cannot be read is [deleted without](at_recall) one.

mod at_recall;
mod by_sync;
mod text;

use callsheet_api::disconnection::{CalendarDisconnection, Disconnected, Outcome};
use callsheet_app::ports::Clock;
use callsheet_app::removal_effects::RemovalEffects;
use callsheet_domain::{CalendarId, CalendarRecord, CalendarStatus};

use super::confirm;
use crate::arguments::DisconnectArguments;
use crate::error::CliError;
use crate::workspace::Workspace;
pub(super) use at_recall::AtRecall;
pub(super) use by_sync::BySync;

/// What will be deleted, before that is confirmed.
#[derive(Debug)]
pub(super) struct Plan {
    id: CalendarId,
    disconnection: CalendarDisconnection,
}

/// Disconnects the calendar of `arguments`, or shows what that would do.
pub(super) async fn run(
    workspace: &Workspace,
    arguments: DisconnectArguments,
    clock: &impl Clock,
) -> Result<Disconnected, CliError> {
    let DisconnectArguments {
        calendar,
        yes,
        dry_run,
        at_recall,
        by,
    } = arguments;
    let screen = workspace.screen();
    let confirm = |question: &str| confirm::on_terminal(question, yes, screen.width);
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    if at_recall {
        let recall = workspace.recall("").await?;
        let ports = AtRecall {
            state,
            decisions,
            recall,
        };
        let plan = ports.plan(&calendar, clock).await?;
        if let Some(unchanged) = plan.unchanged(dry_run) {
            return Ok(unchanged);
        }
        confirm(&plan.description(&screen))?;
        return ports.delete(plan, clock).await;
    }
    let ports = BySync {
        queue: workspace.queue().await?,
        state,
        decisions,
    };
    let plan = ports.plan(&calendar, clock).await?;
    if let Some(unchanged) = plan.unchanged(dry_run) {
        return Ok(unchanged);
    }
    let by = by.actor(workspace.user())?;
    confirm(&plan.description(&screen))?;
    ports.request(plan, &by, clock).await
}

impl Plan {
    fn of(effects: RemovalEffects, record: Option<&CalendarRecord>) -> Self {
        let wanted = record.and_then(|record| record.disconnection.as_ref());
        Self {
            id: effects.calendar.id.clone(),
            disconnection: CalendarDisconnection::of(effects, wanted),
        }
    }

    /// The answer if nothing is to be changed: in a dry run, or if the calendar is deleted already.
    pub(super) fn unchanged(&self, is_dry_run: bool) -> Option<Disconnected> {
        let status = &self.disconnection.removal.status;
        let is_deleted = status == CalendarStatus::Deleted.as_str();
        (is_deleted || is_dry_run).then(|| Disconnected {
            disconnection: self.disconnection.clone(),
            outcome: if is_deleted {
                Outcome::AlreadyDeleted
            } else {
                Outcome::DryRun
            },
            sync_request: None,
        })
    }
}
