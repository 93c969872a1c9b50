//! Deletes a calendar at Recall right away: one that no sync can delete.
//!
//! Who wants a calendar to be deleted is stored in the calendar's record, and a sync carries it
//! out ([`request_disconnection`](crate::request_disconnection)). Without a record, or with one
//! that cannot be read, there is no place for it and no sync finds the calendar. Then whoever has
//! Recall's key deletes it. Its decisions stay as they are, since a sync retires only those of a
//! calendar whose record it can read; Recall removes the bots itself.

use callsheet_domain::{Calendar, CalendarId, Operation};

use crate::PortError;
use crate::ports::{CalendarEvents, CalendarRemoval, Calendars, Clock, RateLimits, Removed};
use crate::rate_limited::{RateLimitedRecall, published_limit};
use crate::rate_limiter::CallTerms;
use crate::use_case_error::UseCaseError;

/// Deletes calendars at Recall that have no record that can be read.
#[derive(Debug, Clone, Copy)]
pub struct DeletionAtRecall<'a, S, R> {
    /// Calendars and permits.
    pub state: &'a S,
    /// Recall.
    pub recall: &'a R,
}

impl<S, R> DeletionAtRecall<'_, S, R>
where
    S: Calendars + RateLimits,
    R: CalendarEvents + CalendarRemoval,
{
    /// The calendar of this id, as Recall knows it.
    ///
    /// # Errors
    /// If Recall knows no such calendar, its record can be read, or a collaborator fails.
    pub async fn find<K: Clock>(&self, name: &str, clock: &K) -> Result<Calendar, UseCaseError> {
        let unknown = || UseCaseError::UnknownCalendar(name.to_owned());
        let id = CalendarId::parse(name).map_err(|_| unknown())?;
        match self.state.record(&id).await {
            Ok(Some(_)) => return Err(UseCaseError::ReadableCalendar(id)),
            Ok(None) | Err(PortError::Unreadable { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let recall = self.rate_limited(Operation::GetCalendar, clock);
        let calendar = recall.call(async || self.recall.calendar(&id).await);
        calendar.await?.ok_or_else(unknown)
    }

    /// Deletes the calendar. A second deletion changes nothing.
    ///
    /// # Errors
    /// If a collaborator fails.
    pub async fn delete<K: Clock>(
        &self,
        id: &CalendarId,
        clock: &K,
    ) -> Result<Removed, UseCaseError> {
        let recall = self.rate_limited(Operation::DeleteCalendar, clock);
        let removed = recall.call(async || self.recall.delete_calendar(id).await);
        removed.await
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
}
