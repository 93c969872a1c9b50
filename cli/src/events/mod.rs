//! Lists events with their decisions.

#[cfg(test)]
mod tests;
mod text;

use callsheet_api::events::EventList;
use callsheet_app::events::{EventFilter, list_events};
use callsheet_app::ports::{Calendars, Decisions};
use callsheet_domain::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::arguments::{EventsArguments, VerdictChoice};
use crate::error::CliError;
use crate::workspace::Workspace;

/// Lists the events that `arguments` select.
pub(crate) async fn run(
    workspace: &Workspace,
    arguments: EventsArguments,
    now: Timestamp,
) -> Result<EventList, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    events(
        (&state, &decisions),
        arguments,
        &workspace.screen().zone,
        now,
    )
    .await
}

async fn events<S, D>(
    (state, decisions): (&S, &D),
    arguments: EventsArguments,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<EventList, CliError>
where
    S: Calendars,
    D: Decisions,
{
    let (from, until) = match arguments.day {
        Some(day) => day_in(day, zone)?,
        None => (arguments.from.unwrap_or(now), arguments.until),
    };
    let filter = EventFilter {
        calendars: arguments.calendars,
        from,
        until,
        is_recorded: arguments
            .verdict
            .map(|verdict| verdict == VerdictChoice::Record),
        bot: arguments.bot,
        title: arguments.find,
    };
    let found = list_events(state, decisions, &filter, now).await?;
    Ok(EventList::of(found, None, now))
}

/// The begin and the end of a day.
fn day_in(day: Date, zone: &TimeZone) -> Result<(Timestamp, Option<Timestamp>), CliError> {
    let begin = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
    let (from, next) = (begin(day), day.tomorrow().ok().and_then(begin));
    match (from, next) {
        (Some(from), Some(next)) => Ok((from, Some(next))),
        _ => Err(CliError::Failed(format!(
            "{day} is no day that a calendar has"
        ))),
    }
}
