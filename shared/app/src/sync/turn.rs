//! Waits for the turn to call Recall, and has everybody wait when Recall says so.

use callsheet_domain::{Operation, Timestamp, plus};
use jiff::SignedDuration;

use super::{SyncError, SyncHandler, SyncPorts};
use crate::PortError;
use crate::ports::{Clock as _, PermitResult, RateLimits as _};

/// A page and its writes fit into this; with less time left none is begun.
pub(super) const PAGE_TIME: SignedDuration = SignedDuration::from_secs(8);

/// For so long a look is its worker's after the last sign of life.
pub(super) const HOLD: SignedDuration = SignedDuration::from_secs(30);
/// Calls that who comes behind leaves free.
const LEFT_FREE: u32 = 1;

/// Who goes first when several want the same budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// Somebody waits for it: it is drawn ahead, as far as there is time.
    Live,
    /// It takes what is free at the moment and leaves a call free, and draws
    /// nothing ahead: who is live does not wait for it.
    Background,
}

/// On what terms calls are made.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallTerms {
    pub(super) rank: Priority,
    pub(super) deadline: Timestamp,
}

impl<P: SyncPorts> SyncHandler<P> {
    /// Waits for its turn to make one call of `operation`.
    pub(super) async fn turn(
        &self,
        operation: Operation,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        let CallTerms { rank, deadline } = terms;
        let rate_limit = match operation {
            Operation::GetCalendar => self.settings.get_calendar,
            Operation::ListCalendars => self.settings.list_calendars,
            _ => self.settings.list_events,
        };
        let latest = plus(deadline, -PAGE_TIME);
        loop {
            let now = self.ports.clock().now();
            if now > latest {
                return Err(SyncError::DeadlineReached);
            }
            let until = match rank {
                Priority::Live => latest,
                Priority::Background => plus(now, -rate_limit.reserve(LEFT_FREE)),
            };
            match (
                self.ports
                    .state()
                    .acquire(operation, rate_limit, 1, now, until)
                    .await?,
                rank,
            ) {
                (PermitResult::Granted(draw), _) => {
                    self.ports.clock().sleep_until(draw.first_at).await;
                    return Ok(());
                }
                (PermitResult::NotBefore(instant), Priority::Live) => {
                    return Err(SyncError::RateLimited(instant));
                }
                (PermitResult::NotBefore(instant), Priority::Background) => {
                    let free_at = plus(instant, rate_limit.reserve(LEFT_FREE));
                    if free_at > latest {
                        return Err(SyncError::DeadlineReached);
                    }
                    self.ports.clock().sleep_until(free_at).await;
                }
            }
        }
    }

    /// Tells everybody to wait if that is what the service asked for.
    pub(super) async fn heed<T>(
        &self,
        operation: Operation,
        answer: Result<T, PortError>,
    ) -> Result<T, SyncError> {
        if let Err(PortError::Throttled { wait, .. }) = &answer {
            let wait = SignedDuration::try_from(*wait).unwrap_or(SignedDuration::MAX);
            self.ports
                .state()
                .block_until(operation, plus(self.ports.clock().now(), wait))
                .await?;
        }
        Ok(answer?)
    }
}
