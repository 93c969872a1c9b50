//! The use cases on fakes: every rule of looking and draining, and the promises.

mod apply_result;
mod crash;
mod decide;
mod doubt;
mod drift;
mod harness;
mod looks;
mod model;
mod plan;
mod promises;
mod push;
mod rate_limiter;
mod scheduler;
mod sharing;
mod speed;
mod storm;
mod sweep;
mod sync;
mod veto;
