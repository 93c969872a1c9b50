//! Calls Recall in turn, behind everybody else.
//!
//! The budget is the stack's own. A person draws from it only what is free at
//! the moment, and only while all of the few calls are free that others may make
//! at once: so live notices and sweeps go before, and it may take a while.

use std::time::Duration;

use callsheet_app::PortError;
use callsheet_app::ports::{Clock, PermitResult, RateLimits};
use callsheet_domain::{Operation, RateLimit, plus};
use jiff::SignedDuration;

use crate::error::CliError;

/// Calls that may go at once after a quiet time, as sync has it.
pub(crate) const BURST: u32 = 3;
/// Calls that are left free for others: a sweep leaves fewer.
const LEFT_FREE: u32 = 2;
/// Times that a call is made again when it is not answered.
const TRIES: u32 = 5;
/// Before the second time; each next pause is twice as long.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// What Recall grants any workspace for an operation on calendars. A person
/// makes few such calls, so no setting says otherwise.
pub(crate) fn published_pace(operation: Operation) -> RateLimit {
    let published = match operation {
        Operation::ListCalendars => 60,
        _ => 300,
    };
    RateLimit::per_minute(published, BURST)
}

/// Makes calls of one operation, each in its turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paced<'a, S, K> {
    pub(crate) state: &'a S,
    pub(crate) clock: &'a K,
    pub(crate) operation: Operation,
    pub(crate) rate_limit: RateLimit,
}

impl<S: RateLimits, K: Clock> Paced<'_, S, K> {
    /// Makes `call`, and makes it again while Recall does not answer: it must be
    /// one that may be done again.
    pub(crate) async fn call<T>(
        &self,
        call: impl AsyncFn() -> Result<T, PortError>,
    ) -> Result<T, CliError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            self.turn().await?;
            match call().await {
                Err(PortError::Throttled { wait, .. }) => self.block_until(wait).await?,
                Err(PortError::Unavailable { .. }) => {
                    self.clock.sleep_until(plus(self.clock.now(), pause)).await;
                    pause *= 2;
                }
                answer => return Ok(answer?),
            }
        }
        self.turn().await?;
        Ok(call().await?)
    }

    /// Waits until a call is free.
    async fn turn(&self) -> Result<(), CliError> {
        loop {
            let now = self.clock.now();
            let left_free = self.rate_limit.reserve(LEFT_FREE);
            let latest = plus(now, -left_free);
            let drawn = self
                .state
                .acquire(self.operation, self.rate_limit, 1, now, latest);
            match drawn.await? {
                PermitResult::Granted(draw) => {
                    self.clock.sleep_until(draw.first_at).await;
                    return Ok(());
                }
                PermitResult::NotBefore(instant) => {
                    self.clock.sleep_until(plus(instant, left_free)).await;
                }
            }
        }
    }

    /// Has everybody wait, as Recall asked.
    async fn block_until(&self, wait: Duration) -> Result<(), CliError> {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let until = plus(self.clock.now(), wait);
        Ok(self.state.block_until(self.operation, until).await?)
    }
}
