//! Bots: shared, moved, dropped, refused.

use crate::common::{LINK, meeting, minutes, stage, told};
use recall_simulator::{BotPhase, CallFilter, Change, Fault, FaultEffect, Operation, Options};
use reqwest::Method;
use serde_json::{Value, json};
use test_case::test_case;

#[tokio::test]
async fn a_bot_is_shared_and_goes_with_the_last_that_shares_it() {
    let stage = stage(Options::default()).await;
    let (first, second) = (
        stage.calendar("sales-1@acme.example").await,
        stage.calendar("sales-2@acme.example").await,
    );
    let draft = meeting("Review", 60).ical_uid("review@example.com");
    let (one, other) = (
        stage.event(first, draft.clone()).await,
        stage.event(second, draft).await,
    );
    assert_eq!(one.ical_uid, other.ical_uid);

    let (status, shown) = stage.schedule(&one, "k").await;
    assert_eq!(
        (status, &shown["bots"][0]["deduplication_key"]),
        (200, &json!("k"))
    );
    let (_, shown_other) = stage.schedule(&other, "k").await;
    assert_eq!(shown["bots"][0]["bot_id"], shown_other["bots"][0]["bot_id"]);

    let control = stage.simulator.control();
    let bots = control.bots().await.unwrap();
    assert_eq!(bots.len(), 1);
    assert_eq!(bots[0].events.len(), 2);
    assert_eq!(bots[0].phase, BotPhase::Scheduled);

    let (status, shown) = stage.unschedule(&one).await;
    assert_eq!((status, &shown["bots"]), (200, &json!([])));
    assert_eq!(
        control.bots().await.unwrap().len(),
        1,
        "the other event still shares it"
    );
    assert_eq!(stage.unschedule(&other).await.0, 200);
    assert_eq!(control.bots().await.unwrap(), vec![]);
    assert_eq!(stage.unschedule(&other).await.0, 200, "twice is once");
    stage.nothing_was_violated().await;
}

#[tokio::test]
async fn an_event_leaves_its_bot_for_that_of_another_key() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage.event(calendar, meeting("Review", 60)).await;
    stage.schedule(&event, "old").await;
    let (_, shown) = stage.schedule(&event, "new").await;
    assert_eq!(shown["bots"].as_array().map(Vec::len), Some(1));
    let bots = stage.simulator.control().bots().await.unwrap();
    assert_eq!(bots.len(), 1);
    assert_eq!(bots[0].deduplication_key, "new");
}

#[tokio::test]
async fn a_moved_event_keeps_its_old_entry_until_posted_again() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage.event(calendar, meeting("Review", 60)).await;
    stage.schedule(&event, "k").await;
    let (start, end) = (minutes(120), minutes(150));
    let to = Change::Move { start, end };
    let moved = stage
        .simulator
        .control()
        .update_event(event.id, to)
        .await
        .unwrap();
    assert!(moved.updated_at > event.updated_at);
    assert_eq!(moved.start_time, start);
    assert_eq!(
        moved.bots[0].start_time, event.start_time,
        "nobody moved the bot"
    );
    stage.schedule(&event, "k").await;
    let bots = stage.simulator.control().bots().await.unwrap();
    assert_eq!(bots.len(), 1);
    assert_eq!(bots[0].start_time, moved.start_time);
}

#[tokio::test]
async fn the_last_configuration_replaces_the_one_before_it_whole() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage.event(calendar, meeting("Review", 60)).await;
    stage.schedule(&event, "k").await;
    let body = json!({"deduplication_key": "k", "bot_config": {"metadata": {"a": "b"}}});
    let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
    stage
        .request(Method::POST, &path)
        .json(&body)
        .send()
        .await
        .unwrap();
    let bots = stage.simulator.control().bots().await.unwrap();
    assert_eq!(bots[0].config, json!({"metadata": {"a": "b"}}));
    assert_eq!(bots[0].meeting_url, LINK);
}

