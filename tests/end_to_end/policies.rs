//! The policy and people's words, by the command line and without a webhook.

use callsheet_domain::{CalendarId, Decision, Timestamp, plus};
use callsheet_tests::Comparison;
use jiff::SignedDuration;
use recall_simulator::{EventDraft, EventView, Platform};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::command::callsheet;
use crate::logs::log_of;
use crate::tenant::{PATIENCE, Tenant};

/// The policy of everybody else, and one of its own for the office's calendar.
fn policy(tenant: &Tenant, rules: Value, bot_name: &str) -> String {
    let document = json!({
        "version": 1,
        "rules": [
            {"name": "declined", "when": {"own_response": ["declined"]}, "then": "skip"},
            {"name": "external", "when": {"external": true}, "then": "record"},
        ],
        "default": "skip",
        "bot": {"bot_name": "Callsheet"},
        "policies": [{
            "name": "office",
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
static POLICY: Mutex<()> = Mutex::const_new(());

/// Each push is built on what the one before left.
#[tokio::test]
async fn a_policy_is_previewed_pushed_and_explained_and_never_tells_bots_apart_otherwise() {
    let _alone = POLICY.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let interview = titled(tenant.external(5), "Interview: buyer");
    let interview = tenant.create(interview).await;
    let review = tenant.create(tenant.internal(6)).await;
    tenant
        .comes_to_bots("by the policy in force at first", 1)
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
    let shown = callsheet(&preview, &document).answer().to_string();
    assert!(
        shown.contains("no-interviews") && shown.contains("small"),
        "{shown}"
    );
    tenant.comes_to_bots("a preview changes nothing", 1).await;

    callsheet(&["policy", "push", "-", "--note", "a try"], &document).went_well();
    tenant
        .comes_to("the pushed policy", |decisions, comparison| {
            let name = |claim: &callsheet_tests::Claim| claim.config.contains("Review – notes");
            rule_of(decisions, &interview) == Some("no-interviews")
                && rule_of(decisions, &review) == Some("small")
                && comparison.bots == 1
                && comparison.held.iter().all(name)
        })
        .await;

    let explained = callsheet(&["explain", &review.id.to_string()], "").went_well();
    assert!(
        explained.said.contains("participants < 9 && !all_day"),
        "{}",
        explained.said
    );
    let history = callsheet(&["policy", "history", "--json"], "")
        .answer()
        .to_string();
    assert!(
        history.contains("a try") && history.contains("lead@acme.example"),
        "{history}"
    );
    callsheet(&["status"], "").went_well();

    let other_scheme = document.replacen(
        "\"version\":1",
        "\"version\":1,\"deduplication\":\"calendar\"",
        1,
    );
    let refused = callsheet(&["policy", "push", "-"], &other_scheme);
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    assert!(
        refused.said.contains("delete every calendar"),
        "{}",
        refused.said
    );

    let misspelt = document.replace("participants < 9", "particpants < 9");
    let refused = callsheet(&["policy", "push", "-"], &misspelt);
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    assert!(
        refused.said.contains("did you mean \"participants\""),
        "{}",
        refused.said
    );

    callsheet(
        &["policy", "push", "-"],
        &policy(&tenant, json!([]), "Notes"),
    )
    .went_well();
    tenant.comes_to_bots("everything is recorded", 2).await;
}

#[tokio::test]
async fn a_series_loses_its_bots_and_an_event_of_it_keeps_its_own() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let weekly = |hours| {
        let draft = tenant.external(hours).series("weekly");
        draft.ical_uid(format!("weekly-{}@acme.example", tenant.calendars[0].id))
    };
    let mut events = Vec::new();
    for hours in [5, 29, 53] {
        events.push(tenant.create(weekly(hours)).await);
    }
    tenant.comes_to_bots("the whole series", 3).await;
    let id = |event: &EventView| event.id.to_string();

    callsheet(&["override", "series", &id(&events[0]), "skip"], "").went_well();
    tenant.comes_to_bots("the series was said no to", 0).await;

    callsheet(&["override", "event", &id(&events[1]), "record"], "").went_well();
    tenant
        .comes_to(
            "one event of it was said yes to",
            |decisions, comparison| {
                comparison.bots == 1
                    && is_held(comparison, &events[1])
                    && rule_of(decisions, &events[1]) == Some("event")
                    && rule_of(decisions, &events[0]) == Some("series")
            },
        )
        .await;

    callsheet(&["override", "series", &id(&events[2]), "clear"], "").went_well();
    tenant
        .comes_to_bots("the word on the series was taken back", 3)
        .await;
}

/// Nothing is sent once the calendar is paused: the schedule alone brings the bots back.
#[tokio::test]
async fn a_pause_that_ends_brings_the_bots_back() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    tenant.create(tenant.external(5)).await;
    tenant.comes_to_bots("before the pause", 1).await;
    let calendar = tenant.calendars[0].id.to_string();
    let until: Timestamp = plus(tenant.stack.now(), SignedDuration::from_secs(15));
    let pause = ["pause", &calendar, "--until", &until.to_string()];
    callsheet(&pause, "").went_well();
    tenant.comes_to_skip("paused").await;
    tenant.comes_to_bots("the pause is over", 1).await;
}

/// Bots are named by the title, and one title has a link that Recall's
/// firewall blocks.
#[tokio::test]
async fn a_meeting_whose_call_is_blocked_is_set_aside_and_the_others_get_their_bots() {
    let _alone = POLICY.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let document = policy(&tenant, json!([]), "{{ title }}");
    callsheet(&["policy", "push", "-"], &document).went_well();
    let demo = titled(tenant.external(5), "Demo of http://localhost:3000");
    let demo = tenant.create(demo).await.id.to_string();
    for hours in 6..11 {
        tenant.create(tenant.external(hours)).await;
    }
    let calendar = CalendarId::parse(tenant.calendars[0].id.to_string()).expect("an id");
    let is_set_aside = async || {
        let rows = tenant.stack.decisions_of(&calendar).await;
        let blocked = |row: &&Decision| row.key.event_id.as_str() == demo && row.is_blocked();
        let comparison = tenant.stack.compare(std::slice::from_ref(&calendar)).await;
        rows.len() == 6
            && rows.iter().filter(|row| row.is_due()).count() == 1
            && rows.iter().filter(blocked).count() == 1
            && comparison.bots == 5
    };
    let came = tenant.stack.comes_true(PATIENCE, is_set_aside).await;
    let rows = tenant.stack.decisions_of(&calendar).await;
    assert!(came, "five bots, and one row set aside: {rows:#?}");
    let row = rows.iter().find(|row| row.is_due()).expect("the demo's");
    let reason = row.attempts.last_error.as_deref().expect("a reason");
    assert!(reason.starts_with("403: a firewall"), "{reason}");
    assert!(row.attempts.not_before.is_some(), "{row:#?}");

    let explained = callsheet(&["explain", &demo], "").went_well();
    assert!(explained.said.contains(reason), "{}", explained.said);
    let has_warning = async || {
        let log = log_of("scheduler");
        log.lines()
            .any(|line| line.contains(&demo) && line.contains(reason))
    };
    let came = tenant.stack.comes_true(PATIENCE, has_warning).await;
    assert!(came, "the log names the event");
    let log = log_of("scheduler");
    let failed = log.lines().find(|line| line.contains("denies us: 403"));
    assert_eq!(failed, None, "the run failed");
    assert!(!log.contains("localhost:3000"), "a title is logged");
    let stats = tenant.stack.recall.stats().await.expect("the simulator");
    assert_eq!((stats.violations, stats.simulator_violations), (0, 0));
}
