//! The use cases on fakes: the rules of syncs and of the scheduler, and the promises.

mod access_gate;
mod apply_result;
mod bad_rows;
mod blocked_calls;
mod components;
mod crash;
mod decide;
mod denied_key;
mod drift;
mod harness;
mod model;
mod outages;
mod plan;
mod promises;
mod push;
mod rate_limiter;
mod requeue;
mod resync;
mod scheduler;
mod sharing;
mod speed;
mod storm;
mod sync;
mod syncs;
mod uncertain;
mod veto;
