//! Scheduling and unscheduling of bots: sharing and rejections.

use crate::harness::{Harness, LINK, meeting, minutes, status_and_body};
use recall_simulator::{BotPhase, Change, Options};
use reqwest::Method;
use serde_json::{Value, json};
use test_case::test_case;

#[tokio::test]
async fn copies_of_a_meeting_share_a_bot_until_the_last_one_unschedules_it() {
    let harness = Harness::start(Options::default()).await;
    let (first, second) = (
        harness.calendar("sales-1@acme.example").await,
        harness.calendar("sales-2@acme.example").await,
    );
    let draft = meeting("Review", 60).ical_uid("review@example.com");
    let (one, other) = (
        harness.event(first, draft.clone()).await,
        harness.event(second, draft).await,
    );
    assert_eq!(one.ical_uid, other.ical_uid);

    let (status, shown) = harness.schedule(&one, "k").await;
    assert_eq!(
        (status, &shown["bots"][0]["deduplication_key"]),
        (200, &json!("k"))
    );
    let (_, shown_other) = harness.schedule(&other, "k").await;
    assert_eq!(shown["bots"][0]["bot_id"], shown_other["bots"][0]["bot_id"]);

    let control = harness.simulator.control();
    let bots = control.bots().await.unwrap();
    assert_eq!(bots.len(), 1);
    assert_eq!(bots[0].events.len(), 2);
    assert_eq!(bots[0].phase, BotPhase::Scheduled);

    let (status, shown) = harness.unschedule(&one).await;
    assert_eq!((status, &shown["bots"]), (200, &json!([])));
    assert_eq!(
        control.bots().await.unwrap().len(),
        1,
        "the other event still shares the bot"
    );
    assert_eq!(harness.unschedule(&other).await.0, 200);
    assert_eq!(control.bots().await.unwrap(), vec![]);
    assert_eq!(
        harness.unschedule(&other).await.0,
        200,
        "unscheduling is idempotent"
    );
    harness.assert_no_violations().await;
}

#[tokio::test]
async fn scheduling_with_another_deduplication_key_replaces_the_bot() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Review", 60)).await;
    harness.schedule(&event, "old").await;
    let (_, shown) = harness.schedule(&event, "new").await;
    assert_eq!(shown["bots"].as_array().map(Vec::len), Some(1));
    let bots = harness.simulator.control().bots().await.unwrap();
    assert_eq!(bots.len(), 1);
    assert_eq!(bots[0].deduplication_key, "new");
}

#[tokio::test]
async fn a_bot_keeps_its_start_when_the_event_moves_until_it_is_scheduled_again() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Review", 60)).await;
    harness.schedule(&event, "k").await;
    let (start, end) = (minutes(120), minutes(150));
    let to = Change::SetTimes { start, end };
    let moved = harness
        .simulator
        .control()
        .update_event(event.id, to)
        .await
        .unwrap();
    assert!(moved.updated_at > event.updated_at);
    assert_eq!(moved.start_time, start);
    assert_eq!(
        moved.bots[0].start_time, event.start_time,
        "the service does not move the bot"
    );
    harness.schedule(&event, "k").await;
    let bots = harness.simulator.control().bots().await.unwrap();
    assert_eq!(bots.len(), 1);
    assert_eq!(bots[0].start_time, moved.start_time);
}

#[tokio::test]
async fn a_new_bot_configuration_replaces_the_old_one_completely() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Review", 60)).await;
    harness.schedule(&event, "k").await;
    let body = json!({"deduplication_key": "k", "bot_config": {"metadata": {"a": "b"}}});
    let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
    harness
        .request(Method::POST, &path)
        .json(&body)
        .send()
        .await
        .unwrap();
    let bots = harness.simulator.control().bots().await.unwrap();
    assert_eq!(bots[0].config, json!({"metadata": {"a": "b"}}));
    assert_eq!(bots[0].meeting_url, LINK);
}

#[test_case(json!({"bot_config": {}}), true; "no deduplication key")]
#[test_case(json!({"deduplication_key": "k"}), true; "no configuration")]
#[test_case(json!({"deduplication_key": "k".repeat(2001), "bot_config": {}}), true; "a deduplication key that is too long")]
#[test_case(json!({"deduplication_key": "k", "bot_config": {"bot_name": "n".repeat(101)}}), false; "a bot name that is too long")]
#[test_case(json!({"deduplication_key": "k", "bot_config": {"metadata": {"a": 1}}}), false; "metadata that is not text")]
#[test_case(json!({"deduplication_key": "k", "bot_config": {"metadata": {"a": "x".repeat(501)}}}), false; "metadata that is too long")]
#[tokio::test]
async fn rejects_a_bot_request_with(body: Value, violates_the_schema: bool) {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let event = harness.event(calendar, meeting("Review", 60)).await;
    let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
    let response = harness
        .request(Method::POST, &path)
        .json(&body)
        .send()
        .await
        .unwrap();
    let (status, body) = status_and_body(response).await;
    assert_eq!(status, 400, "{body}");
    assert!(body["code"].is_string() && body["errors"].is_array());
    let counts = harness.simulator.control().stats().await.unwrap();
    assert_eq!(counts.violations, u64::from(violates_the_schema));
}

