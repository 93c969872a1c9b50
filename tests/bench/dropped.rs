//! Half of all webhooks never come, the rest come twice, late and out of
//! order. One sweep, and everything is right.

use std::time::Duration;

use recall_simulator::{Operation, WebhookFaults};
use serde_json::json;

use crate::dataset::Dataset;
use crate::numbers::{peak, seconds};
use crate::report::Report;
use crate::rig::{Done, Rates, Rig, USUAL, progress};
use crate::storm::play::blow;

const CALENDARS: usize = 40;
const MEETINGS_EACH: usize = 10;
/// Half is lost, the rest comes twice and up to 10 s late.
const FAULTS: WebhookFaults = WebhookFaults {
    drop: 0.5,
    duplicate: 1.0,
    delay: 1.0,
    delay_ms: 10_000,
};
/// Webhooks that do come are attended to within this.
const PATIENCE: Duration = Duration::from_mins(10);

/// Blows a storm of which half is not told, and sweeps once.
pub(crate) async fn measure(rig: &Rig) -> Done<Report> {
    let mut report = Report::of("dropped");
    let mut dataset =
        Dataset::settled(rig, rig.sized(CALENDARS, 2), rig.sized(MEETINGS_EACH, 4)).await?;
    // The stack sweeps by itself each minute; here it shall only when asked.
    let rarely = [("SweepEveryMinutes", "1440")];
    rig.tune(Rates::PUBLISHED, &rarely).await?;
    rig.stack.recall.set_latency(USUAL).await?;
    rig.stack.recall.set_webhook_faults(&FAULTS).await?;
    rig.start_afresh().await?;
    let played = blow(rig, &mut dataset).await?;
    let quiet = async || {
        let told = rig
            .stack
            .recall
            .wait_for_webhooks(Duration::from_secs(1))
            .await;
        told.unwrap_or(false) && rig.stack.queued().await == 0
    };
    if !rig.until(PATIENCE, quiet).await {
        return Err("the webhooks that came were not attended to".into());
    }
    let wrong_before = dataset.wrong(&rig.stack.decision_summaries().await);
    let lists_before = rig.calls(Some(Operation::ListEvents)).await?.len();
    progress(format!("{wrong_before} are wrong before the sweep"));
    let swept_at = rig.stack.now();
    rig.stack.resync().await;
    let is_right = async || dataset.wrong(&rig.stack.decision_summaries().await) == 0;
    let right_at = rig.until(PATIENCE, is_right).await.then(|| rig.stack.now());
    let wrong_after = dataset.wrong(&rig.stack.decision_summaries().await);
    let calls = rig.calls(Some(Operation::ListEvents)).await?;
    let received: Vec<_> = calls.iter().map(|call| call.received_at).collect();
    let webhooks = rig.stack.recall.stats().await?.webhooks;
    report.table(
        "Half of all webhooks dropped, the rest twice and late",
        &[
            "changes",
            "webhooks",
            "dropped",
            "wrong before the sweep",
            "lists before",
            "wrong after",
            "lists of the sweep",
            "right after s",
            "peak a minute",
            "429s",
        ],
    );
    report.row(vec![
        json!(played.changes),
        json!(played.webhooks(rig).await?),
        json!(webhooks.dropped),
        json!(wrong_before),
        json!(lists_before),
        json!(wrong_after),
        json!(calls.len() - lists_before),
        seconds(swept_at, right_at),
        json!(peak(&received)),
        json!(crate::drain::refused(&calls)),
    ]);
    Ok(report)
}
