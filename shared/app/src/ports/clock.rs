//! Time and chance, as arguments.

use std::future::Future;

use callsheet_domain::Timestamp;

/// Tells the time and waits.
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds.
    fn now(&self) -> Timestamp;

    /// Returns once it is `instant`; at once if it is past.
    fn sleep_until(&self, instant: Timestamp) -> impl Future<Output = ()> + Send;
}

/// Spreads retries out.
pub trait Jitter: Send + Sync {
    /// A number evenly spread over nought (included) to one (not).
    fn fraction(&self) -> f64;
}
