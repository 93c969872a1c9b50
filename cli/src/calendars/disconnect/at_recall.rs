//! Deletes a calendar at Recall right away, with Recall's key: one that is not stored, or whose
//! record cannot be read, so that no sync can do it.

use callsheet_api::disconnection::{Disconnected, Outcome};
use callsheet_app::delete_at_recall::DeletionAtRecall;
use callsheet_app::ports::{
    CalendarEvents, CalendarRemoval, Calendars, Clock, Decisions, RateLimits,
};
use callsheet_app::removal_effects::removal_effects;

use super::Plan;
use crate::error::CliError;

/// Deletes calendars at Recall.
#[derive(Debug)]
pub(in crate::calendars) struct AtRecall<S, D, R> {
    pub(in crate::calendars) state: S,
    pub(in crate::calendars) decisions: D,
    pub(in crate::calendars) recall: R,
}

impl<S, D, R> AtRecall<S, D, R>
where
    S: Calendars + RateLimits,
    D: Decisions,
    R: CalendarEvents + CalendarRemoval,
{
    /// What is deleted with the calendar of this id.
    pub(in crate::calendars) async fn plan<K: Clock>(
        &self,
        id: &str,
        clock: &K,
    ) -> Result<Plan, CliError> {
        let calendar = self.deletion().find(id, clock).await?;
        let effects = removal_effects(&self.decisions, calendar, clock.now()).await?;
        Ok(Plan::of(effects, None))
    }

    /// Deletes it.
    pub(in crate::calendars) async fn delete<K: Clock>(
        &self,
        plan: Plan,
        clock: &K,
    ) -> Result<Disconnected, CliError> {
        let removed = self.deletion().delete(&plan.id, clock).await?;
        Ok(Disconnected {
            disconnection: plan.disconnection,
            outcome: Outcome::of(removed),
            sync_request: None,
        })
    }

    fn deletion(&self) -> DeletionAtRecall<'_, S, R> {
        DeletionAtRecall {
            state: &self.state,
            recall: &self.recall,
        }
    }
}
