//! Why something could not be attended to now, and when it may be.

use std::time::Duration;

use callsheet_domain::Timestamp;

use crate::PortError;

/// How soon a message whose calendar others are writing to is given again;
/// twice as late each time.
const CONTENDED: Duration = Duration::from_secs(1);
/// How soon a message is given again when a collaborator did not answer; twice
/// as late each time, so that an outage of most of an hour costs no message.
const UNANSWERED: Duration = Duration::from_secs(10);
/// No message waits longer than this.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// How soon when we are denied: nothing changes until somebody mends it.
const DENIED: Duration = Duration::from_mins(5);
/// How soon what ran out of time goes on.
const SOON: Duration = Duration::from_secs(1);

/// Why a calendar could not be attended to now.
#[derive(Debug, thiserror::Error)]
pub(super) enum SyncError {
    #[error(transparent)]
    Port(#[from] PortError),
    #[error("its turn does not come before {0}")]
    RateLimited(Timestamp),
    #[error("the function's time is nearly up")]
    DeadlineReached,
    #[error("somebody else is at the same look")]
    AlreadyRunning,
    #[error("others keep writing to the same rows")]
    Conflict,
    #[error("the list of events came back to a page it had shown, or has no end")]
    Endless,
}

impl SyncError {
    /// Whether nothing else would go through either until somebody mends it.
    pub(super) fn is_denied(&self) -> bool {
        matches!(self, Self::Port(PortError::Denied { .. }))
    }

    /// Whether nothing went wrong: it only has to wait for its turn.
    pub(super) fn is_retry_later(&self) -> bool {
        matches!(
            self,
            Self::RateLimited(_) | Self::DeadlineReached | Self::AlreadyRunning
        )
    }

    /// Whether the trouble is with what is stored or listed, so that other
    /// calendars may be attended to all the same.
    pub(super) fn is_of_content(&self) -> bool {
        matches!(
            self,
            Self::Conflict | Self::Port(PortError::Unreadable { .. })
        )
    }

    /// How long a message waits that was given `received` times.
    pub(super) fn wait(&self, received: u32, now: Timestamp) -> Duration {
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
            Self::Conflict => doubled(CONTENDED),
            Self::Endless => doubled(UNANSWERED),
        }
    }
}