#[test_case(json!({"bot_config": {}}), true; "no key")]
#[test_case(json!({"deduplication_key": "k"}), true; "no configuration")]
#[test_case(json!({"deduplication_key": "k".repeat(2001), "bot_config": {}}), true; "a long key")]
#[test_case(json!({"deduplication_key": "k", "bot_config": {"bot_name": "n".repeat(101)}}), false; "a long name")]
#[test_case(json!({"deduplication_key": "k", "bot_config": {"metadata": {"a": 1}}}), false; "metadata that is no text")]
#[test_case(json!({"deduplication_key": "k", "bot_config": {"metadata": {"a": "x".repeat(501)}}}), false; "long metadata")]
#[tokio::test]
async fn refuses(body: Value, against_the_schema: bool) {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage.event(calendar, meeting("Review", 60)).await;
    let path = format!("/api/v2/calendar-events/{}/bot/", event.id);
    let answer = stage
        .request(Method::POST, &path)
        .json(&body)
        .send()
        .await
        .unwrap();
    let (status, told) = told(answer).await;
    assert_eq!(status, 400, "{told}");
    assert!(told["code"].is_string() && told["errors"].is_array());
    let counts = stage.simulator.control().stats().await.unwrap();
    assert_eq!(counts.violations, u64::from(against_the_schema));
}

#[tokio::test]
async fn refuses_meetings_that_cannot_be_recorded() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let calendar = stage.calendar("sales-1@acme.example").await;
    let over = stage.event(calendar, meeting("Over", -60)).await;
    let mut draft = meeting("No link", 60);
    draft.meeting_url = None;
    let linkless = stage.event(calendar, draft).await;
    let deleted = stage.event(calendar, meeting("Deleted", 60)).await;
    stage.schedule(&deleted, "deleted").await;
    let after = control.delete_event(deleted.id).await.unwrap();
    assert!(after.is_deleted && after.bots.is_empty());
    assert_eq!(control.bots().await.unwrap(), vec![]);

    for (event, reason) in [
        (&over, "Calendar event has ended"),
        (&linkless, "Calendar event has no meeting link"),
        (&deleted, "Calendar event has been deleted"),
    ] {
        let (status, told) = stage.schedule(event, "k").await;
        assert_eq!((status, &told["message"]), (400, &json!(reason)));
    }
    control.disconnect_calendar(calendar).await.unwrap();
    let (status, told) = stage.schedule(&linkless, "k").await;
    assert_eq!(
        (status, &told["message"]),
        (400, &json!("Calendar is disconnected"))
    );
    control.delete_calendar(calendar).await.unwrap();
    assert_eq!(stage.schedule(&linkless, "k").await.0, 404);
}

#[tokio::test]
async fn a_dispatched_bot_is_sent_out_of_its_call_instead() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    let running = stage.event(calendar, meeting("Running", -5)).await;
    let later = stage.event(calendar, meeting("Later", 60)).await;
    let (_, shown) = stage.schedule(&running, "now").await;
    assert_eq!(stage.unschedule(&running).await.0, 405);
    let path = |shown: &Value| {
        format!(
            "/api/v1/bot/{}/leave_call/",
            shown["bots"][0]["bot_id"].as_str().unwrap()
        )
    };
    let leave = async |path: String| {
        stage
            .request(Method::POST, &path)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(leave(path(&shown)).await, 200);
    assert_eq!(leave(path(&shown)).await, 400, "it has left");
    assert_eq!(
        stage.unschedule(&running).await.0,
        200,
        "there is nothing left to drop"
    );
    let (_, shown) = stage.schedule(&later, "later").await;
    assert_eq!(leave(path(&shown)).await, 400, "it has not started");
    assert_eq!(
        leave(String::from(
            "/api/v1/bot/00000000-0000-4000-8000-000000000000/leave_call/"
        ))
        .await,
        404
    );
    stage.nothing_was_violated().await;
}

#[tokio::test]
async fn disconnecting_takes_the_bots_and_reconnecting_does_not_bring_them_back() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let (one, two) = (
        stage.calendar("sales-1@acme.example").await,
        stage.calendar("sales-2@acme.example").await,
    );
    let mine = stage.event(one, meeting("Mine", 60)).await;
    let theirs = stage.event(two, meeting("Theirs", 60)).await;
    stage.schedule(&mine, "shared").await;
    stage.schedule(&theirs, "shared").await;
    control.disconnect_calendar(one).await.unwrap();
    let bots = control.bots().await.unwrap();
    assert_eq!(bots.len(), 1, "still shared by the other calendar");
    assert_eq!(bots[0].events, vec![theirs.id]);
    let (_, shown) = stage.get(&format!("/api/v2/calendars/{one}/")).await;
    assert_eq!(shown["status"], "disconnected");
    control.reconnect_calendar(one).await.unwrap();
    assert_eq!(control.event(mine.id).await.unwrap().bots, vec![]);
    let (_, shown) = stage.get(&format!("/api/v2/calendars/{one}/")).await;
    assert_eq!(shown["status"], "connected");
    assert_eq!(shown["oauth_refresh_token"], "never-log-me-refresh-token");
    stage.nothing_was_violated().await;
}

