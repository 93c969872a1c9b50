//! The collaborators of a sync, as one bundle.

use crate::ports::{
    Access, CalendarRemoval, Calendars, Clock, Decisions, KeptCoverage, MeetingDays, OverrideStore,
    Policies, Queue, RateLimits, RecallReader, Spending, SyncStates,
};

/// Storage of everything that a sync keeps besides decisions.
pub trait SyncState:
    Access + Calendars + KeptCoverage + SyncStates + OverrideStore + Policies + RateLimits + Spending
{
}

impl<S> SyncState for S where
    S: Access
        + Calendars
        + KeptCoverage
        + SyncStates
        + OverrideStore
        + Policies
        + RateLimits
        + Spending
{
}

/// The collaborators of a sync: implemented by [`Ports`] for any adapters.
///
/// A component that needs several of them has this one type parameter, and
/// fields for those that it uses.
pub trait SyncPorts {
    /// Recall, of which a sync changes nothing but that it deletes calendars that people disconnect.
    type Recall: RecallReader + CalendarRemoval;
    /// Storage of decisions.
    type Decisions: Decisions + MeetingDays;
    /// Storage of calendars, sync states, overrides, policies, rate limits, counted bots and a
    /// denial.
    type State: SyncState;
    /// Queue of sync jobs.
    type Queue: Queue;
    /// Source of the time.
    type Clock: Clock;

    /// Recall.
    fn recall(&self) -> &Self::Recall;
    /// The storage of decisions.
    fn decisions(&self) -> &Self::Decisions;
    /// The storage of the rest.
    fn state(&self) -> &Self::State;
    /// The queue.
    fn queue(&self) -> &Self::Queue;
    /// The clock.
    fn clock(&self) -> &Self::Clock;
}

/// The adapters that a function or a test wires up.
#[derive(Debug, Clone)]
pub struct Ports<R, D, S, Q, K> {
    /// Recall.
    pub recall: R,
    /// Storage of decisions.
    pub decisions: D,
    /// Storage of calendars, sync states, overrides, policies, rate limits, counted bots and a
    /// denial.
    pub state: S,
    /// Queue of sync jobs.
    pub queue: Q,
    /// Source of the time.
    pub clock: K,
}

impl<R, D, S, Q, K> SyncPorts for Ports<R, D, S, Q, K>
where
    R: RecallReader + CalendarRemoval,
    D: Decisions + MeetingDays,
    S: SyncState,
    Q: Queue,
    K: Clock,
{
    type Recall = R;
    type Decisions = D;
    type State = S;
    type Queue = Q;
    type Clock = K;

    fn recall(&self) -> &R {
        &self.recall
    }

    fn decisions(&self) -> &D {
        &self.decisions
    }

    fn state(&self) -> &S {
        &self.state
    }

    fn queue(&self) -> &Q {
        &self.queue
    }

    fn clock(&self) -> &K {
        &self.clock
    }
}
