//! The metadata of calendars at Recall, in policies and in lists.

use callsheet_domain::Decision;
use recall_simulator::Platform;
use serde_json::json;

use crate::command::callsheet;
use crate::policies::POLICY;
use crate::tenant::Tenant;

fn is_by(row: &Decision, rule: &str) -> bool {
    row.verdict.reason().rule.as_str() == rule
}

/// Other tests' calendars have no metadata, so they stay at the built-in rules.
#[tokio::test]
async fn a_calendar_is_decided_by_its_metadata_and_anew_when_that_changes() {
    let _alone = POLICY.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let team = tenant.address(9);
    tenant.create(tenant.external(5)).await;
    tenant.create(tenant.internal(6)).await;
    tenant.assert_bots("by the built-in rules", 1).await;

    let built_in = json!([
        {"name": "declined", "when": {"own_response": ["declined"]}, "then": "skip"},
        {"name": "external", "when": {"external": true}, "then": "record"},
    ]);
    let document = json!({
        "version": 1,
        "default": "skip",
        "rules": built_in,
        "policies": [
            {"name": "all", "metadata": {"team": team, "record": "all"}, "rules": [], "default": "record"},
            {"name": "team", "metadata": {"team": team}, "rules": [
                {"name": "none", "when": {"calendar_metadata": {"record": "none"}}, "then": "skip"},
                {"name": "internal-only", "when": "!external && calendar_metadata.record == 'internal'", "then": "record"},
            ]},
        ],
    });
    callsheet(&["policy", "push", "-"], &document.to_string()).succeeded();
    let (recall, calendar) = (&tenant.stack.recall, tenant.calendars[0].id);
    let set = async |record: &str| {
        let pairs = [("team", team.as_str()), ("record", record)];
        let changed = recall.set_calendar_metadata(calendar, &pairs).await;
        changed.expect("the simulator");
    };

    set("all").await;
    tenant.assert_bots("the calendar's own policy", 2).await;
    set("internal").await;
    tenant
        .assert_eventually("an expression", |decisions, comparison| {
            comparison.bots == 1 && decisions.iter().any(|row| is_by(row, "internal-only"))
        })
        .await;
    set("none").await;
    tenant
        .assert_eventually("a condition", |decisions, comparison| {
            comparison.bots == 0 && decisions.iter().all(|row| is_by(row, "none"))
        })
        .await;

    let rows = tenant.stack.decisions_of(&tenant.calendar_id(0)).await;
    let event = rows[0].key.event_id.to_string();
    let explained = callsheet(&["explain", &event, "--json"], "").printed_json();
    let facts = &explained["facts"]["calendar_metadata"];
    assert_eq!(*facts, json!({"record": "none"}), "{explained}");

    let selected = format!("team={team}");
    let list = ["calendars", "list", "--metadata", &selected, "--json"];
    let listed = callsheet(&list, "").printed_json();
    let listed = listed["calendars"].as_array().expect("a list");
    let [listed] = &listed[..] else {
        panic!("one calendar: {listed:?}");
    };
    assert_eq!(listed["id"], json!(calendar));
    assert_eq!(listed["metadata"], json!({"team": team, "record": "none"}));
    let table = callsheet(&["calendars", "list", "--metadata", &selected], "").succeeded();
    assert!(table.output.contains(&team), "{}", table.output);

    let usual = json!({"version": 1, "default": "skip", "rules": built_in});
    callsheet(&["policy", "push", "-"], &usual.to_string()).succeeded();
    tenant.assert_bots("the built-in rules again", 1).await;
}

#[tokio::test]
async fn a_disconnected_calendar_says_why() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let calendar = tenant.calendars[0].id;
    let recall = &tenant.stack.recall;
    let disconnected = recall.disconnect_calendar_because(calendar, "AADSTS50173");
    disconnected.await.expect("disconnected");
    tenant.assert_skipped_by("disconnected").await;
    let address = tenant.address(1);
    let listed = callsheet(&["calendars", "list", "--find", &address, "--json"], "");
    let listed = listed.printed_json();
    let listed = &listed["calendars"][0];
    assert_eq!(listed["disconnect_reason"]["code"], "AADSTS50173");
    let problem = listed["problem"].as_str().expect("a problem");
    assert!(
        problem.contains("password was changed") && problem.contains("(AADSTS50173)"),
        "{problem}"
    );
    recall
        .reconnect_calendar(calendar)
        .await
        .expect("reconnected");
    tenant.assert_bots("reconnected", 1).await;
    let listed = callsheet(&["calendars", "list", "--find", &address, "--json"], "");
    let reason = &listed.printed_json()["calendars"][0]["disconnect_reason"];
    assert!(reason.is_null(), "{reason}");
}