#[tokio::test]
async fn one_key_in_flight_twice_is_a_conflict() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    let one = stage.event(calendar, meeting("One", 60)).await;
    let other = stage.event(calendar, meeting("Other", 60)).await;
    let slow = FaultEffect::Slow {
        ms: 150,
        after_effect: false,
    };
    stage
        .simulator
        .control()
        .add_fault(Fault::new(slow))
        .await
        .unwrap();
    let ((first, _), (second, _), (third, _)) = tokio::join!(
        stage.schedule(&one, "k"),
        stage.schedule(&other, "k"),
        stage.schedule(&other, "another"),
    );
    let mut pair = [first, second];
    pair.sort_unstable();
    assert_eq!((pair, third), ([200, 409], 200));
    assert_eq!(
        stage.schedule(&other, "k").await.0,
        200,
        "nothing is in flight any more"
    );
}

#[tokio::test]
async fn an_idempotency_key_replays_the_old_answer() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage.event(calendar, meeting("Review", 60)).await;
    let post = async || {
        let request = stage
            .posting(&event, "k")
            .header("idempotency-key", "attempt-1");
        told(request.send().await.unwrap()).await
    };
    let first = post().await;
    stage.unschedule(&event).await;
    assert_eq!(
        post().await,
        first,
        "the old answer, though the bot is gone"
    );
    let control = stage.simulator.control();
    assert_eq!(control.bots().await.unwrap(), vec![]);
    stage.nothing_was_violated().await;

    let other = stage
        .posting(&event, "another")
        .header("idempotency-key", "attempt-1");
    assert_eq!(told(other.send().await.unwrap()).await, first);
    let violations = control.violations().await.unwrap().requests;
    assert!(
        violations[0].detail.contains("idempotency key"),
        "{violations:?}"
    );
}

#[tokio::test]
async fn after_507_only_a_new_idempotency_key_helps() {
    let stage = stage(Options::default()).await;
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage.event(calendar, meeting("Soon", 5)).await;
    let fault = Fault::new(FaultEffect::retry_after(507, 3))
        .on(Operation::ScheduleBot)
        .times(1);
    stage.simulator.control().add_fault(fault).await.unwrap();
    let post = async |key: &str| {
        stage
            .posting(&event, "k")
            .header("idempotency-key", key)
            .send()
            .await
            .unwrap()
    };
    let answer = post("a").await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (507, &"3".parse().unwrap())
    );
    assert_eq!(post("a").await.status().as_u16(), 507);
    assert_eq!(post("b").await.status().as_u16(), 200);
}

#[tokio::test]
async fn a_cut_after_the_effect_leaves_the_bot_behind() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage.event(calendar, meeting("Review", 60)).await;
    control
        .add_fault(Fault::new(FaultEffect::CutBefore).event(event.id).times(1))
        .await
        .unwrap();
    control
        .add_fault(
            Fault::new(FaultEffect::CutAfter)
                .calendar(calendar)
                .times(1),
        )
        .await
        .unwrap();
    assert!(stage.posting(&event, "k").send().await.is_err());
    assert_eq!(control.bots().await.unwrap(), vec![]);
    assert!(stage.posting(&event, "k").send().await.is_err());
    assert_eq!(control.bots().await.unwrap().len(), 1);
    let stats = control.stats().await.unwrap();
    assert_eq!(stats.operations[&Operation::ScheduleBot].cut, 2);
    assert_eq!(stage.schedule(&event, "k").await.0, 200);
}

#[tokio::test]
async fn a_call_takes_effect_though_the_caller_hangs_up() {
    let stage = stage(Options::default()).await;
    let control = stage.simulator.control();
    let calendar = stage.calendar("sales-1@acme.example").await;
    let event = stage.event(calendar, meeting("Review", 60)).await;
    let slow = FaultEffect::Slow {
        ms: 100,
        after_effect: false,
    };
    control.add_fault(Fault::new(slow).times(1)).await.unwrap();
    let hasty = tokio::spawn(stage.posting(&event, "k").send());
    let all = CallFilter::default();
    while control.calls(&all).await.unwrap().is_empty() {}
    hasty.abort();
    assert!(
        hasty.await.unwrap_err().is_cancelled(),
        "the caller has hung up"
    );
    while control.calls(&all).await.unwrap()[0].answered_at.is_none() {}
    assert_eq!(control.calls(&all).await.unwrap()[0].status, Some(200));
    assert_eq!(control.bots().await.unwrap().len(), 1);
}
