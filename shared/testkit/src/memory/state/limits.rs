//! Rate limits, denials and the lease.

use callsheet_app::PortError;
use callsheet_app::ports::{
    Access, Denial, Held, LeaseResult, Leases, PermitResult, RateLimitUse, RateLimits, Released,
    Throttling,
};
use callsheet_domain::{NextFree, Operation, PermitUse, RateLimit, Timestamp};

use super::MemoryState;

impl RateLimits for MemoryState {
    async fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        count: u32,
        now: Timestamp,
        latest: Timestamp,
    ) -> Result<PermitResult, PortError> {
        Ok(self.write(|state| {
            let next_free = state.rate_limits.get(&operation).copied();
            let (permits, after) = rate_limit.acquire(next_free, count, now);
            if permits.first_at > latest {
                return PermitResult::NotBefore(permits.first_at);
            }
            state.rate_limits.insert(operation, after);
            let known = state.permit_use.get(&operation).copied();
            let used = PermitUse::after(known, rate_limit, count, now);
            state.permit_use.insert(operation, used);
            PermitResult::Granted(permits)
        }))
    }

    async fn block_until(&self, operation: Operation, until: Timestamp) -> Result<(), PortError> {
        self.write(|state| {
            let next_free = state.rate_limits.get(&operation);
            if next_free.is_none_or(|next_free| *next_free < NextFree(until)) {
                state.rate_limits.insert(operation, NextFree(until));
                state.blocked_until.insert(operation, until);
            }
        });
        Ok(())
    }
}

impl RateLimitUse for MemoryState {
    async fn permit_use(&self) -> Result<Vec<(Operation, PermitUse)>, PortError> {
        Ok(self.read(|state| {
            let known = state.permit_use.iter();
            known.map(|(operation, used)| (*operation, *used)).collect()
        }))
    }
}

impl Throttling for MemoryState {
    async fn blocked_until(&self, operation: Operation) -> Result<Option<Timestamp>, PortError> {
        Ok(self.read(|state| state.blocked_until.get(&operation).copied()))
    }
}

impl Access for MemoryState {
    async fn denial(&self) -> Result<Option<Denial>, PortError> {
        Ok(self.read(|state| state.denial.clone()))
    }

    async fn deny(&self, denial: &Denial) -> Result<(), PortError> {
        self.write(|state| {
            let stored = state.denial.get_or_insert_with(|| denial.clone());
            if stored.next_probe_at < denial.next_probe_at {
                stored.next_probe_at = denial.next_probe_at;
                stored.reason.clone_from(&denial.reason);
            }
        });
        Ok(())
    }

    async fn claim_probe(
        &self,
        now: Timestamp,
        next_probe_at: Timestamp,
    ) -> Result<bool, PortError> {
        Ok(self.write(|state| {
            let due = state.denial.as_mut();
            let Some(denial) = due.filter(|denial| denial.next_probe_at <= now) else {
                return false;
            };
            denial.next_probe_at = next_probe_at;
            true
        }))
    }

    async fn return_probe(
        &self,
        now: Timestamp,
        claimed_until: Timestamp,
    ) -> Result<(), PortError> {
        self.write(|state| {
            let claimed = state.denial.as_mut();
            if let Some(denial) = claimed.filter(|denial| denial.next_probe_at <= claimed_until) {
                denial.next_probe_at = now;
            }
        });
        Ok(())
    }

    async fn admit(&self) -> Result<(), PortError> {
        self.write(|state| state.denial = None);
        Ok(())
    }
}

impl Leases for MemoryState {
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<LeaseResult, PortError> {
        Ok(self.write(|state| state.lease.take(now, until)))
    }

    async fn extend(&self, held: Held, until: Timestamp) -> Result<Option<Held>, PortError> {
        Ok(self.write(|state| state.lease.extend(held, until)))
    }

    async fn release(&self, held: Held) -> Result<Released, PortError> {
        Ok(self.write(|state| state.lease.release(held)))
    }
}
