//! The reason why a calendar could not be synced now, and when to try again.

use std::time::Duration;

use callsheet_domain::Timestamp;

use crate::{AcquireError, EndlessList, PortError};

/// Wait before a message is delivered again whose rows others are writing to;
/// twice as long each time.
const CONFLICT: Duration = Duration::from_secs(1);
/// Wait after a collaborator did not answer; twice as long each time, so that an
/// outage of most of an hour costs no message.
const UNANSWERED: Duration = Duration::from_secs(10);
/// The longest wait of a message.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// The shortest wait after Recall denied us: an operator has to restore access.
const DENIED: Duration = Duration::from_mins(5);
/// Wait of a message for which no time was left.
const SOON: Duration = Duration::from_secs(1);

/// The reason why a calendar could not be synced now.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// A collaborator failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// No permit is free in time: try again at this instant.
    #[error("the rate limit allows the next call only at {0}")]
    RateLimited(Timestamp),
    /// The function's time is nearly up: try again at once.
    #[error("too little time is left for another call")]
    DeadlineReached,
    /// Another worker has the same sync in progress: wait for it.
    #[error("another worker has this sync in progress")]
    AlreadyRunning,
    /// Other writers were first each time: try again a little later.
    #[error("other workers kept writing to the same rows")]
    Conflict,
    /// Recall's list does not end: try again later.
    #[error("Recall's list repeats a page or has too many pages")]
    EndlessList,
}

impl From<AcquireError> for SyncError {
    fn from(error: AcquireError) -> Self {
        match error {
            AcquireError::Port(error) => Self::Port(error),
            AcquireError::RateLimited(instant) => Self::RateLimited(instant),
            AcquireError::DeadlineReached => Self::DeadlineReached,
        }
    }
}

impl From<EndlessList> for SyncError {
    fn from(_: EndlessList) -> Self {
        Self::EndlessList
    }
}

impl SyncError {
    /// Whether every other call would fail too, until an operator restores access.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Port(PortError::Denied { .. }))
    }

    /// Whether nothing failed: the sync only has to wait.
    #[must_use]
    pub fn is_retry_later(&self) -> bool {
        matches!(
            self,
            Self::RateLimited(_) | Self::DeadlineReached | Self::AlreadyRunning
        )
    }

    /// Whether the cause is in what is stored or listed, so that other calendars
    /// can be synced all the same.
    #[must_use]
    pub fn is_of_content(&self) -> bool {
        matches!(
            self,
            Self::Conflict
                | Self::Port(PortError::Unreadable { .. } | PortError::Unwritable { .. })
        )
    }

    /// The wait before a message is delivered again that was received `received` times.
    #[must_use]
    pub fn wait(&self, received: u32, now: Timestamp) -> Duration {
        let doubled = |first: Duration| {
            let doubled = first.saturating_mul(2_u32.saturating_pow(received.saturating_sub(1)));
            doubled.min(LONGEST_WAIT)
        };
        match self {
            Self::Port(PortError::Denied { .. }) => DENIED.max(doubled(UNANSWERED)),
            Self::Port(error) => error.wait().unwrap_or(doubled(UNANSWERED)),
            Self::RateLimited(instant) => {
                Duration::try_from(instant.duration_since(now)).unwrap_or_default()
            }
            Self::DeadlineReached | Self::AlreadyRunning => SOON,
            Self::Conflict => doubled(CONFLICT),
            Self::EndlessList => doubled(UNANSWERED),
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;
    use crate::Service;

    #[test_case(SyncError::Conflict => [1, 2, 4, 900]; "a conflict")]
    #[test_case(SyncError::EndlessList => [10, 20, 40, 900]; "a list without an end")]
    #[test_case(SyncError::DeadlineReached => [1, 1, 1, 1]; "a deadline")]
    #[test_case(SyncError::AlreadyRunning => [1, 1, 1, 1]; "a sync in progress")]
    #[test_case(denied() => [300, 300, 300, 900]; "a denial")]
    fn the_wait_depends_on_the_error_and_the_deliveries(error: SyncError) -> [u64; 4] {
        [1, 2, 3, 30].map(|received| error.wait(received, Timestamp::UNIX_EPOCH).as_secs())
    }

    fn denied() -> SyncError {
        SyncError::Port(PortError::Denied {
            service: Service::Recall,
            reason: "status 401".to_owned(),
        })
    }
}
