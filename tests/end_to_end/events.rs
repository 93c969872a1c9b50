//! Events on a bus: a consumer, by a rule that sends them to a queue, receives each kind.

use std::collections::BTreeMap;

use callsheet_app::ports::Policies as _;
use callsheet_domain::plus;
use callsheet_events::schemas;
use callsheet_testkit::schema_violations;
use callsheet_tests::{BusConsumer, assert_eventually};
use jiff::SignedDuration;
use recall_simulator::{Change, EventView, LifeKind, LifePlan, Platform, ResponseStatus};
use serde_json::{Value, json};

use crate::command::callsheet;
use crate::faults::with_abandoned_decision;
use crate::lives::{LATE, PACE};
use crate::outcomes::status;
use crate::policies::{POLICY, policy};
use crate::tenant::{TIMEOUT, Tenant};

/// The bus that the local cloud is deployed with.
const BUS: &str = "default";

/// A consumer of the events about this company's meetings and calendars.
async fn consumer(tenant: &Tenant) -> BusConsumer {
    let calendar = tenant.calendars[0].id.to_string();
    let pattern = json!({
        "source": ["callsheet"],
        "detail": {"$or": [
            {"meeting": {"calendar_id": [calendar]}},
            {"calendar": {"calendar_id": [calendar]}},
        ]},
    });
    BusConsumer::of(BUS, &format!("tenant-{calendar}"), &pattern).await
}

/// Waits until the consumer has received an event of `kind` that is `expected`, and returns its
/// detail. All that was received follows the published schemas, and has no texts.
async fn received(consumer: &BusConsumer, kind: &str, expected: impl Fn(&Value) -> bool) -> Value {
    let is_one = |event: &&Value| event["detail-type"] == kind && expected(&event["detail"]);
    let observe = async || consumer.events().await;
    let events = assert_eventually(TIMEOUT, kind, observe, |events| {
        events.iter().any(|event| is_one(&event))
    })
    .await;
    let schemas: BTreeMap<_, _> = schemas().into_iter().collect();
    let mut known: BTreeMap<&str, &Value> = BTreeMap::new();
    for event in &events {
        let (kind, detail) = (&event["detail-type"], &event["detail"]);
        assert_eq!(
            (&event["source"], &detail["kind"]),
            (&json!("callsheet"), kind)
        );
        let schema = &schemas[kind.as_str().expect("a text")];
        assert_eq!(schema_violations(schema, detail), [""; 0], "{detail}");
        let id = detail["id"].as_str().expect("an event has an id");
        let same = known.insert(id, detail).is_none_or(|known| known == detail);
        assert!(same, "two events have the id {id}");
        let text = detail.to_string();
        assert!(
            !text.contains("Review") && !text.contains("meet.example"),
            "{text}"
        );
    }
    let mut of_kind = events.iter().filter(is_one);
    of_kind.next().expect("there is one")["detail"].clone()
}

#[tokio::test]
async fn a_consumer_is_told_of_a_meeting_from_its_first_decision_to_its_end() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let consumer = consumer(&tenant).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let id = event.id.to_string();
    let is_first = |detail: &Value| detail["before"].is_null();
    let first = received(&consumer, "decision.changed", is_first).await;
    assert_eq!(first["meeting"]["event_id"], *id);
    assert_eq!(first["decision"]["verdict"], "record");
    assert_eq!(first["decision"]["rule"], "external");
    let scheduled = received(&consumer, "bot.scheduled", |_| true).await;
    let start = &scheduled["meeting"]["starts_at"];
    assert_eq!(scheduled["bot"]["joins_at"], *start);

    let (start, end) = tenant.time(9);
    let moved = Change::SetTimes { start, end };
    let moved = tenant.stack.recall.update_event(event.id, moved).await;
    moved.expect("the simulator");
    let at_start = |detail: &Value| detail["bot"]["joins_at"] == json!(start);
    let moved = received(&consumer, "bot.moved", at_start).await;
    assert_eq!(moved["before"]["joins_at"], scheduled["bot"]["joins_at"]);

    let rows = tenant.stack.decisions_of(&tenant.calendar_id(0)).await;
    for (second, code, sub_code) in [
        (0, "joining_call", None),
        (5, "call_ended", Some("bot_kicked_from_call")),
        (9, "done", None),
    ] {
        let body = status(&rows[0], second, code, sub_code);
        let sent = tenant.stack.recall.send_webhook(&body).await;
        sent.expect("the simulator");
    }
    // The last of the webhooks may be handled before the one that gives the reason.
    let is_final = |detail: &Value| {
        let outcome = &detail["outcome"];
        outcome["is_final"] == true && outcome["class"] == "removed"
    };
    let ended = received(&consumer, "outcome.changed", is_final).await;
    assert_eq!(ended["outcome"]["phase"], "not_recorded");

    let declined = Change::SetOwnerResponse {
        response: ResponseStatus::Declined,
    };
    let declined = tenant.stack.recall.update_event(event.id, declined).await;
    declined.expect("the simulator");
    let removed = received(&consumer, "bot.removed", |_| true).await;
    assert_eq!(removed["decision"]["rule"], "declined");
    assert_eq!(removed["bot"], moved["bot"]);
}

