//! Bots live: their statuses are reported by webhook, and shown with the bot.

use recall_simulator::{BotId, EventView, LifeKind, LifePlan, LifeReports, Options, WebhookFaults};
use reqwest::Method;
use serde_json::{Value, json};
use test_case::test_case;
use tokio::time::{Duration, sleep, timeout};

use crate::harness::{
    Harness, ReceivedWebhook, WebhookReceiver, meeting, status_and_body, webhook_options,
};

/// A second of a life takes a tenth of a millisecond.
const PACE: f64 = 0.000_1;

/// A meeting in progress, whose bots live as `plan` says, and its bot.
async fn with_bot(harness: &Harness, plan: impl FnOnce(&EventView) -> LifePlan) -> BotId {
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Running", -5)).await;
    let control = harness.simulator.control();
    control
        .add_lives(&plan(&event))
        .await
        .expect("the simulator takes the plan");
    let body = json!({
        "deduplication_key": "now",
        "bot_config": {"metadata": {"event_id": event.id}},
    });
    let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
    let request = harness.request(Method::POST, &path).json(&body);
    let (_, shown) = status_and_body(request.send().await.expect("an answer")).await;
    let bot = shown["bots"][0]["bot_id"].as_str().expect("a bot");
    bot.parse().expect("an id")
}

/// The codes of a bot's statuses, once the bot has the last of them.
async fn codes(harness: &Harness, bot: BotId, last: &str) -> Vec<String> {
    let read = async || {
        let (status, shown) = harness.get(&format!("/api/v1/bot/{bot}/")).await;
        assert_eq!(status, 200);
        let changes = shown["status_changes"].as_array().expect("a list").clone();
        let codes = changes
            .iter()
            .map(|change| change["code"].as_str().expect("a code").to_owned());
        codes.collect::<Vec<_>>()
    };
    let come = async {
        loop {
            let codes = read().await;
            if codes.last().is_some_and(|code| code == last) {
                return codes;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_mins(3), come)
        .await
        .expect("the bot gets there")
}

#[tokio::test]
async fn a_life_is_reported_by_webhooks_and_shown_with_the_bot() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
    let plan = |event: &EventView| LifePlan::of_event(event.id, LifeKind::NeverAdmitted, PACE);
    let bot = with_bot(&harness, plan).await;
    let expected = ["joining_call", "in_waiting_room", "call_ended", "done"];
    assert_eq!(codes(&harness, bot, "done").await, expected);
    harness.wait_for_webhooks().await;
    let bodies: Vec<_> = receiver
        .received()
        .iter()
        .map(ReceivedWebhook::json)
        .collect();
    let of_bots: Vec<_> = bodies
        .iter()
        .filter(|body| body["data"]["bot"]["id"] == json!(bot))
        .collect();
    let mut events: Vec<_> = of_bots
        .iter()
        .map(|body| body["event"].as_str().unwrap())
        .collect();
    events.sort_unstable();
    assert_eq!(
        events,
        [
            "bot.call_ended",
            "bot.done",
            "bot.in_waiting_room",
            "bot.joining_call"
        ]
    );
    assert!(
        of_bots
            .iter()
            .all(|body| body["data"]["bot"]["metadata"]["event_id"].is_string())
    );
    harness.assert_no_violations().await;
}

#[tokio::test]
async fn the_older_form_of_the_webhooks_names_no_event() {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
    let plan = |event: &EventView| LifePlan {
        reports: LifeReports {
            is_older_form: true,
            ..LifeReports::default()
        },
        ..LifePlan::of_event(event.id, LifeKind::Blocked, PACE)
    };
    let bot = with_bot(&harness, plan).await;
    codes(&harness, bot, "fatal").await;
    harness.wait_for_webhooks().await;
    let bodies: Vec<_> = receiver
        .received()
        .iter()
        .map(ReceivedWebhook::json)
        .collect();
    let older: Vec<_> = bodies
        .iter()
        .filter(|body| body["event"] == "bot.status_change")
        .collect();
    assert_eq!(older.len(), 2);
    assert!(
        older
            .iter()
            .all(|body| body["data"]["bot_id"] == json!(bot))
    );
    harness.assert_no_violations().await;
}

#[test_case(WebhookFaults { drop: 1.0, ..WebhookFaults::default() }, 0; "dropped")]
#[test_case(WebhookFaults { duplicate: 1.0, delay: 1.0, delay_ms: 50, ..WebhookFaults::default() }, 4; "doubled and shuffled")]
#[tokio::test]
async fn webhooks_of_a_life_have_faults_of_their_own(faults: WebhookFaults, expected: usize) {
    let receiver = WebhookReceiver::start(&[]).await;
    let harness = Harness::start(webhook_options(&receiver)).await;
    let plan = |event: &EventView| LifePlan {
        reports: LifeReports {
            faults,
            is_older_form: false,
        },
        ..LifePlan::of_event(event.id, LifeKind::Blocked, PACE)
    };
    let bot = with_bot(&harness, plan).await;
    codes(&harness, bot, "fatal").await;
    harness.wait_for_webhooks().await;
    let is_of_bot = |webhook: &&ReceivedWebhook| webhook.json()["data"]["bot"]["id"] == json!(bot);
    assert_eq!(
        receiver.received().iter().filter(is_of_bot).count(),
        expected
    );
}

#[tokio::test]
async fn a_bot_that_leaves_its_call_ends_its_life_and_the_key_gets_another_bot() {
    let harness = Harness::start(Options::default()).await;
    let plan = |event: &EventView| LifePlan::of_event(event.id, LifeKind::Recorded, 1.0);
    let bot = with_bot(&harness, plan).await;
    codes(&harness, bot, "joining_call").await;
    let path = format!("/api/v1/bot/{bot}/leave_call/");
    let left = harness.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(left.status(), 200);
    let expected = ["joining_call", "call_ended", "done"];
    assert_eq!(codes(&harness, bot, "done").await, expected);
    let events = harness.simulator.control().events().await.unwrap();
    let (_, shown) = harness.schedule(&events[0], "now").await;
    let bots: Vec<_> = shown["bots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bot| &bot["bot_id"])
        .collect();
    assert!(bots.iter().any(|other| **other != json!(bot)), "{shown}");
    harness.assert_no_violations().await;
}

#[tokio::test]
async fn without_a_plan_a_bot_has_no_statuses_and_an_unknown_bot_is_404() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let running = harness.event(calendar, meeting("Running", -5)).await;
    let (_, shown) = harness.schedule(&running, "now").await;
    let bot = shown["bots"][0]["bot_id"].as_str().unwrap();
    let (status, shown) = harness.get(&format!("/api/v1/bot/{bot}/")).await;
    assert_eq!((status, &shown["status_changes"]), (200, &json!([])));
    assert_eq!(shown["join_at"], Value::Null);
    let unknown = "/api/v1/bot/00000000-0000-4000-8000-000000000000/";
    assert_eq!(harness.get(unknown).await.0, 404);
    harness.assert_no_violations().await;
}
