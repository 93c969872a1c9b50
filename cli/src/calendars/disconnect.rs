//! Deletes a calendar at Recall, after a confirmation.

use callsheet_api::disconnection::{Disconnected, Removal};
use callsheet_app::disconnect::Disconnection;
use callsheet_app::ports::{
    CalendarEvents, CalendarRemoval, Calendars, Clock, Decisions, Queue, RateLimits,
};

use super::text::description;
use crate::error::CliError;

/// The ports that a disconnection needs.
#[derive(Debug)]
pub(super) struct Ports<S, D, R, Q> {
    pub(super) state: S,
    pub(super) decisions: D,
    pub(super) recall: R,
    pub(super) queue: Q,
}

/// Deletes the calendar that `name` names, if `confirm` agrees to the description
/// of what will happen.
pub(super) async fn disconnect<S, D, R, Q, K>(
    ports: &Ports<S, D, R, Q>,
    name: &str,
    clock: &K,
    confirm: impl FnOnce(&str) -> Result<(), CliError>,
) -> Result<Disconnected, CliError>
where
    S: Calendars + RateLimits,
    D: Decisions,
    R: CalendarEvents + CalendarRemoval,
    Q: Queue,
    K: Clock,
{
    let disconnection = Disconnection {
        state: &ports.state,
        decisions: &ports.decisions,
        recall: &ports.recall,
        queue: &ports.queue,
    };
    let effects = disconnection.effects(name, clock).await?;
    let id = effects.calendar.id.clone();
    let removal = Removal::of(effects);
    confirm(&description(&removal))?;
    let removed = disconnection.disconnect(&id, clock).await?;
    Ok(Disconnected::of(removal, removed))
}
