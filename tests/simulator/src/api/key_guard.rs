//! Locks of deduplication and idempotency keys: concurrent calls with the same key conflict.

use crate::call::Call;
use crate::clock;
use crate::operation::Operation;
use crate::state::{LockedKey, Shared};

/// Keys that a call has locked until it ends. At most one call at a time can lock a key.
pub(super) struct KeyGuard<'s> {
    shared: &'s Shared,
    keys: Vec<LockedKey>,
}

impl<'s> KeyGuard<'s> {
    /// Locks the keys of a call; `None` if another call has locked one of them.
    pub(super) fn lock(shared: &'s Shared, call: &Call, operation: Operation) -> Option<Self> {
        let mut inner = shared.lock();
        let keys: Vec<LockedKey> = match operation {
            Operation::ScheduleBot => {
                let deduplication = call.deduplication_key().map(str::to_owned);
                let idempotency = call.idempotency_key.clone();
                deduplication
                    .map(LockedKey::Deduplication)
                    .into_iter()
                    .chain(idempotency.map(LockedKey::Idempotency))
                    .collect()
            }
            Operation::UnscheduleBot => {
                let now = clock::now();
                let workspace = &inner.workspace;
                let keys = call
                    .event
                    .map(|event| workspace.scheduled_bot_keys(event, now));
                keys.into_iter()
                    .flatten()
                    .map(LockedKey::Deduplication)
                    .collect()
            }
            _ => Vec::new(),
        };
        if keys.iter().any(|key| inner.locked_keys.contains(key)) {
            return None;
        }
        inner.locked_keys.extend(keys.iter().cloned());
        drop(inner);
        Some(Self { shared, keys })
    }
}

impl Drop for KeyGuard<'_> {
    fn drop(&mut self) {
        let mut inner = self.shared.lock();
        for key in &self.keys {
            inner.locked_keys.remove(key);
        }
    }
}
