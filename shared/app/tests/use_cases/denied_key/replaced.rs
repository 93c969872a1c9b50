//! The key is replaced while Recall denies it, and each warm function has read the old one.

use std::sync::{Arc, Mutex};

use callsheet_app::ports::{BotReply, Bots, LeaveReply, ScheduleRequest};
use callsheet_app::{PortError, RunReport, Scheduler, Service};
use callsheet_domain::{BotEntry, BotId, EventId, Operation};
use callsheet_testkit::{EvenJitter, Fault};
use jiff::SignedDuration;

use super::{denied, with_meetings};
use crate::harness::{Harness, Recall, drain_settings};

/// Recall with an API key that can be replaced, and a client that keeps the key
/// that it read last.
#[derive(Clone)]
struct Keyed {
    recall: Recall,
    keys: Arc<Mutex<Keys>>,
}

#[derive(Clone, Copy)]
struct Keys {
    /// The key that calls are made with.
    read: u32,
    /// The key in Secrets Manager.
    stored: u32,
    /// The key that Recall admits.
    valid: u32,
}

impl Keyed {
    async fn call<T>(
        &self,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let Keys { read, valid, .. } = *self.keys.lock().expect("no holder panics");
        if read == valid {
            effect.await
        } else {
            Err(denied())
        }
    }
}

impl Bots for Keyed {
    async fn renew_key(&self) -> bool {
        let mut keys = self.keys.lock().expect("no holder panics");
        let is_another = keys.read != keys.stored;
        keys.read = keys.stored;
        is_another
    }

    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        self.call(self.recall.schedule(request)).await
    }

    async fn unschedule(&self, event: &EventId) -> Result<BotReply, PortError> {
        self.call(self.recall.unschedule(event)).await
    }

    async fn bots_of(&self, event: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        self.call(self.recall.bots_of(event)).await
    }

    async fn leave_call(&self, bot: &BotId) -> Result<LeaveReply, PortError> {
        self.call(self.recall.leave_call(bot)).await
    }
}

async fn run_keyed(harness: &Harness, keys: &Arc<Mutex<Keys>>) -> Result<RunReport, PortError> {
    let scheduler = Scheduler {
        recall: Keyed {
            recall: harness.recall.clone(),
            keys: Arc::clone(keys),
        },
        decisions: harness.decisions.clone(),
        state: harness.state.clone(),
        clock: harness.clock.clone(),
        jitter: EvenJitter(0.5),
        settings: drain_settings(),
    };
    scheduler.run(harness.after(50)).await
}

#[tokio::test]
async fn a_probe_is_made_with_the_key_as_it_is_by_then() {
    let harness = with_meetings(3).await;
    let keys = Arc::new(Mutex::new(Keys {
        read: 1,
        stored: 1,
        valid: 2,
    }));
    run_keyed(&harness, &keys).await.expect_err("denied");
    assert!(harness.denial().await.is_some());
    keys.lock().expect("no holder panics").stored = 2;
    harness.clock.advance(SignedDuration::from_mins(1));
    let report = run_keyed(&harness, &keys).await.expect("a finished run");
    assert_eq!(report.applied, 3);
    assert_eq!(harness.denial().await, None);
}

/// Each warm function has read the key itself. Its first call with a key that was
/// replaced meanwhile must not hold all the others.
#[tokio::test]
async fn the_denial_of_a_key_that_has_been_replaced_is_not_stored() {
    let harness = with_meetings(3).await;
    let keys = Arc::new(Mutex::new(Keys {
        read: 1,
        stored: 2,
        valid: 2,
    }));
    run_keyed(&harness, &keys).await.expect_err("denied");
    assert_eq!(harness.denial().await, None);
    let report = run_keyed(&harness, &keys).await.expect("a finished run");
    assert_eq!(report.applied, 3, "the next run uses the new key");
}

/// The key may lack a permission, which another key has.
#[tokio::test]
async fn two_blocked_meetings_have_the_key_read_again() {
    let harness = with_meetings(3).await;
    let keys = Arc::new(Mutex::new(Keys {
        read: 1,
        stored: 2,
        valid: 1,
    }));
    for _ in 0..2 {
        let blocked = PortError::Blocked {
            service: Service::Recall,
            reason: "403".to_owned(),
        };
        harness
            .recall
            .fault(Operation::ScheduleBot, Fault::Fails(blocked));
    }
    run_keyed(&harness, &keys).await.expect_err("blocked");
    assert_eq!(keys.lock().expect("no holder panics").read, 2);
    assert_eq!(harness.denial().await, None);
}
