//! Stores that a calendar is to be deleted at Recall, and requests the sync that does it.

use callsheet_api::delivery::Delivery;
use callsheet_api::disconnection::{Disconnected, Outcome, Requested};
use callsheet_app::find_calendar::find_any;
use callsheet_app::ports::{Calendars, Clock, Decisions, Queue};
use callsheet_app::removal_effects::removal_effects;
use callsheet_app::request_disconnection::request_disconnection;
use callsheet_app::{PortError, UseCaseError};
use callsheet_domain::Actor;

use super::Plan;
use crate::error::CliError;

/// Disconnects calendars that are stored.
#[derive(Debug)]
pub(in crate::calendars) struct BySync<S, D, Q> {
    pub(in crate::calendars) state: S,
    pub(in crate::calendars) decisions: D,
    /// Without it, the next resync carries it out.
    pub(in crate::calendars) queue: Option<Q>,
}

impl<S: Calendars, D: Decisions, Q: Queue> BySync<S, D, Q> {
    /// What is deleted with the calendar that `name` names.
    pub(in crate::calendars) async fn plan<K: Clock>(
        &self,
        name: &str,
        clock: &K,
    ) -> Result<Plan, CliError> {
        let unknown = || UseCaseError::UnknownCalendar(name.to_owned());
        let found = find_any(&self.state, name).await;
        let record = found
            .and_then(|record| record.ok_or_else(unknown))
            .map_err(with_another_way)?;
        let calendar = record.calendar.clone();
        let effects = removal_effects(&self.decisions, calendar, clock.now()).await?;
        Ok(Plan::of(effects, Some(&record)))
    }

    /// Stores that `by` wants it to be deleted.
    pub(in crate::calendars) async fn request<K: Clock>(
        &self,
        plan: Plan,
        by: &Actor,
        clock: &K,
    ) -> Result<Disconnected, CliError> {
        let ports = (&self.state, self.queue.as_ref());
        let asked = request_disconnection(ports, &plan.id, by, clock.now()).await?;
        let mut disconnection = plan.disconnection;
        let outcome = match (&disconnection.requested, asked.record.is_to_be_deleted()) {
            (_, false) => Outcome::AlreadyDeleted,
            (None, true) => Outcome::Requested,
            (Some(_), true) => Outcome::AlreadyRequested,
        };
        disconnection.requested = asked.record.disconnection.as_ref().map(Requested::of);
        Ok(Disconnected {
            disconnection,
            outcome,
            sync_request: Some(Delivery::of(&asked.notification)),
        })
    }
}

/// The refusal of a calendar without a record that can be read, with what deletes it.
fn with_another_way(error: UseCaseError) -> CliError {
    match error {
        UseCaseError::UnknownCalendar(_) => CliError::Refused(format!(
            "{error}: `callsheet calendars list` shows the known ones. One that only Recall knows is \
             deleted there with --at-recall"
        )),
        UseCaseError::Port(PortError::Unreadable { .. }) => CliError::Refused(format!(
            "the stored record of the calendar cannot be read, so no sync can disconnect it ({error}). \
             With --at-recall and its id, it is deleted at Recall right away"
        )),
        error => error.into(),
    }
}
