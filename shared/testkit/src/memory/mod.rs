//! The ports in memory. Each passes the contract suites that the adapters pass.
//! Clones share what they hold.

mod bus;
mod dead_letters;
mod decisions;
mod leases;
mod queue;
mod state;
mod timed_queue;

pub use bus::MemoryBus;
pub use dead_letters::{MemoryDeadLetters, a_full_sync_of};
pub use decisions::MemoryDecisions;
pub use leases::MemoryLease;
pub use queue::MemoryQueue;
pub use state::MemoryState;
pub use timed_queue::{QueueTotals, TimedQueue};

use std::sync::{Arc, Mutex, PoisonError};

/// A value that clones share.
#[derive(Debug, Default)]
struct Shared<T>(Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    /// Reads or changes the value. A test that panics while it holds the lock
    /// fails by that panic, so a poisoned lock is used all the same.
    fn with<A>(&self, access: impl FnOnce(&mut T) -> A) -> A {
        access(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