#[tokio::test]
async fn a_consumer_is_told_of_a_running_meeting_whose_bot_was_removed() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.announces(LATE);
    let consumer = consumer(&tenant).await;
    let plan = |event: &EventView| LifePlan::of_event(event.id, LifeKind::Removed, PACE);
    let event = tenant.running(0, 1, plan).await;
    let is_removal = |detail: &Value| detail["alert"]["kind"] == "removed";
    let told = received(&consumer, "meeting.at_risk", is_removal).await;
    assert_eq!(told["meeting"]["event_id"], *event.id.to_string());
    let hour_ago = plus(tenant.stack.now(), -SignedDuration::from_hours(1)).to_string();
    let listed = callsheet(&["events", "--from", &hour_ago, "--json"], "").printed_json();
    let events = listed["events"].as_array().expect("a list");
    let ours = events.iter().find(|one| one["id"] == *event.id.to_string());
    assert_eq!(ours.expect("it is listed")["alerts"][0]["kind"], "removed");
}

#[tokio::test]
async fn a_consumer_is_told_of_an_abandoned_decision() {
    let pattern = json!({"source": ["callsheet"], "detail-type": ["bot.abandoned"]});
    let consumer = BusConsumer::of(BUS, "abandoned", &pattern).await;
    let (_, event) = with_abandoned_decision().await;
    let id = event.id.to_string();
    let is_ours = |detail: &Value| detail["meeting"]["event_id"] == *id;
    let abandoned = received(&consumer, "bot.abandoned", is_ours).await;
    let call = &abandoned["last_call"];
    assert_eq!(
        [&call["call"], &call["result"]],
        ["schedule-bot", "refused"]
    );
}

#[tokio::test]
async fn a_consumer_is_told_of_a_calendar_that_is_lost_and_back() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    let consumer = consumer(&tenant).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let calendar = tenant.calendars[0].id;
    let lost = tenant.stack.recall.disconnect_calendar(calendar).await;
    lost.expect("the simulator");
    let lost = received(&consumer, "calendar.lost", |_| true).await;
    assert_eq!(lost["calendar"]["status"], "disconnected");
    let is_lost = |detail: &Value| detail["decision"]["rule"] == "disconnected";
    received(&consumer, "bot.removed", is_lost).await;
    let back = tenant.stack.recall.reconnect_calendar(calendar).await;
    back.expect("the simulator");
    let back = received(&consumer, "calendar.back", |_| true).await;
    assert_eq!(back["calendar"]["status"], "connected");
}

#[tokio::test]
async fn a_consumer_is_told_of_a_pushed_policy() {
    let _alone = POLICY.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let pattern = json!({"source": ["callsheet"], "detail-type": ["policy.pushed"]});
    let consumer = BusConsumer::of(BUS, "policies", &pattern).await;
    let document = policy(&tenant, json!([]), "Told");
    callsheet(&["policy", "push", "-", "--note", "told"], &document).succeeded();
    let active = tenant.stack.state.active_revision().await;
    let revision = active.expect("the table").0;
    let is_ours = |detail: &Value| detail["policy"]["revision"] == revision;
    let pushed = received(&consumer, "policy.pushed", is_ours).await;
    assert_eq!(pushed["row_version"], revision);
}
