//! The reason why a calendar could not be synced now, and when to try again.

use std::time::Duration;

use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;

use crate::access_gate::PROBE_EVERY;
use crate::ports::Denial;
use crate::{AcquireError, EndlessList, PortError, Service};

/// Wait before a message is delivered again whose rows others are writing to;
/// twice as long each time.
const CONFLICT: Duration = Duration::from_secs(1);
/// Wait after a collaborator did not answer; twice as long each time, so that an
/// outage of most of an hour costs no message.
const UNANSWERED: Duration = Duration::from_secs(10);
/// The longest wait of a message.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// The longest wait of a message after a collaborator asked us to wait, unless it
/// asks for more. Throttling passes within seconds.
const LONGEST_THROTTLED: Duration = Duration::from_mins(1);
/// The shortest wait after a table or a queue denied us: an operator has to restore access.
const DENIED: Duration = Duration::from_mins(5);
/// Wait of a message for which no time was left, and after the next probe is due.
const SOON: Duration = Duration::from_secs(1);
/// So soon after a probe was claimed its outcome may not be known yet.
const PROBE_TIME: SignedDuration = SignedDuration::from_secs(5);

/// The reason why a calendar could not be synced now.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// A collaborator failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// No permit is free in time: try again at this instant.
    #[error("the rate limit allows the next call only at {0}")]
    RateLimited(Timestamp),
    /// New calendars were listed a moment ago, and this one may be newer: they are listed again
    /// at this instant.
    #[error("new calendars were listed a moment ago, and are listed again at {0}")]
    NewCalendarsListed(Timestamp),
    /// Recall denies us: no call before the next probe.
    #[error("Recall denies us, and no call is made before {until}: {reason}")]
    Held {
        /// When the next probe is due.
        until: Timestamp,
        /// The reason of the denial.
        reason: String,
    },
    /// The function's time is nearly up: try again at once.
    #[error("too little time is left for another call")]
    DeadlineReached,
    /// Another worker has the same sync in progress: wait for it.
    #[error("another worker has this sync in progress")]
    AlreadyRunning,
    /// Other writers were first each time: try again a little later.
    #[error("other workers kept writing to the same rows")]
    Conflict,
    /// The list has more pages than can be waited for: make it again at once, for the events
    /// that are nearer.
    #[error("the list has too many pages, and is made again for nearer events alone")]
    ListTooLong,
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
    /// Why a batch waits at `now` while Recall denies us: until the next probe is due, or, if one
    /// was claimed a moment ago, until its outcome is known.
    pub(crate) fn held(denial: Denial, now: Timestamp) -> Self {
        let probed_at = plus(denial.next_probe_at, -PROBE_EVERY);
        let is_probed_now = now < plus(probed_at, PROBE_TIME);
        let reason = denial.reason;
        let until = if is_probed_now {
            plus(now, PROBE_TIME - SignedDuration::from_secs(1))
        } else {
            denial.next_probe_at
        };
        Self::Held { until, reason }
    }

    /// Whether every other call to Recall would fail too, until an operator restores
    /// our access to it.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        match self {
            Self::Held { .. } => true,
            Self::Port(error) => error.is_recall_denial(),
            _ => false,
        }
    }

    /// Whether a collaborator asked us to wait.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        matches!(self, Self::Port(PortError::Throttled { .. }))
    }

    /// Whether every other call would fail or be throttled too.
    #[must_use]
    pub fn stops_all(&self) -> bool {
        self.is_denied() || self.is_throttled()
    }

    /// Whether the sync only has to wait: for its turn, or until an operator restores
    /// our access to Recall.
    #[must_use]
    pub fn is_retry_later(&self) -> bool {
        self.stops_all()
            || matches!(
                self,
                Self::RateLimited(_)
                    | Self::NewCalendarsListed(_)
                    | Self::DeadlineReached
                    | Self::AlreadyRunning
                    | Self::ListTooLong
            )
    }

    /// Whether the sync waits for nothing but Recall's rate limit, or for a sync that does.
    #[must_use]
    pub fn is_of_rate_limit(&self) -> bool {
        match self {
            Self::RateLimited(_)
            | Self::NewCalendarsListed(_)
            | Self::DeadlineReached
            | Self::AlreadyRunning
            | Self::ListTooLong => true,
            Self::Port(PortError::Throttled { service, .. }) => *service == Service::Recall,
            _ => false,
        }
    }

    /// Whether Recall does not answer.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        let Self::Port(PortError::Unavailable { service, .. }) = self else {
            return false;
        };
        *service == Service::Recall
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

    /// The wait before a message is delivered again that was received `received`
    /// times, with a request of this `age`.
    ///
    /// A message that only waits is requeued as a new one, so its deliveries say
    /// nothing of how often it has waited: the age of its request does. Each wait as
    /// long as the age doubles the age.
    #[must_use]
    pub fn wait(&self, received: u32, age: Duration, now: Timestamp) -> Duration {
        match self {
            Self::Port(error) if error.is_recall_denial() => {
                Duration::try_from(PROBE_EVERY).unwrap_or_default() + SOON
            }
            Self::Held { until, .. } => {
                Duration::try_from(until.duration_since(now)).unwrap_or_default() + SOON
            }
            Self::Port(PortError::Denied { .. }) => DENIED.max(doubled(UNANSWERED, received)),
            Self::Port(PortError::Throttled { wait, .. }) => {
                age.min(LONGEST_THROTTLED).max(*wait).min(LONGEST_WAIT)
            }
            Self::Port(_) | Self::EndlessList => doubled(UNANSWERED, received),
            Self::RateLimited(instant) | Self::NewCalendarsListed(instant) => {
                Duration::try_from(instant.duration_since(now)).unwrap_or_default()
            }
            Self::DeadlineReached | Self::AlreadyRunning | Self::ListTooLong => SOON,
            Self::Conflict => doubled(CONFLICT, received),
        }
    }
}

