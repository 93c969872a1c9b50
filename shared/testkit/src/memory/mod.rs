//! The ports in memory. Each passes the contract suites that the adapters pass,
//! and counts what it was asked. Clones share what they hold.

mod counts;
mod dead_letters;
mod decisions;
mod leases;
mod queue;
mod state;

pub use counts::Counts;
pub use dead_letters::MemoryDeadLetters;
pub use decisions::MemoryDecisions;
pub use leases::MemoryLease;
pub use queue::MemoryQueue;
pub use state::MemoryState;

use std::sync::{Arc, Mutex, PoisonError};

/// Something that clones share.
#[derive(Debug, Default)]
struct Shared<T>(Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    /// A test that panicked meanwhile has reported that itself.
    fn with<A>(&self, use_it: impl FnOnce(&mut T) -> A) -> A {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
