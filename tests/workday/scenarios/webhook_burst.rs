//! Scenarios with a burst of webhooks: delayed, duplicated, out of order, or repeated.

use std::time::Duration;

use recall_simulator::{Operation, WebhookFaults, WebhookState};

use crate::demo::{ControlResult, Demo};
use crate::meeting::{Action, Edit};
use crate::people::Person::{Product1, Sales1, Sales2, Success1, Success2, Support1};
use crate::week::minutes;

/// Number of times that each meeting moves.
const MOVES: usize = 5;
/// Timeout for the creation of the webhooks of one move.
const WEBHOOK_TIMEOUT: Duration = Duration::from_mins(1);
/// Number of times that each old webhook is repeated.
const REPETITIONS: usize = 3;
/// Every webhook is delivered twice; most deliveries are delayed by up to 2 s.
const FAULTS: WebhookFaults = WebhookFaults {
    drop: 0.0,
    duplicate: 1.0,
    delay: 0.75,
    delay_ms: 2_000,
};

/// Four meetings move several times. Their webhooks are held and then delivered in a burst, newest
/// first; the bots must be at the last time.
pub(crate) async fn repeated_moves(demo: &mut Demo) -> ControlResult<()> {
    demo.run_scenario("webhook burst", async |demo| {
        let recall = demo.stack.recall.clone();
        recall.hold_webhooks().await?;
        for _ in 0..MOVES {
            let later = |owner| Action::new(owner, "Onboarding", Edit::MoveBy(minutes(15)));
            let actions = [Sales2, Success2, Support1, Product1].map(later);
            demo.perform(&actions).await?;
            if !recall.wait_for_webhooks(WEBHOOK_TIMEOUT).await? {
                demo.add_problem(
                    "webhook burst: the simulator did not create all webhooks in time",
                );
            }
        }
        let webhooks = recall.webhooks().await?.into_iter();
        let held = webhooks
            .filter(|webhook| webhook.state == WebhookState::Held)
            .count();
        recall.set_webhook_faults(&FAULTS).await?;
        recall.release_webhooks(true).await?;
        recall.set_webhook_faults(&WebhookFaults::default()).await?;
        let deliveries = held * 2;
        Ok(format!(
            "4 meetings move {MOVES} times; {deliveries} late webhooks, duplicated, newest first"
        ))
    })
    .await
}

/// Old webhooks are delivered again, newest first. No event has changed, so no bot may be changed.
pub(crate) async fn repeated_webhooks(demo: &mut Demo) -> ControlResult<()> {
    let changes_bots = |operation| {
        matches!(
            operation,
            Operation::ScheduleBot | Operation::UnscheduleBot | Operation::LeaveCall
        )
    };
    let before = demo.calls(changes_bots).await?;
    demo.run_scenario("old webhooks", async |demo| {
        let calendars = [Sales1, Success1].map(|owner| demo.calendar(owner).to_string());
        let mut webhooks = demo.stack.recall.webhooks().await?;
        webhooks.retain(|webhook| calendars.iter().any(|id| webhook.body.contains(id)));
        let mut sent = 0;
        for _ in 0..REPETITIONS {
            for webhook in webhooks.iter().rev() {
                demo.stack.recall.resend_webhook(&webhook.id).await?;
                sent += 1;
            }
        }
        Ok(format!(
            "{sent} old webhooks are delivered again: no bot is changed"
        ))
    })
    .await?;
    let calls = demo.calls(changes_bots).await? - before;
    if calls > 0 {
        demo.add_problem(format!(
            "old webhooks: {calls} calls changed bots although no event had changed"
        ));
    }
    Ok(())
}