/// The wait of a message that could not be requeued, whatever it waits for.
#[must_use]
pub(crate) fn wait_to_requeue(received: u32) -> Duration {
    doubled(UNANSWERED, received)
}

/// The wait after the `received`th delivery: `first`, and twice as long each time.
fn doubled(first: Duration, received: u32) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(received.saturating_sub(1)));
    doubled.min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(SyncError::Conflict => [1, 2, 4, 900]; "a conflict")]
    #[test_case(SyncError::EndlessList => [10, 20, 40, 900]; "a list without an end")]
    #[test_case(SyncError::DeadlineReached => [1, 1, 1, 1]; "a deadline")]
    #[test_case(SyncError::AlreadyRunning => [1, 1, 1, 1]; "a sync in progress")]
    #[test_case(denied(Service::DynamoDb) => [300, 300, 300, 900]; "a denial by a table")]
    #[test_case(denied(Service::Recall) => [61, 61, 61, 61]; "a denial by Recall")]
    fn the_wait_depends_on_the_error_and_the_deliveries(error: SyncError) -> [u64; 4] {
        [1, 2, 3, 30].map(|received| {
            let wait = error.wait(received, Duration::ZERO, Timestamp::UNIX_EPOCH);
            wait.as_secs()
        })
    }

    #[test_case(1 => [1, 8, 60, 60]; "of a table")]
    #[test_case(10 => [10, 10, 60, 60]; "of Recall")]
    #[test_case(120 => [120, 120, 120, 120]; "a long one")]
    #[test_case(3_600 => [900, 900, 900, 900]; "one longer than the queue can delay")]
    fn a_wait_that_was_asked_for_doubles_with_the_age_of_the_request(seconds: u64) -> [u64; 4] {
        let error = SyncError::Port(PortError::Throttled {
            service: Service::DynamoDb,
            wait: Duration::from_secs(seconds),
        });
        [0, 8, 300, 3_500].map(|age| {
            let age = Duration::from_secs(age);
            error.wait(1, age, Timestamp::UNIX_EPOCH).as_secs()
        })
    }

    #[test_case(Service::Recall => true)]
    #[test_case(Service::DynamoDb => false)]
    #[test_case(Service::Sqs => false)]
    fn only_recall_denies_us_the_other_calls_to_recall(service: Service) -> bool {
        denied(service).is_denied()
    }

    fn denied(service: Service) -> SyncError {
        SyncError::Port(PortError::Denied {
            service,
            reason: "no access".to_owned(),
        })
    }
}
