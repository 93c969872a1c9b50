//! A clock that runs by itself, and ports with a latency.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use callsheet_app::PortError;
use callsheet_app::ports::{
    BotReply, Bots, Clock, Decisions, DueRows, Held, LeaseResult, Leases, LeaveReply, PermitResult,
    RateLimits, Released, ScheduleRequest, WriteOutcome,
};
use callsheet_domain::{
    BotEntry, BotId, CalendarId, Decision, DecisionKey, EventId, IcalUid, Operation, RateLimit,
    Timestamp, plus,
};
use callsheet_testkit::at;
use jiff::SignedDuration;
use tokio::time::Instant;

/// The runtime's clock, which jumps to the next timer when no task can proceed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PausedClock(Instant);

impl PausedClock {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let micros = i64::try_from(self.0.elapsed().as_micros()).expect("a short test");
        plus(at("09:30"), SignedDuration::from_micros(micros))
    }

    async fn sleep_until(&self, instant: Timestamp) {
        let left = instant.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    }
}

/// A port that takes from `least` to `most` milliseconds before a call, and as
/// long after it.
#[derive(Debug, Clone)]
pub(crate) struct Slow<P> {
    port: P,
    least: u64,
    spread: u64,
    chance: Arc<Mutex<u64>>,
}

impl<P> Slow<P> {
    pub(crate) fn new(port: P, least: u64, most: u64) -> Self {
        Self {
            port,
            least,
            spread: most - least + 1,
            chance: Arc::new(Mutex::new(7)),
        }
    }

    /// Waits for a random delay, by a linear congruential generator.
    async fn delay(&self) {
        let millis = {
            let mut chance = self.chance.lock().expect("no test thread panics");
            *chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            self.least + (*chance >> 33) % self.spread
        };
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    async fn taking<T>(&self, call: impl Future<Output = T>) -> T {
        self.delay().await;
        let result = call.await;
        self.delay().await;
        result
    }
}

impl<P: Bots> Bots for Slow<P> {
    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        self.taking(self.port.schedule(request)).await
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        self.taking(self.port.unschedule(event_id)).await
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        self.taking(self.port.bots_of(event_id)).await
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        self.taking(self.port.leave_call(bot_id)).await
    }
}

impl<P: Decisions> Decisions for Slow<P> {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<Vec<Decision>, PortError> {
        self.taking(self.port.decisions(keys)).await
    }

    async fn copies(&self, meetings: &[IcalUid]) -> Result<Vec<Decision>, PortError> {
        self.taking(self.port.copies(meetings)).await
    }

    async fn of_event(&self, event: &EventId) -> Result<Option<Decision>, PortError> {
        self.taking(self.port.of_event(event)).await
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        self.taking(self.port.write(decision)).await
    }

    async fn due(&self, now: Timestamp, most: usize) -> Result<DueRows, PortError> {
        self.taking(self.port.due(now, most)).await
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        self.taking(self.port.of_calendar(calendar, after)).await
    }
}

impl<P: RateLimits> RateLimits for Slow<P> {
    async fn acquire(
        &self,
        operation: Operation,
        rate_limit: RateLimit,
        count: u32,
        now: Timestamp,
        latest: Timestamp,
    ) -> Result<PermitResult, PortError> {
        self.taking(self.port.acquire(operation, rate_limit, count, now, latest))
            .await
    }

    async fn block_until(&self, operation: Operation, until: Timestamp) -> Result<(), PortError> {
        self.taking(self.port.block_until(operation, until)).await
    }
}

impl<P: Leases> Leases for Slow<P> {
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<LeaseResult, PortError> {
        self.taking(self.port.take(now, until)).await
    }

    async fn extend(&self, held: Held, until: Timestamp) -> Result<Option<Held>, PortError> {
        self.taking(self.port.extend(held, until)).await
    }

    async fn release(&self, held: Held) -> Result<Released, PortError> {
        self.taking(self.port.release(held)).await
    }
}
