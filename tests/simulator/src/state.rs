//! Everything the simulator holds, behind one lock that is never held over an await.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::api::{Answer, Limiter, Specification};
use crate::calls::Calls;
use crate::clock;
use crate::faults::Faults;
use crate::ids::EventId;
use crate::options::{Latency, Limits, Options};
use crate::webhooks::{Outbox, Post};
use crate::world::World;

/// What all tasks of one simulator share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) specification: &'static Specification,
    pub(crate) post: Post,
    inner: Mutex<Inner>,
}

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) world: World,
    pub(crate) limits: Limits,
    pub(crate) latency: Latency,
    pub(crate) limiter: Limiter,
    pub(crate) calls: Calls,
    pub(crate) faults: Faults,
    pub(crate) outbox: Outbox,
    /// Deduplication and idempotency keys of the calls under way.
    pub(crate) in_flight: HashSet<InFlight>,
    /// Answers kept for their idempotency key, and since when.
    pub(crate) replies: HashMap<String, Reply>,
    pub(crate) random: fastrand::Rng,
}

/// Something that at most one call at a time may be about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum InFlight {
    Deduplication(String),
    Idempotency(String),
}

/// An answer that is given again to whoever brings its idempotency key.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) kept_at: Timestamp,
    pub(crate) event: Option<EventId>,
    pub(crate) body: Vec<u8>,
    pub(crate) answer: Answer,
}

impl Shared {
    pub(crate) fn new(options: Options, specification: &'static Specification, post: Post) -> Self {
        let inner = Inner {
            world: World::new(
                options.seed,
                options.bots_touch_events,
                options.dispatch_lead,
            ),
            limits: options.limits.clone(),
            latency: options.latency,
            limiter: Limiter::new(BTreeMap::new()),
            calls: Calls::default(),
            faults: Faults::default(),
            outbox: Outbox::new(options.webhook.clone(), options.seed),
            in_flight: HashSet::new(),
            replies: HashMap::new(),
            random: fastrand::Rng::with_seed(options.seed.wrapping_add(1)),
        };
        Self {
            options,
            specification,
            post,
            inner: Mutex::new(inner),
        }
    }

    /// The state, to look at it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world at this moment and posts what there is to announce.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Inner, Timestamp) -> T) -> T {
        let mut inner = self.lock();
        let now = clock::now();
        let result = change(&mut inner, now);
        for announcement in inner.world.take_announcements() {
            self.post.announce(&mut inner.outbox, &announcement, now);
        }
        result
    }
}
