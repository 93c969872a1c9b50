//! A storm: 2,000 meetings of 200 calendars move within half a minute, and
//! about 1,000 webhooks tell of it. How many lists, how long, until every
//! decision is right?
//!
//! A webhook that costs a list each would cost 1,000, at 60 a minute a quarter
//! of an hour. What changed fits 20 pages of the workspace.

pub(crate) mod play;

use std::time::Duration;

use recall_simulator::{CallRecord, Operation, WebhookTarget};
use serde_json::json;

use crate::beside::Previews;
use crate::dataset::Dataset;
use crate::drain::refused;
use crate::numbers::{number, peak, seconds, tenths};
use crate::plain::Plain;
use crate::report::Report;
use crate::rig::{Done, Rates, Rig, USUAL, progress};
use play::{Played, blow};

const CALENDARS: usize = 200;
const MEETINGS_EACH: usize = 10;
/// Events on a page.
const PAGE: usize = 100;
/// After so long a strategy is reported as far as it came.
pub(crate) const PATIENCE: Duration = Duration::from_mins(20);

const COLUMNS: [&str; 13] = [
    "strategy",
    "changes",
    "webhooks",
    "lists",
    "of them 429",
    "peak a minute",
    "wrong at the end",
    "right after s",
    "least s",
    "lists in all",
    "429s in all",
    "bots right after s",
    "violations",
];

/// Runs the storm for each strategy, one after the other, over the same calendars.
///
/// With `previews`, somebody previews a policy all the while.
pub(crate) async fn measure(rig: &Rig, previews: bool) -> Done<Report> {
    let mut report = Report::of("storm");
    report.table("From the first change until everything is right", &COLUMNS);
    let mut dataset =
        Dataset::settled(rig, rig.sized(CALENDARS, 2), rig.sized(MEETINGS_EACH, 2)).await?;
    rig.stack.recall.set_latency(USUAL).await?;

    rig.tune(Rates::PUBLISHED, &[]).await?;
    row(
        &mut report,
        rig,
        "deployed, as it is",
        deployed(rig, &mut dataset, previews).await?,
    )
    .await?;
    // Its sweeps would look at each calendar in turn, and so never be at rest.
    let alone = [("ListWorkspace", "false"), ("SweepEveryMinutes", "1440")];
    let unknown = rig.tune(Rates::PUBLISHED, &alone).await?;
    if unknown.is_empty() {
        let name = "deployed, one calendar at a time";
        row(
            &mut report,
            rig,
            name,
            deployed(rig, &mut dataset, previews).await?,
        )
        .await?;
    } else {
        report.note("The template has no parameter ListWorkspace: as it is, it lists one calendar at a time.");
    }
    row(&mut report, rig, "plain", plain(rig, &mut dataset).await?).await?;
    report.note(
        "Counted by the simulator. `lists` are those received until the last decision was right, \
         429s and pages among them; `right after` counts from the last change; `least` is what \
         changed in pages of 100, over 60 a minute. The plain strategy decides and schedules \
         nothing: it is right once it knows each meeting's new start.",
    );
    Ok(report)
}

/// The deployed functions, by their own HTTP API.
async fn deployed(rig: &Rig, dataset: &mut Dataset, previews: bool) -> Done<Played> {
    let target = WebhookTarget {
        url: rig.stack.webhook.url.clone(),
        secrets: vec![rig.stack.webhook.secret.clone()],
        headers: recall_simulator::SignatureHeaders::Standard,
    };
    rig.stack.recall.set_webhook_target(Some(&target)).await?;
    rig.start_afresh().await?;
    let previews = previews.then(Previews::begun);
    let mut played = blow(rig, dataset).await?;
    let right = async || dataset.wrong(&rig.stack.decision_summaries().await);
    played.comes_right(rig, right).await;
    played.previews = previews.map(|previews| previews.made());
    let rests = async || {
        let rows = rig.stack.decision_summaries().await;
        let due = rows.values().filter(|row| row.is_due).count();
        progress(format!("{due} due, {} queued", rig.stack.queued().await));
        due == 0 && rig.stack.queued().await == 0 && dataset.agrees(&rig.stack).await
    };
    if played.right_at.is_some() && rig.until(PATIENCE, rests).await {
        played.bots_at = Some(rig.stack.now());
    }
    Ok(played)
}

/// A server of our own that lists at each webhook.
async fn plain(rig: &Rig, dataset: &mut Dataset) -> Done<Played> {
    let plain = Plain::in_place(rig).await?;
    rig.start_afresh().await?;
    let mut played = blow(rig, dataset).await?;
    played
        .comes_right(rig, async || plain.wrong(&dataset.meetings))
        .await;
    let rests = async || plain.waiting() == 0;
    rig.until(PATIENCE, rests).await;
    Ok(played)
}

async fn row(report: &mut Report, rig: &Rig, name: &str, played: Played) -> Done<()> {
    let calls = rig.calls(Some(Operation::ListEvents)).await?;
    let until = played.right_at.unwrap_or_else(|| rig.stack.now());
    let lists: Vec<&CallRecord> = calls
        .iter()
        .filter(|call| call.received_at <= until)
        .collect();
    let refused_early = lists.iter().filter(|call| call.status == Some(429)).count();
    let times: Vec<_> = calls.iter().map(|call| call.received_at).collect();
    let least = played.changes.div_ceil(PAGE);
    let violations = rig.stack.recall.violations().await?.requests.len();
    report.row(vec![
        json!(name),
        json!(played.changes),
        json!(played.webhooks(rig).await?),
        json!(lists.len()),
        json!(refused_early),
        json!(peak(&times)),
        json!(played.wrong),
        seconds(played.last_change, played.right_at),
        json!(tenths(
            number(least) * 60.0 / f64::from(Rates::PUBLISHED.list_events)
        )),
        json!(calls.len()),
        json!(refused(&calls)),
        seconds(played.last_change, played.bots_at),
        json!(violations),
    ]);
    if let Some(previews) = played.previews {
        report.note(format!(
            "{name}: {previews} previews ended while not all was right."
        ));
    }
    report.print();
    Ok(())
}
