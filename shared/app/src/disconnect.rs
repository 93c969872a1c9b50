//! Deletes a calendar at Recall, and requests a sync that retires its decisions.
//!
//! Recall sends no webhook about a deletion. So a sync request is sent: the sync fetches
//! the calendar, finds that it is deleted, and retires its decisions. If this is
//! interrupted between the two, doing it again sends the request, since it is sent also
//! for a calendar that is deleted.

use callsheet_domain::{
    Calendar, CalendarId, Operation, SyncJob, SyncReason, SyncRequest, Timestamp,
};

use crate::PortError;
use crate::find_calendar::find_any;
use crate::ports::{
    CalendarEvents, CalendarRemoval, Calendars, Clock, Decisions, Queue, RateLimits, Removed,
};
use crate::rate_limited::{RateLimitedRecall, published_limit};
use crate::rate_limiter::CallTerms;
use crate::removal_effects::{RemovalEffects, removal_effects};
use crate::use_case_error::UseCaseError;

/// Disconnects calendars.
#[derive(Debug, Clone, Copy)]
pub struct Disconnection<'a, S, D, R, Q> {
    /// Calendars and permits.
    pub state: &'a S,
    /// Decisions.
    pub decisions: &'a D,
    /// Recall.
    pub recall: &'a R,
    /// The sync queue.
    pub queue: &'a Q,
}

impl<S, D, R, Q> Disconnection<'_, S, D, R, Q>
where
    S: Calendars + RateLimits,
    D: Decisions,
    R: CalendarEvents + CalendarRemoval,
    Q: Queue,
{
    /// Tells what would be deleted with the calendar that `name` names: a stored one, or one
    /// that only Recall knows.
    ///
    /// # Errors
    /// If there is no such calendar, the owner has several, or a collaborator fails.
    pub async fn effects<K: Clock>(
        &self,
        name: &str,
        clock: &K,
    ) -> Result<RemovalEffects, UseCaseError> {
        let calendar = self.find_calendar(name, clock).await?;
        Ok(removal_effects(self.decisions, calendar, clock.now()).await?)
    }

    /// Deletes a calendar, and requests a sync of it.
    ///
    /// # Errors
    /// If a collaborator fails.
    pub async fn disconnect<K: Clock>(
        &self,
        id: &CalendarId,
        clock: &K,
    ) -> Result<Removed, UseCaseError> {
        let recall = self.rate_limited(Operation::DeleteCalendar, clock);
        let removed = recall.call(async || self.recall.delete_calendar(id).await);
        let removed = removed.await?;
        let requested = self.request_sync(id, clock.now()).await;
        requested.map_err(|error| UseCaseError::NotRetired {
            calendar: id.clone(),
            error,
        })?;
        Ok(removed)
    }

    fn rate_limited<'a, K>(
        &'a self,
        operation: Operation,
        clock: &'a K,
    ) -> RateLimitedRecall<'a, S, K> {
        RateLimitedRecall {
            permits: self.state,
            clock,
            operation,
            rate_limit: published_limit(operation),
            terms: CallTerms::OPERATOR,
        }
    }

    /// The calendar that `name` names: a stored one, or one that only Recall knows.
    async fn find_calendar<K: Clock>(
        &self,
        name: &str,
        clock: &K,
    ) -> Result<Calendar, UseCaseError> {
        match find_any(self.state, name).await {
            Ok(Some(record)) => return Ok(record.calendar),
            // Its record cannot be read, and Recall knows the calendar.
            Ok(None) | Err(UseCaseError::Port(PortError::Unreadable { .. })) => {}
            Err(error) => return Err(error),
        }
        let Ok(id) = CalendarId::parse(name) else {
            return Err(UseCaseError::UnknownCalendar(name.to_owned()));
        };
        let recall = self.rate_limited(Operation::GetCalendar, clock);
        let calendar = recall
            .call(async || self.recall.calendar(&id).await)
            .await?;
        calendar.ok_or_else(|| UseCaseError::UnknownCalendar(name.to_owned()))
    }

    /// Requests a sync, which fetches the calendar from Recall.
    async fn request_sync(&self, id: &CalendarId, now: Timestamp) -> Result<(), PortError> {
        let request = SyncRequest {
            calendar_id: id.clone(),
            reason: SyncReason::CalendarChanged,
            sent_at: now,
        };
        self.queue.send(&SyncJob::Request(request)).await
    }
}
