//! Calls to Recall by a batch of sync jobs: within the rate limits, and only while
//! Recall admits us.
//!
//! The first denial ends the calls of the batch. A batch that entered through the
//! [gate](crate::AccessGate) as a probe makes one call, and more only once Recall
//! has admitted that one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callsheet_domain::{Operation, RateLimit, Timestamp, plus};
use jiff::SignedDuration;

use crate::access_gate::PROBE_EVERY;
use crate::ports::{Access, Clock, RateLimits};
use crate::sync_error::SyncError;
use crate::{AccessGate, CallTerms, PortError, RateLimiter};

/// How much later than its permit a call may be made: the rate limit allows for as much
/// between two calls, see [`RateLimit`].
const TARDY: SignedDuration = SignedDuration::from_millis(250);
/// Permits that are acquired for one call at most.
const MOST_TRIES: u32 = 3;

/// Makes calls to Recall for one batch.
#[derive(Debug)]
pub struct RecallCalls<'a, S, K> {
    limiter: RateLimiter<'a, S, K>,
    state: &'a S,
    admission: Arc<Mutex<Admission>>,
    /// The instant of the latest permit of each operation.
    permits: Mutex<BTreeMap<Operation, Timestamp>>,
}

/// Whether calls may be made.
#[derive(Debug, Clone)]
enum Admission {
    /// Recall admits us, as far as is known.
    Admitted,
    /// One call may be made; the next probe is due at this instant.
    Probe(Timestamp),
    /// No call may be made.
    Held(Held),
}

#[derive(Debug, Clone)]
struct Held {
    /// The next probe is due then.
    until: Timestamp,
    reason: String,
    /// Recall denied a call of this batch.
    is_new: bool,
}

impl<'a, S: RateLimits + Access, K: Clock> RecallCalls<'a, S, K> {
    /// Calls while no denial is known.
    #[must_use]
    pub fn admitted(state: &'a S, clock: &'a K) -> Self {
        Self::new(state, clock, Admission::Admitted)
    }

    /// Calls that begin with a probe.
    #[must_use]
    pub fn probe(state: &'a S, clock: &'a K) -> Self {
        let next_probe_at = plus(clock.now(), PROBE_EVERY);
        Self::new(state, clock, Admission::Probe(next_probe_at))
    }

    fn new(state: &'a S, clock: &'a K, admission: Admission) -> Self {
        let limiter = RateLimiter {
            rate_limits: state,
            clock,
        };
        Self {
            limiter,
            state,
            admission: Arc::new(Mutex::new(admission)),
            permits: Mutex::default(),
        }
    }

    /// Calls of the same batch that are made beside these: with permits of their own, and the same
    /// admission.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            limiter: RateLimiter { ..self.limiter },
            state: self.state,
            admission: Arc::clone(&self.admission),
            permits: Mutex::default(),
        }
    }

    /// Source of the time.
    #[must_use]
    pub fn clock(&self) -> &K {
        self.limiter.clock
    }

    /// Whether the next call is a probe.
    pub(crate) fn is_probe(&self) -> bool {
        matches!(&*self.admission(), Admission::Probe(_))
    }

    /// The reason why no more calls may be made, if so.
    pub(crate) fn held(&self) -> Option<SyncError> {
        match &*self.admission() {
            Admission::Held(held) => Some(SyncError::Held {
                until: held.until,
                reason: held.reason.clone(),
            }),
            Admission::Admitted | Admission::Probe(_) => None,
        }
    }

    /// The reason, if Recall denied a call of this batch.
    #[must_use]
    pub fn new_denial(&self) -> Option<String> {
        match &*self.admission() {
            Admission::Held(held) if held.is_new => Some(held.reason.clone()),
            _ => None,
        }
    }

    fn admission(&self) -> MutexGuard<'_, Admission> {
        self.admission
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Acquires a permit for one call of `operation`, and waits until the permit's
    /// instant.
    ///
    /// # Errors
    /// If Recall denies us, the terms allow no call, or the store of rate limits
    /// fails.
    pub async fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        self.permits().remove(&operation);
        self.be_in_time(operation, rate_limit, terms).await
    }

    /// Makes sure that the call for which a permit was acquired is not late: it would arrive
    /// among the calls of later permits. A permit that is late is dropped, and another one
    /// acquired; that is done a few times only, since a table that is slow for long must not
    /// keep every call from being made.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    pub async fn be_in_time(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        terms: CallTerms,
    ) -> Result<(), SyncError> {
        for _ in 0..MOST_TRIES {
            let permit = self.permits().get(&operation).copied();
            let now = self.clock().now();
            if permit.is_some_and(|at| now <= plus(at, TARDY)) {
                break;
            }
            if let Some(error) = self.held() {
                return Err(error);
            }
            let permit = self.limiter.acquire(operation, rate_limit, terms).await?;
            self.permits().insert(operation, permit);
        }
        Ok(())
    }

    fn permits(&self) -> MutexGuard<'_, BTreeMap<Operation, Timestamp>> {
        self.permits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives `reply` back, after noting whether Recall admits us and whether it
    /// asked us to wait.
    ///
    /// # Errors
    /// The reply's own error, or that of the store.
    pub async fn settle<T>(
        &self,
        operation: Operation,
        reply: Result<T, PortError>,
    ) -> Result<T, PortError> {
        let before = self.admission().clone();
        match (&reply, before) {
            (Err(error @ PortError::Denied { reason, .. }), _) if error.is_recall_denial() => {
                *self.admission() = Admission::Held(Held {
                    until: plus(self.limiter.clock.now(), PROBE_EVERY),
                    reason: reason.clone(),
                    is_new: true,
                });
            }
            (
                Err(PortError::Throttled { .. } | PortError::Unavailable { .. }),
                Admission::Probe(until),
            ) => {
                *self.admission() = Admission::Held(Held {
                    until,
                    reason: "the probe got no answer".to_owned(),
                    is_new: false,
                });
            }
            // Any other answer is one to a caller that Recall knows.
            (_, Admission::Probe(_)) => {
                *self.admission() = Admission::Admitted;
                self.gate().note_admission().await?;
                tracing::info!("Recall admits us again");
            }
            _ => {}
        }
        self.limiter.back_off(operation, reply).await
    }

    fn gate(&self) -> AccessGate<'a, S, K> {
        AccessGate {
            access: self.state,
            clock: self.limiter.clock,
        }
    }
}
