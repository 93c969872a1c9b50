//! What is stored about the stack itself, and the state of its queues.

use callsheet_domain::{LatestSync, Operation, PermitUse, Timestamp};

use crate::PortError;
use crate::ports::{
    Access, Activity, ActivityLog, DeadLetters, Denial, MeasuredQueue, QueueDepth, RateLimitUse,
};

/// A number that may be unknown.
#[derive(Debug)]
pub enum Measured<T> {
    /// It is known.
    Known(T),
    /// No queue is given.
    NoQueue,
    /// It could not be measured.
    Failed(PortError),
}

impl<T> Measured<T> {
    fn of(measured: Result<T, PortError>) -> Self {
        measured.map_or_else(Self::Failed, Self::Known)
    }
}

/// The queues, if their addresses are given.
#[derive(Debug)]
pub struct Queues<Q, L> {
    /// The sync queue.
    pub sync: Option<Q>,
    /// The dead-letter queue.
    pub dead_letters: Option<L>,
}

/// What is stored about the stack itself, and the state of its queues.
#[derive(Debug)]
pub struct Signals {
    /// What the functions did last.
    pub activity: Activity,
    /// When the last sync of the workspace finished.
    pub workspace_synced_at: Option<Timestamp>,
    /// Denial of the API key by Recall.
    pub denial: Option<Denial>,
    /// Messages in the sync queue.
    pub sync_queue: Measured<QueueDepth>,
    /// Number of dead letters.
    pub dead_letters: Measured<u64>,
    /// How much of each rate limit is used.
    pub calls: Vec<(Operation, PermitUse)>,
}

impl Signals {
    pub(super) async fn read<S, Q, L>(
        state: &S,
        queues: &Queues<Q, L>,
        latest: Option<&LatestSync>,
    ) -> Result<Self, PortError>
    where
        S: Access + ActivityLog + RateLimitUse,
        Q: MeasuredQueue,
        L: DeadLetters,
    {
        Ok(Self {
            activity: state.activity().await?,
            workspace_synced_at: latest.map(|latest| latest.until),
            denial: state.denial().await?,
            calls: state.permit_use().await?,
            sync_queue: match &queues.sync {
                None => Measured::NoQueue,
                Some(queue) => Measured::of(queue.depth().await),
            },
            dead_letters: match &queues.dead_letters {
                None => Measured::NoQueue,
                Some(dead_letters) => Measured::of(dead_letters.count().await),
            },
        })
    }
}
