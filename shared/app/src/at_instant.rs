//! The clock of a use case that was told the time.

use callsheet_domain::Timestamp;

use crate::ports::Clock;

/// The time of a use case that was told it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtInstant(pub(crate) Timestamp);

impl Clock for AtInstant {
    fn now(&self) -> Timestamp {
        self.0
    }

    /// Nothing of the use case sleeps.
    async fn sleep_until(&self, _: Timestamp) {}
}
