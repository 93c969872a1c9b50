//! State of a simulator, behind one lock that is never held across an await.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::call_log::CallLog;
use crate::clock;
use crate::faults::Faults;
use crate::ids::EventId;
use crate::model::Stats;
use crate::options::{Latency, Limits, Options};
use crate::outbox::{Outbox, WebhookDispatcher};
use crate::rate_limit::SlidingWindowLimiter;
use crate::response::ApiResponse;
use crate::specification::Specification;
use crate::workspace::Workspace;

/// State shared by all tasks of one simulator.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) specification: &'static Specification,
    pub(crate) dispatcher: WebhookDispatcher,
    inner: Mutex<Inner>,
}

/// Mutable part of the state.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) workspace: Workspace,
    pub(crate) limits: Limits,
    pub(crate) latency: Latency,
    pub(crate) limiter: SlidingWindowLimiter,
    pub(crate) calls: CallLog,
    pub(crate) faults: Faults,
    pub(crate) outbox: Outbox,
    /// Deduplication and idempotency keys of the calls in progress.
    pub(crate) locked_keys: HashSet<LockedKey>,
    /// Responses by idempotency key.
    pub(crate) saved_responses: HashMap<String, SavedResponse>,
    pub(crate) random: fastrand::Rng,
}

/// Key that at most one call at a time may use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum LockedKey {
    Deduplication(String),
    Idempotency(String),
}

/// Response that is replayed to a call with the same idempotency key.
#[derive(Debug, Clone)]
pub(crate) struct SavedResponse {
    pub(crate) saved_at: Timestamp,
    pub(crate) event: Option<EventId>,
    pub(crate) body: Vec<u8>,
    pub(crate) response: ApiResponse,
}

impl Inner {
    /// Statistics of calls and webhooks.
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            webhooks: self.outbox.stats(),
            ..self.calls.stats()
        }
    }
}

impl Shared {
    pub(crate) fn new(
        options: Options,
        specification: &'static Specification,
        dispatcher: WebhookDispatcher,
    ) -> Self {
        let inner = Inner {
            workspace: Workspace::new(&options),
            limits: options.limits.clone(),
            latency: options.latency,
            limiter: SlidingWindowLimiter::default(),
            calls: CallLog::default(),
            faults: Faults::default(),
            outbox: Outbox::new(options.webhook.clone(), options.seed),
            locked_keys: HashSet::new(),
            saved_responses: HashMap::new(),
            random: fastrand::Rng::with_seed(options.seed.wrapping_add(1)),
        };
        Self {
            options,
            specification,
            dispatcher,
            inner: Mutex::new(inner),
        }
    }

    /// Locks the state. It is used even after a panic of another task.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies `change` at the current time and dispatches the webhooks that report it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Inner, Timestamp) -> T) -> T {
        let mut inner = self.lock();
        let now = clock::now();
        let result = change(&mut inner, now);
        for notification in inner.workspace.take_notifications() {
            self.dispatcher
                .notify(&mut inner.outbox, &notification, now);
        }
        result
    }
}
