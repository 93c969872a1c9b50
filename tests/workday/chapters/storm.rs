//! Webhooks in dozens: late, twice, out of order, and about what is long known.

use std::time::Duration;

use recall_simulator::{Operation, WebhookFaults, WebhookState};

use crate::cast::Desk::{self, Product1, Sales1, Sales2, Success1, Success2, Support1};
use crate::day::{Day, Told};
use crate::meeting::{Act, Deed};
use crate::week::minutes;

/// How often the same meetings move.
const ROUNDS: usize = 5;
/// How long it may take until a round's webhooks are made.
const MADE: Duration = Duration::from_secs(5);
/// So often each old webhook comes again.
const AGAIN: usize = 3;
/// Webhooks are delivered twice, most of them up to 2 s late.
const STORM: WebhookFaults = WebhookFaults {
    drop: 0.0,
    duplicate: 1.0,
    delay: 0.75,
    delay_ms: 2_000,
};

/// Meetings move again and again; the webhooks of it come together, last first,
/// and only the last move counts.
pub(crate) async fn changes(day: &mut Day) -> Told<()> {
    day.play("storm", async |day| {
        let recall = day.stack.recall.clone();
        recall.hold_webhooks().await?;
        for _ in 0..ROUNDS {
            let later = |desk| Deed::new(desk, "Onboarding", Act::Moves(minutes(15)));
            let deeds = [Sales2, Success2, Support1, Product1].map(later);
            day.act(&deeds).await?;
            if !recall.wait_for_webhooks(MADE).await? {
                day.fail("storm: the simulator was not done gathering changes");
            }
        }
        let webhooks = recall.webhooks().await?.into_iter();
        let held = webhooks
            .filter(|webhook| webhook.state == WebhookState::Held)
            .count();
        recall.set_webhook_faults(&STORM).await?;
        recall.release_webhooks(true).await?;
        recall.set_webhook_faults(&WebhookFaults::default()).await?;
        let deliveries = held * 2;
        Ok(format!(
            "4 meetings move {ROUNDS} times; {deliveries} webhooks of it, late and last first"
        ))
    })
    .await
}

/// Old webhooks come again, last first: nothing is new, so no bot is touched.
pub(crate) async fn echo(day: &mut Day) -> Told<()> {
    let about_bots = |operation| {
        matches!(
            operation,
            Operation::ScheduleBot | Operation::UnscheduleBot | Operation::LeaveCall
        )
    };
    let before = day.calls(about_bots).await?;
    day.play("echo", async |day| {
        let about = [Sales1, Success1].map(|desk: Desk| day.calendar(desk).to_string());
        let mut webhooks = day.stack.recall.webhooks().await?;
        webhooks.retain(|webhook| about.iter().any(|calendar| webhook.body.contains(calendar)));
        let mut sent = 0;
        for _ in 0..AGAIN {
            for webhook in webhooks.iter().rev() {
                day.stack.recall.resend_webhook(&webhook.id).await?;
                sent += 1;
            }
        }
        Ok(format!(
            "{sent} old webhooks come again, last first; no bot is touched"
        ))
    })
    .await?;
    let calls = day.calls(about_bots).await? - before;
    if calls > 0 {
        day.fail(format!(
            "echo: {calls} calls about bots, though nothing had changed"
        ));
    }
    Ok(())
}
