//! Syncs and the scheduler find out together when Recall admits the key again.

use std::pin::pin;

use callsheet_app::ports::{Bots as _, Clock as _};
use callsheet_app::{AccessGate, Entry, Scheduler};
use callsheet_domain::{Decision, Timestamp, plus};
use callsheet_testkit::{
    EvenJitter, Intercepted, MemoryDecisions, MemoryRecall, MemoryState, PausedClock, a_calendar,
    a_decision, an_event, at,
};
use futures_util::future::{Either, select};
use jiff::SignedDuration;

use crate::harness::drain_settings;
use crate::outages::{Failure, Outage};

/// A scheduler that is woken each minute, and a sync `phase` seconds later, of a
/// workspace whose key is denied until an instant.
struct Denied {
    clock: PausedClock,
    recall: MemoryRecall<PausedClock>,
    decisions: MemoryDecisions,
    state: MemoryState,
    outage: Outage<PausedClock>,
}

impl Denied {
    fn until(repaired: Timestamp) -> Self {
        let clock = PausedClock::at(at("09:30"));
        let recall = MemoryRecall::new(clock);
        recall.put_calendar(a_calendar());
        recall.put_event(an_event());
        let decisions = MemoryDecisions::new();
        decisions.put(a_decision());
        Self {
            clock,
            recall,
            decisions,
            state: MemoryState::new(),
            outage: Outage::between(clock, at("09:00"), repaired).with(Failure::Denied),
        }
    }

    /// The sync meets the denial first.
    async fn schedule(&self) -> Timestamp {
        loop {
            self.sleep_until_second(0).await;
            let scheduler = Scheduler {
                recall: Intercepted::new(self.recall.clone(), &self.outage),
                decisions: self.decisions.clone(),
                state: self.state.clone(),
                clock: self.clock,
                jitter: EvenJitter(0.5),
                settings: drain_settings(),
            };
            let now = self.clock.now();
            let until = plus(now, SignedDuration::from_secs(285));
            // It fails while Recall denies the key.
            let _ = scheduler.run(until).await;
            if !self.decisions.all().iter().any(Decision::is_due) {
                return self.clock.now();
            }
        }
    }

    /// A sync that makes one call whenever the gate lets it in.
    async fn sync(&self, phase: i64) {
        loop {
            self.sleep_until_second(phase).await;
            let gate = AccessGate {
                access: &self.state,
                clock: &self.clock,
            };
            let entry = gate.enter().await.expect("memory");
            if matches!(entry, Entry::Held(_)) {
                continue;
            }
            let recall = Intercepted::new(self.recall.clone(), &self.outage);
            match recall.bots_of(&an_event().id).await {
                Ok(_) => gate.note_admission().await,
                Err(error) => gate.note_failure(&error).await,
            }
            .expect("memory");
        }
    }

    /// Sleeps until the next instant with this second of the minute.
    async fn sleep_until_second(&self, second: i64) {
        let now = self.clock.now();
        let left = (second - now.as_second()).rem_euclid(60);
        let left = if left == 0 { 60 } else { left };
        let instant = plus(now, SignedDuration::from_secs(left));
        self.clock.sleep_until(instant).await;
    }
}

/// At any distance between their wake-ups, and whenever the operator adds credit.
#[tokio::test(start_paused = true)]
async fn syncs_and_the_scheduler_probe_once_a_minute_together_and_resume_soon_after_the_repair() {
    for phase in (0..60).step_by(5) {
        for second in (0..60).step_by(4) {
            let repaired = plus(at("09:40"), SignedDuration::from_secs(second));
            let denied = Denied::until(repaired);
            let sync = pin!(denied.sync(phase));
            let done = match select(pin!(denied.schedule()), sync).await {
                Either::Left((done, _)) => done,
                Either::Right(_) => unreachable!("a sync loop has no end"),
            };
            let took = done.duration_since(repaired);
            let case = format!("{took} after {second}, sync at {phase}");
            assert!(took <= SignedDuration::from_secs(76), "{case}");
            let probes = denied.outage.failed();
            let minute = SignedDuration::from_mins(1);
            let is_paced = |pair: &[Timestamp]| pair[1].duration_since(pair[0]) >= minute;
            assert!(
                probes.len() >= 7 && probes.windows(2).all(is_paced),
                "{case}: {probes:?}"
            );
        }
    }
}