#[tokio::test]
async fn rejects_bots_for_meetings_that_cannot_be_recorded() {
    let harness = Harness::start(Options::default()).await;
    let control = harness.simulator.control();
    let calendar = harness.calendar("sales-1@acme.example").await;
    let over = harness.event(calendar, meeting("Over", -60)).await;
    let mut draft = meeting("No link", 60);
    draft.meeting_url = None;
    let linkless = harness.event(calendar, draft).await;
    let deleted = harness.event(calendar, meeting("Deleted", 60)).await;
    harness.schedule(&deleted, "deleted").await;
    let after = control.delete_event(deleted.id).await.unwrap();
    assert!(after.is_deleted && after.bots.is_empty());
    assert_eq!(control.bots().await.unwrap(), vec![]);

    for (event, reason) in [
        (&over, "Calendar event has ended"),
        (&linkless, "Calendar event has no meeting link"),
        (&deleted, "Calendar event has been deleted"),
    ] {
        let (status, body) = harness.schedule(event, "k").await;
        assert_eq!((status, &body["message"]), (400, &json!(reason)));
    }
    control.disconnect_calendar(calendar).await.unwrap();
    let (status, body) = harness.schedule(&linkless, "k").await;
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("Calendar is disconnected"))
    );
    control.delete_calendar(calendar).await.unwrap();
    assert_eq!(harness.schedule(&linkless, "k").await.0, 404);
}

#[tokio::test]
async fn a_dispatched_bot_cannot_be_unscheduled_but_leaves_its_call() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    let running = harness.event(calendar, meeting("Running", -5)).await;
    let later = harness.event(calendar, meeting("Later", 60)).await;
    let (_, shown) = harness.schedule(&running, "now").await;
    assert_eq!(harness.unschedule(&running).await.0, 405);
    let path = |shown: &Value| {
        format!(
            "/api/v1/bot/{}/leave_call/",
            shown["bots"][0]["bot_id"].as_str().unwrap()
        )
    };
    let leave = async |path: String| {
        harness
            .request(Method::POST, &path)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(leave(path(&shown)).await, 200);
    assert_eq!(leave(path(&shown)).await, 400, "the bot has left already");
    assert_eq!(
        harness.unschedule(&running).await.0,
        200,
        "no bot is scheduled any more"
    );
    let (_, shown) = harness.schedule(&later, "later").await;
    assert_eq!(leave(path(&shown)).await, 400, "the bot has not started");
    assert_eq!(
        leave(String::from(
            "/api/v1/bot/00000000-0000-4000-8000-000000000000/leave_call/"
        ))
        .await,
        404
    );
    harness.assert_no_violations().await;
}

#[tokio::test]
async fn disconnecting_removes_the_bots_and_reconnecting_does_not_restore_them() {
    let harness = Harness::start(Options::default()).await;
    let control = harness.simulator.control();
    let (one, two) = (
        harness.calendar("sales-1@acme.example").await,
        harness.calendar("sales-2@acme.example").await,
    );
    let mine = harness.event(one, meeting("Mine", 60)).await;
    let theirs = harness.event(two, meeting("Theirs", 60)).await;
    harness.schedule(&mine, "shared").await;
    harness.schedule(&theirs, "shared").await;
    control.disconnect_calendar(one).await.unwrap();
    let bots = control.bots().await.unwrap();
    assert_eq!(bots.len(), 1, "still shared by the other calendar");
    assert_eq!(bots[0].events, vec![theirs.id]);
    let (_, shown) = harness.get(&format!("/api/v2/calendars/{one}/")).await;
    assert_eq!(shown["status"], "disconnected");
    control.reconnect_calendar(one).await.unwrap();
    assert_eq!(control.event(mine.id).await.unwrap().bots, vec![]);
    let (_, shown) = harness.get(&format!("/api/v2/calendars/{one}/")).await;
    assert_eq!(shown["status"], "connected");
    assert_eq!(shown["oauth_refresh_token"], "never-log-me-refresh-token");
    harness.assert_no_violations().await;
}
