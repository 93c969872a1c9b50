//! The use cases on fakes: the rules of syncs and of the scheduler, and the promises.

mod access_gate;
mod activity;
mod apply_result;
mod blocked_calls;
mod components;
mod crash;
mod decide;
mod drift;
mod forgetting;
mod harness;
mod model;
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
