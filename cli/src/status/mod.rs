//! Status of the stack: its health, policy, and totals of calendars and meetings.

mod alerts_text;
mod health_text;
#[cfg(test)]
mod tests;
mod text;

use callsheet_api::status::{Periods, Status};
use callsheet_app::ports::{
    Access, ActivityLog, AgendaIndex, Calendars, DeadLetters, DecisionOverview, Decisions,
    MeasuredQueue, OverrideStore, Policies, RateLimitUse, SyncStates,
};
use callsheet_app::status::{Days, Queues};
use callsheet_domain::Timestamp;
use jiff::tz::TimeZone;

use crate::arguments::StatusArguments;
use crate::error::CliError;
use crate::workspace::Workspace;

/// Reads the status of the workspace.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: &StatusArguments,
    now: Timestamp,
) -> Result<Status, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let queues = Queues {
        sync: workspace.queue().await?,
        dead_letters: workspace.optional_dead_letters().await?,
    };
    let zone = &workspace.screen().zone;
    Box::pin(status((&state, &decisions, &queues), arguments, zone, now)).await
}

async fn status<S, D, Q, L>(
    ports: (&S, &D, &Queues<Q, L>),
    arguments: &StatusArguments,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Status, CliError>
where
    S: Access + ActivityLog + Calendars + OverrideStore + Policies + RateLimitUse + SyncStates,
    D: AgendaIndex + Decisions + DecisionOverview,
    Q: MeasuredQueue,
    L: DeadLetters,
{
    let days = Days::at(now, zone)
        .ok_or_else(|| CliError::Failed(format!("the clock is wrong: it is {now}")))?;
    let read = callsheet_app::status::status(ports, days, now).await?;
    let periods = Periods {
        resync_every_minutes: arguments.resync_every_minutes,
        catch_up_every_minutes: arguments.catch_up_every_minutes,
    };
    Ok(Status::of(read, periods, now))
}
