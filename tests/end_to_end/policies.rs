//! The policy and overrides, set by the command line and applied without a webhook.

use callsheet_domain::{Decision, Timestamp, plus};
use callsheet_tests::{Claim, Comparison, log_of, wait_until};
use jiff::SignedDuration;
use recall_simulator::{EventDraft, EventView, Platform};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::command::callsheet;
use crate::tenant::{TIMEOUT, Tenant};

/// A policy document that leaves other calendars at the built-in rules, and has a
/// policy of its own for the tenant's calendar.
pub(crate) fn policy(tenant: &Tenant, rules: Value, bot_name: &str) -> String {
    let document = json!({
        "version": 1,
        "rules": [
            {"name": "declined", "when": {"own_response": ["declined"]}, "then": "skip"},
            {"name": "external", "when": {"external": true}, "then": "record"},
        ],
        "default": "skip",
        "bot": {"bot_name": "Callsheet"},
        "policies": [{
            "name": "tenant",
            "calendars": [tenant.calendars[0].id.to_string()],
            "rules": rules,
            "default": "record",
            "bot": {"bot_name": bot_name},
        }],
    });
    document.to_string()
}

fn titled(draft: EventDraft, title: &str) -> EventDraft {
    EventDraft {
        title: title.to_owned(),
        ..draft
    }
}

fn rule_of<'a>(decisions: &'a [Decision], event: &EventView) -> Option<&'a str> {
    let id = event.id.to_string();
    let decided = decisions
        .iter()
        .find(|row| row.key.event_id.as_str() == id)?;
    Some(decided.verdict.reason().rule.as_str())
}

fn is_held(comparison: &Comparison, event: &EventView) -> bool {
    let id = event.id.to_string();
    comparison.held.iter().any(|claim| claim.event == id)
}

/// There is one policy, so one test at a time pushes it.
pub(crate) static POLICY: Mutex<()> = Mutex::const_new(());

