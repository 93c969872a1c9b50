//! Makes the bots at Recall equal to what is wanted.
//!
//! One drain works at a time, under a lease; whoever comes meanwhile rings and
//! leaves (see [`Leases`]). It reads the rows that are due, earliest start
//! first, loads each as it stands now, and calls at the pace of the budgets,
//! several calls in flight but never two for one deduplication key, which
//! Recall would refuse. The head is read again each second, so a meeting that
//! becomes urgent overtakes a backlog, and a row that must wait blocks nobody.
//!
//! A 403 may be about one payload, which a firewall blocks (a `localhost` URL
//! in a title that a bot is named by is enough), or about our key, which denies
//! us everything. So the row whose call was blocked is set aside for some
//! minutes, and the drain goes on with the others. Two blocked calls with none
//! that Recall let through between them are taken for the denial, if they are
//! of two meetings: copies and instances of one meeting have one title. Then
//! the drain stops as it does after a 401, but both rows stay set aside, since
//! they may be two blocked payloads after all. A row that was blocked before is
//! called after the others until Recall has let one call through, and from then
//! on it counts no more towards a denial. So however many meetings are blocked,
//! each run makes the calls of others first.
//!
//! A drain may be ended between any two steps. What it had not written down is
//! still due, and a call made twice makes the same bot. One whose time is up
//! with work left rings for the next one.

mod answer;
mod chores;
mod flight;
mod lane;
mod plan;
mod start;
mod work;

use std::time::Duration;

use callsheet_domain::{RateLimit, Timestamp, plus};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{
    Bots, Clock, Decisions, Held, Jitter, LeaseResult, Leases, RateLimits, Released,
};
pub use plan::{CallPlan, PlannedCall};
use work::Work;

/// What a drain is told once.
#[derive(Debug, Clone, Copy)]
pub struct SchedulerSettings {
    /// How fast bots are scheduled.
    pub schedule: RateLimit,
    /// How fast they are taken away.
    pub unschedule: RateLimit,
    /// How fast events are asked for whose bot must be found.
    pub find: RateLimit,
    /// How fast bots are sent out of calls.
    pub leave: RateLimit,
    /// Most calls of a kind in flight. How many are follows from the pace and
    /// the latency.
    pub most_in_flight: usize,
    /// For how long the lease is taken at a time: two fifths of it are longer
    /// than any call takes.
    pub lease: Duration,
    /// How long a drain stays for rows that wait.
    pub patience: Duration,
}

/// Why a drain stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// Nothing is due, or will be soon.
    Idle,
    /// Its time was up; what is left is still due.
    DeadlineReached,
    /// Another works, and was rung for.
    AlreadyRunning,
    /// The lease ran out while it worked.
    LeaseLost,
}

/// What a drain did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunReport {
    /// Why it stopped.
    pub stopped: StopReason,
    /// Calls that did what was wanted.
    pub applied: u32,
    /// Calls to be made again.
    pub again: u32,
    /// Calls that were blocked, whose rows are set aside.
    pub blocked: u32,
    /// Rows that were given up on.
    pub abandoned: u32,
    /// Rows that were due when their meeting was over.
    pub over: u32,
    /// Bots that were scheduled within ten minutes of the start.
    pub late: u32,
}

impl RunReport {
    const fn empty(stopped: StopReason) -> Self {
        Self {
            stopped,
            applied: 0,
            again: 0,
            blocked: 0,
            abandoned: 0,
            over: 0,
            late: 0,
        }
    }
}

/// Drains what is due. `R` writes to Recall, `D` and `S` remember, `K` tells
/// the time, `J` spreads retries.
#[derive(Debug, Clone)]
pub struct Scheduler<R, D, S, K, J> {
    /// Recall, to be written to.
    pub recall: R,
    /// Where decisions are kept.
    pub decisions: D,
    /// Where budgets and the lease are kept.
    pub state: S,
    /// The time.
    pub clock: K,
    /// Spreads retries.
    pub jitter: J,
    /// What it is told once.
    pub settings: SchedulerSettings,
}

impl<R, D, S, K, J> Scheduler<R, D, S, K, J>
where
    R: Bots,
    D: Decisions,
    S: RateLimits + Leases,
    K: Clock,
    J: Jitter,
{
    /// Works until nothing is due or `until` has come.
    ///
    /// # Errors
    /// If Recall denies us, or what is remembered cannot be reached. All that
    /// was due is still due.
    pub async fn run(&self, until: Timestamp) -> Result<RunReport, PortError> {
        let now = self.clock.now();
        let LeaseResult::Held(held) = self.state.take(now, self.lease_from(now)).await? else {
            return Ok(RunReport::empty(StopReason::AlreadyRunning));
        };
        let mut work = Work::new(self, held, until);
        let ended = self.work_until_unrung(&mut work).await;
        if !matches!(ended, Ok(StopReason::Idle | StopReason::LeaseLost)) {
            self.give_up(work.held).await;
        }
        if matches!(ended, Ok(StopReason::DeadlineReached)) {
            self.ring_for_the_next(&work).await;
        }
        Ok(RunReport {
            stopped: ended?,
            ..work.report
        })
    }

    /// Works, and works again as long as somebody rang meanwhile.
    async fn work_until_unrung(
        &self,
        work: &mut Work<'_, R, D, S, K, J>,
    ) -> Result<StopReason, PortError> {
        loop {
            let stopped = work.run().await?;
            if stopped != StopReason::Idle {
                return Ok(stopped);
            }
            match self.state.release(work.held).await? {
                Released::Free => return Ok(StopReason::Idle),
                Released::Lost => return Ok(StopReason::LeaseLost),
                Released::Woken(held) => work.held = held,
            }
        }
    }

    /// Gives the lease back although somebody may have rung: the next bell,
    /// a minute away at most, finds it free.
    async fn give_up(&self, mut held: Held) {
        loop {
            match self.state.release(held).await {
                Ok(Released::Woken(wakeups)) => held = wakeups,
                Ok(Released::Free | Released::Lost) => return,
                Err(error) => {
                    tracing::warn!(%error, "the lease is left to run out");
                    return;
                }
            }
        }
    }

    /// Writes the row that is next as it is: the table's stream rings, and the
    /// next drain need not wait for the bell of the minute, which comes anyway.
    async fn ring_for_the_next(&self, work: &Work<'_, R, D, S, K, J>) {
        if let Some(next) = work.head.calls.front()
            && let Err(error) = self.decisions.write(&next.row).await
        {
            tracing::warn!(%error, "the next drain begins with the bell of the minute");
        }
    }

    fn lease_from(&self, now: Timestamp) -> Timestamp {
        plus(
            now,
            SignedDuration::try_from(self.settings.lease).unwrap_or(SignedDuration::MAX),
        )
    }
}
