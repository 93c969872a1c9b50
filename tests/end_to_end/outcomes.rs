//! What became of bots, by the webhooks of their statuses.

use callsheet_domain::{Decision, OutcomeClass, Phase};
use recall_simulator::Platform;
use serde_json::{Value, json};

use crate::command::callsheet;
use crate::tenant::Tenant;

/// A status of the bot of `row`, so many seconds after its start.
pub(crate) fn status(row: &Decision, second: i64, code: &str, sub_code: Option<&str>) -> Value {
    let bot = row.applied.bot().and_then(|bot| bot.bot_id.as_ref());
    let at = row.starts_at.as_second() + second;
    let at = jiff::Timestamp::from_second(at).expect("an instant");
    json!({
        "event": format!("bot.{code}"),
        "data": {
            "bot": {
                "id": bot.expect("it is at Recall").as_str(),
                "metadata": {
                    "event_id": row.key.event_id.as_str(),
                    "ical_uid": row.key.ical_uid.as_str(),
                },
            },
            "data": {"code": code, "sub_code": sub_code, "updated_at": at.to_string()},
        },
    })
}

/// Each status, with the seconds after the start.
pub(crate) type Life = [(i64, &'static str, Option<&'static str>)];

/// Webhooks in disorder, one of them twice.
const RECORDED: &Life = &[
    (1_800, "done", None),
    (20, "in_call_recording", None),
    (0, "joining_call", None),
    (1_790, "call_ended", Some("call_ended_by_host")),
    (0, "joining_call", None),
];

pub(crate) const NOT_ADMITTED: &Life = &[
    (0, "joining_call", None),
    (1_201, "call_ended", Some("timeout_exceeded_waiting_room")),
    (1_202, "done", None),
    (5, "in_waiting_room", None),
];

/// Sends the webhooks of the bot of `row`.
pub(crate) async fn report_life(tenant: &Tenant, row: &Decision, life: &Life) {
    for (second, code, sub_code) in life {
        let body = status(row, *second, code, *sub_code);
        let sent = tenant.stack.recall.send_webhook(&body).await;
        sent.expect("the simulator");
    }
}

impl Tenant {
    /// Waits until the bot of the company's one meeting has ended so. The last of its webhooks
    /// may be handled before the one that gives the reason, so the end alone is too early.
    pub(crate) async fn assert_outcome(&self, phase: Phase, class: OutcomeClass) {
        let expected = (phase, Some(class));
        self.assert_eventually("the outcome is noted", |decisions, _| {
            let outcome = decisions[0].bot_outcome();
            outcome.is_some_and(|outcome| {
                outcome.is_final() && (outcome.phase(), outcome.class()) == expected
            })
        })
        .await;
    }
}

async fn assert_ends(life: &Life, phase: Phase, class: OutcomeClass, sentence: &str) {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let rows = tenant.stack.decisions_of(&tenant.calendar_id(0)).await;
    report_life(&tenant, &rows[0], life).await;
    tenant.assert_outcome(phase, class).await;
    let explained = callsheet(&["explain", &event.id.to_string()], "").succeeded();
    assert!(explained.output.contains(sentence), "{}", explained.output);
}

#[tokio::test]
async fn a_recording_is_told_whatever_the_order_of_its_webhooks() {
    let sentence = "It has recorded the meeting";
    assert_ends(RECORDED, Phase::Done, OutcomeClass::NormalEnd, sentence).await;
}

#[tokio::test]
async fn a_bot_that_was_never_admitted_is_told_with_its_reason() {
    let (phase, class) = (Phase::NotRecorded, OutcomeClass::NeverAdmitted);
    assert_ends(
        NOT_ADMITTED,
        phase,
        class,
        "It has not recorded the meeting",
    )
    .await;
}