/// Each push is built on what the one before left.
#[tokio::test]
async fn a_policy_is_previewed_pushed_and_explained_and_its_deduplication_cannot_change() {
    let _alone = POLICY.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let interview = titled(tenant.external(5), "Interview: buyer");
    let interview = tenant.create(interview).await;
    let review = tenant.create(tenant.internal(6)).await;
    tenant
        .assert_bots("by the policy that is active at first", 1)
        .await;

    let rules = json!([
        {"name": "no-interviews", "when": {"title_has": ["interview"]}, "then": "skip"},
        {"name": "small", "when": "participants < 9 && !all_day", "then": "record"},
    ]);
    let document = policy(&tenant, rules, "{{ title }} – notes");
    let calendar = tenant.calendars[0].id.to_string();

    let preview = [
        "preview",
        "--json",
        "--policy",
        "-",
        "--calendar",
        &calendar,
    ];
    let shown = callsheet(&preview, &document).printed_json().to_string();
    assert!(
        shown.contains("no-interviews") && shown.contains("small"),
        "{shown}"
    );
    tenant.assert_bots("a preview changes nothing", 1).await;

    callsheet(&["policy", "push", "-", "--note", "a try"], &document).succeeded();
    tenant
        .assert_eventually("the pushed policy", |decisions, comparison| {
            let name = |claim: &Claim| claim.config.contains("Review – notes");
            rule_of(decisions, &interview) == Some("no-interviews")
                && rule_of(decisions, &review) == Some("small")
                && comparison.bots == 1
                && comparison.held.iter().all(name)
        })
        .await;

    let listed = [
        "events",
        "--calendar",
        &calendar,
        "--verdict",
        "record",
        "--json",
    ];
    let listed = callsheet(&listed, "").printed_json();
    let listed = listed["events"].as_array().expect("events");
    let id = review.id.to_string();
    let entry = listed.iter().find(|entry| entry["id"] == id.as_str());
    let short_id = entry.and_then(|entry| entry["short_id"].as_str());
    let short_id = short_id.expect("the recorded event is listed with a short id");
    assert!(id.starts_with(short_id), "{short_id} for {id}");
    // Other calendars of the stack may have an event whose id begins like that.
    let explained = callsheet(&["explain", &id[..id.len() - 2]], "").succeeded();
    assert!(
        explained.output.contains("participants < 9 && !all_day"),
        "{}",
        explained.output
    );
    let history = callsheet(&["policy", "history", "--json"], "").printed_json();
    let history = history.to_string();
    assert!(
        history.contains("a try") && history.contains("lead@acme.example"),
        "{history}"
    );
    // The exit code depends on what other tests do to the stack at the same time.
    let is_shown = async || {
        let status = callsheet(&["status", "--json"], "").json;
        let health = status.expect("it prints JSON")["health"].clone();
        health["webhook_accepted_at"].is_string() && health["sync_queue"]["known"].is_object()
    };
    assert!(wait_until(TIMEOUT, is_shown).await, "the health is known");
    let pulled = callsheet(&["policy", "pull"], "").succeeded();
    assert!(pulled.output.contains("no-interviews"), "{}", pulled.output);

    let other_scheme = document.replacen(
        "\"version\":1",
        "\"version\":1,\"deduplication\":\"calendar\"",
        1,
    );
    let refused = callsheet(&["policy", "push", "-"], &other_scheme);
    assert_eq!(refused.code, Some(1), "{}", refused.output);
    assert!(
        refused.output.contains("delete every calendar"),
        "{}",
        refused.output
    );

    let misspelt = document.replace("participants < 9", "particpants < 9");
    let refused = callsheet(&["policy", "push", "-"], &misspelt);
    assert_eq!(refused.code, Some(1), "{}", refused.output);
    assert!(
        refused.output.contains("did you mean \"participants\""),
        "{}",
        refused.output
    );

    callsheet(
        &["policy", "push", "-"],
        &policy(&tenant, json!([]), "Notes"),
    )
    .succeeded();
    tenant.assert_bots("everything is recorded", 2).await;
}

#[tokio::test]
async fn a_skip_override_of_a_series_yields_to_a_record_override_of_an_event() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let weekly = |hours| {
        let draft = tenant.external(hours).series("weekly");
        draft.ical_uid(format!("weekly-{}@acme.example", tenant.calendars[0].id))
    };
    let mut events = Vec::new();
    for hours in [5, 29, 53] {
        events.push(tenant.create(weekly(hours)).await);
    }
    tenant.assert_bots("the whole series", 3).await;
    let id = |event: &EventView| event.id.to_string();

    callsheet(&["override", "series", &id(&events[0]), "skip"], "").succeeded();
    tenant.assert_bots("the series is skipped", 0).await;

    let short = &id(&events[1])[..30];
    callsheet(&["override", "event", short, "record"], "").succeeded();
    tenant
        .assert_eventually("one event of it is recorded", |decisions, comparison| {
            comparison.bots == 1
                && is_held(comparison, &events[1])
                && rule_of(decisions, &events[1]) == Some("event-override")
                && rule_of(decisions, &events[0]) == Some("series-override")
        })
        .await;

    callsheet(&["override", "series", &id(&events[2]), "clear"], "").succeeded();
    tenant
        .assert_bots("the override of the series is cleared", 3)
        .await;
}

/// The no is written to its decision at once; the other choice needs one call for the event.
#[tokio::test]
async fn a_no_to_one_event_removes_its_bot_until_it_is_cleared() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.create(tenant.external(6)).await;
    tenant.assert_bots("both meetings", 2).await;
    let id = event.id.to_string();
    callsheet(&["override", "event", &id, "skip"], "").succeeded();
    tenant
        .assert_eventually("the no to one of them", |decisions, comparison| {
            comparison.bots == 1 && rule_of(decisions, &event) == Some("event-override")
        })
        .await;
    callsheet(&["override", "event", &id, "clear"], "").succeeded();
    tenant.assert_bots("the no is cleared", 2).await;
}

