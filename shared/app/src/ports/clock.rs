//! Time and randomness, as arguments.

use std::future::Future;

use callsheet_domain::Timestamp;

/// Tells the time and waits.
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds.
    fn now(&self) -> Timestamp;

    /// Returns once it is `instant`; at once if it is past.
    fn sleep_until(&self, instant: Timestamp) -> impl Future<Output = ()> + Send;
}

/// Randomness that spreads retries.
pub trait Jitter: Send + Sync {
    /// A random number from zero (included) to one (excluded), evenly distributed.
    fn fraction(&self) -> f64;
}
