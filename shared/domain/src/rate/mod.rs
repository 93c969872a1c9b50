//! Rate limits: which calls Recall limits, and when the next one may be made.

mod operation;
mod permit_use;
mod rate_limit;

pub use operation::Operation;
pub use permit_use::PermitUse;
pub use rate_limit::{NextFree, Permits, RateLimit};