/// No message is sent when the pause ends: the periodic resync alone schedules the bots again.
#[tokio::test]
async fn the_bots_are_scheduled_again_after_a_pause() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("before the pause", 1).await;
    let calendar = tenant.calendars[0].id.to_string();
    // Long enough that a busy machine shows the pause before it ends.
    let until: Timestamp = plus(tenant.stack.now(), SignedDuration::from_secs(45));
    let pause = ["pause", &calendar, "--until", &until.to_string()];
    callsheet(&pause, "").succeeded();
    tenant.assert_skipped_by("paused").await;
    tenant.assert_bots("the pause is over", 1).await;
    callsheet(&["pause", &calendar, "--for", "1h"], "").succeeded();
    tenant.assert_bots("paused again", 0).await;
    callsheet(&["resume", &calendar], "").succeeded();
    tenant.assert_bots("the pause was ended", 1).await;
}

/// Bots are named by the title, and one title has a link that Recall's
/// firewall blocks.
#[tokio::test]
async fn a_meeting_whose_call_is_blocked_is_set_aside_and_the_others_get_their_bots() {
    let _alone = POLICY.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let document = policy(&tenant, json!([]), "{{ title }}");
    callsheet(&["policy", "push", "-"], &document).succeeded();
    // A sync that began before the push may still decide by the policy before.
    tenant
        .create(titled(tenant.external(4), "First of all"))
        .await;
    tenant
        .assert_eventually("the pushed policy", |_, comparison| {
            let name = |claim: &Claim| claim.config.contains("First of all");
            comparison.bots == 1 && comparison.held.iter().all(name)
        })
        .await;
    tenant.announces("Recall blocked the call for event");
    let demo = titled(tenant.external(5), "Demo of http://localhost:3000");
    let demo = tenant.create(demo).await.id.to_string();
    for hours in 6..11 {
        tenant.create(tenant.external(hours)).await;
    }
    let calendar = tenant.calendar_id(0);
    let is_set_aside = async || {
        let rows = tenant.stack.decisions_of(&calendar).await;
        let blocked = |row: &&Decision| row.key.event_id.as_str() == demo && row.is_blocked();
        let comparison = tenant.stack.compare(std::slice::from_ref(&calendar)).await;
        rows.len() == 7
            && rows.iter().filter(|row| row.is_due()).count() == 1
            && rows.iter().filter(blocked).count() == 1
            && comparison.bots == 6
    };
    let has_come = wait_until(TIMEOUT, is_set_aside).await;
    let rows = tenant.stack.decisions_of(&calendar).await;
    assert!(has_come, "six bots, and one row set aside: {rows:#?}");
    let row = rows.iter().find(|row| row.is_due()).expect("the demo's");
    let reason = row.attempts.last_error.as_deref().expect("a reason");
    assert!(reason.starts_with("403: a firewall"), "{reason}");
    assert!(row.attempts.not_before.is_some(), "{row:#?}");

    let explained = callsheet(&["explain", &demo], "").succeeded();
    assert!(explained.output.contains(reason), "{}", explained.output);
    let has_warning = async || {
        let log = log_of("scheduler");
        log.lines()
            .any(|line| line.contains(&demo) && line.contains(reason))
    };
    let has_come = wait_until(TIMEOUT, has_warning).await;
    assert!(has_come, "the warning names the event");
    let log = log_of("scheduler");
    let failed = log.lines().find(|line| line.contains("denies us: 403"));
    assert_eq!(failed, None, "the run failed");
    assert!(!log.contains("localhost:3000"), "a title is logged");
    let stats = tenant.stack.recall.stats().await.expect("the simulator");
    assert_eq!((stats.violations, stats.simulator_violations), (0, 0));
}
