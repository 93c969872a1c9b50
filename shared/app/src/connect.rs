//! Creates a calendar at Recall with the credentials of its owner, and requests a sync of it.
//!
//! Creating is not idempotent. So the call is made once: if its outcome is unknown, the person
//! is told to look before they try again.

use callsheet_domain::{Calendar, Operation, SyncJob, SyncReason, SyncRequest};

use crate::PortError;
use crate::notify::{Notification, notify};
use crate::ports::{CalendarCreation, Clock, Creation, NewCalendar, Queue, RateLimits};
use crate::rate_limited::{RateLimitedRecall, published_limit};
use crate::rate_limiter::CallTerms;
use crate::use_case_error::UseCaseError;

/// A calendar that was created.
#[derive(Debug)]
pub struct ConnectedCalendar {
    /// The calendar, which may still be connecting.
    pub calendar: Calendar,
    /// What became of the request of a sync.
    pub notification: Notification,
}

/// Creates a calendar.
///
/// # Errors
/// If Recall refuses it, the outcome is unknown, or a collaborator fails.
pub async fn connect<S, R, Q, K>(
    (state, recall, queue): (&S, &R, Option<&Q>),
    new: &NewCalendar,
    clock: &K,
) -> Result<ConnectedCalendar, UseCaseError>
where
    S: RateLimits,
    R: CalendarCreation,
    Q: Queue,
    K: Clock,
{
    let operation = Operation::CreateCalendar;
    let limited = RateLimitedRecall {
        permits: state,
        clock,
        operation,
        rate_limit: published_limit(operation),
        terms: CallTerms::OPERATOR,
    };
    let created = limited.call_once(async || recall.create_calendar(new).await);
    let calendar = match created.await {
        Ok(Creation::Created(calendar)) => calendar,
        Ok(Creation::Refused(code)) => return Err(UseCaseError::CredentialsRefused(code)),
        Err(UseCaseError::Port(
            error @ (PortError::Unavailable { .. } | PortError::Unreadable { .. }),
        )) => return Err(UseCaseError::PerhapsCreated(error)),
        Err(error) => return Err(error),
    };
    let request = SyncRequest {
        calendar_id: calendar.id.clone(),
        reason: SyncReason::CalendarChanged,
        sent_at: clock.now(),
    };
    let notification = notify(queue, &SyncJob::Request(request)).await;
    Ok(ConnectedCalendar {
        calendar,
        notification,
    })
}
