//! The lease in memory.

use callsheet_app::PortError;
use callsheet_app::ports::{Held, Leases, Released, Taken};
use callsheet_domain::Timestamp;

use super::MemoryState;

/// Who holds it, until when, and how often others have rung.
#[derive(Debug, Default)]
pub(super) struct Lease {
    fence: u64,
    rung: u64,
    held_until: Option<Timestamp>,
}

impl Leases for MemoryState {
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<Taken, PortError> {
        Ok(self.lease(|lease| {
            if lease.held_until.is_some_and(|instant| instant > now) {
                lease.rung += 1;
                return Taken::Rung;
            }
            lease.fence += 1;
            lease.held_until = Some(until);
            Taken::Held(Held {
                fence: lease.fence,
                rung: lease.rung,
                until,
            })
        }))
    }

    async fn extend(&self, held: Held, until: Timestamp) -> Result<Option<Held>, PortError> {
        Ok(self.lease(|lease| {
            if lease.fence != held.fence || lease.held_until.is_none() {
                return None;
            }
            lease.held_until = Some(until);
            Some(Held { until, ..held })
        }))
    }

    async fn release(&self, held: Held) -> Result<Released, PortError> {
        Ok(self.lease(|lease| match lease.held_until {
            _ if lease.fence != held.fence => Released::Lost,
            Some(until) if lease.rung != held.rung => Released::Rung(Held {
                rung: lease.rung,
                until,
                ..held
            }),
            _ => {
                lease.held_until = None;
                Released::Free
            }
        }))
    }
}
