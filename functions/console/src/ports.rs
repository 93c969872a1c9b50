//! The collaborators of the console, as one bundle.

use callsheet_app::ports::{
    Access, ActionLog, ActivityLog, AgendaIndex, CalendarEvents, CalendarPages, Calendars, Clock,
    DeadLetters, DecisionOverview, Decisions, KeptCoverage, MeasuredQueue, MeetingDays,
    OverrideStore, Policies, Queue, RateLimitUse, RateLimits, SyncStates,
};
use callsheet_app::status::Queues;
use callsheet_domain::RateLimit;

/// Storage of everything besides decisions.
pub trait ConsoleState:
    Access
    + ActionLog
    + ActivityLog
    + CalendarPages
    + Calendars
    + KeptCoverage
    + OverrideStore
    + Policies
    + RateLimitUse
    + RateLimits
    + SyncStates
{
}

impl<S> ConsoleState for S where
    S: Access
        + ActionLog
        + ActivityLog
        + CalendarPages
        + Calendars
        + KeptCoverage
        + OverrideStore
        + Policies
        + RateLimitUse
        + RateLimits
        + SyncStates
{
}

/// The collaborators of the console: implemented by [`Adapters`] for any adapters.
pub trait ConsolePorts: Send + Sync {
    /// Storage of everything besides decisions.
    type State: ConsoleState;
    /// Storage of decisions.
    type Decisions: AgendaIndex + Decisions + DecisionOverview + MeetingDays;
    /// The sync queue.
    type Queue: Queue + MeasuredQueue;
    /// The dead-letter queue.
    type DeadLetters: DeadLetters;
    /// Source of the time.
    type Clock: Clock + Clone;
    /// Recall, whose events previews list.
    type Recall: CalendarEvents + Clone;

    /// The storage of everything besides decisions.
    fn state(&self) -> &Self::State;
    /// The storage of decisions.
    fn decisions(&self) -> &Self::Decisions;
    /// The queues.
    fn queues(&self) -> &Queues<Self::Queue, Self::DeadLetters>;
    /// The clock.
    fn clock(&self) -> &Self::Clock;
    /// What previews list; none if the stack allows no preview.
    fn listed(&self) -> Option<&Listed<Self::Recall>>;
}

/// Recall, as far as previews list its events.
#[derive(Debug)]
pub struct Listed<R> {
    /// Recall.
    pub recall: R,
    /// The stack's rate limit of the list.
    pub rate_limit: RateLimit,
}

/// The adapters that the function or a test wires up.
#[derive(Debug)]
pub struct Adapters<S, D, Q, L, K, R> {
    /// Storage of everything besides decisions.
    pub state: S,
    /// Storage of decisions.
    pub decisions: D,
    /// The queues.
    pub queues: Queues<Q, L>,
    /// Source of the time.
    pub clock: K,
    /// What previews list; none if the stack allows no preview.
    pub listed: Option<Listed<R>>,
}

impl<S, D, Q, L, K, R> ConsolePorts for Adapters<S, D, Q, L, K, R>
where
    S: ConsoleState,
    D: AgendaIndex + Decisions + DecisionOverview + MeetingDays,
    Q: Queue + MeasuredQueue,
    L: DeadLetters,
    K: Clock + Clone,
    R: CalendarEvents + Clone,
{
    type State = S;
    type Decisions = D;
    type Queue = Q;
    type DeadLetters = L;
    type Clock = K;
    type Recall = R;

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

    fn listed(&self) -> Option<&Listed<R>> {
        self.listed.as_ref()
    }
}
