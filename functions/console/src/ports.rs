//! The collaborators of the console, as one bundle.

use callsheet_app::ports::{
    Access, ActivityLog, CalendarPages, Calendars, Clock, DeadLetters, DecisionOverview, Decisions,
    KeptCoverage, MeasuredQueue, MeetingDays, OverrideStore, Policies, Queue, SyncStates,
};
use callsheet_app::status::Queues;

/// Storage of everything besides decisions.
pub trait ConsoleState:
    Access
    + ActivityLog
    + CalendarPages
    + Calendars
    + KeptCoverage
    + OverrideStore
    + Policies
    + SyncStates
{
}

impl<S> ConsoleState for S where
    S: Access
        + ActivityLog
        + CalendarPages
        + Calendars
        + KeptCoverage
        + OverrideStore
        + Policies
        + SyncStates
{
}

/// The collaborators of the console: implemented by [`Adapters`] for any adapters.
pub trait ConsolePorts: Send + Sync {
    /// Storage of everything besides decisions.
    type State: ConsoleState;
    /// Storage of decisions.
    type Decisions: Decisions + DecisionOverview + MeetingDays;
    /// The sync queue.
    type Queue: Queue + MeasuredQueue;
    /// The dead-letter queue.
    type DeadLetters: DeadLetters;
    /// Source of the time.
    type Clock: Clock;

    /// The storage of everything besides decisions.
    fn state(&self) -> &Self::State;
    /// The storage of decisions.
    fn decisions(&self) -> &Self::Decisions;
    /// The queues.
    fn queues(&self) -> &Queues<Self::Queue, Self::DeadLetters>;
    /// The clock.
    fn clock(&self) -> &Self::Clock;
}

/// The adapters that the function or a test wires up.
#[derive(Debug)]
pub struct Adapters<S, D, Q, L, K> {
    /// Storage of everything besides decisions.
    pub state: S,
    /// Storage of decisions.
    pub decisions: D,
    /// The queues.
    pub queues: Queues<Q, L>,
    /// Source of the time.
    pub clock: K,
}

impl<S, D, Q, L, K> ConsolePorts for Adapters<S, D, Q, L, K>
where
    S: ConsoleState,
    D: Decisions + DecisionOverview + MeetingDays,
    Q: Queue + MeasuredQueue,
    L: DeadLetters,
    K: Clock,
{
    type State = S;
    type Decisions = D;
    type Queue = Q;
    type DeadLetters = L;
    type Clock = K;

    fn state(&self) -> &S {
        &self.state
    }

    fn decisions(&self) -> &D {
        &self.decisions
    }

    fn queues(&self) -> &Queues<Q, L> {
        &self.queues
    }

    fn clock(&self) -> &K {
        &self.clock
    }
}
