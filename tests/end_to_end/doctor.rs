//! The diagnosis of the deployed stack.

use callsheet_tests::{announce, assert_eventually};
use recall_simulator::{CallFilter, Operation, Platform};
use serde_json::Value;

use crate::command::{Run, callsheet, callsheet_with};
use crate::tenant::{TIMEOUT, Tenant};

const NOT_SIGNED: &str = "refused webhook: not signed by Recall";

/// The level of a check, and what it found.
fn check<'a>(diagnosis: &'a Value, name: &str) -> (&'a str, &'a str) {
    let checks = diagnosis["checks"].as_array().expect("checks");
    let found = checks.iter().find(|check| check["name"] == name);
    let check = found.expect("each check is in each diagnosis");
    let text = |field: &str| check[field].as_str().expect("a text");
    (text("level"), text("finding"))
}

fn diagnosis(run: Run) -> Value {
    let output = run.output;
    run.json
        .unwrap_or_else(|| panic!("it prints JSON: {output}"))
}

/// The other checks depend on what other tests do to the stack at the same time.
#[tokio::test]
async fn a_deployed_stack_is_examined_from_the_outside() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let calendar = tenant.calendars[0].id.to_string();
    announce(NOT_SIGNED, Vec::new());
    let of_calendar = CallFilter {
        operation: Some(Operation::GetCalendar),
        calendar: Some(tenant.calendars[0].id),
        ..CallFilter::default()
    };
    // It is new, and so it may be read by a list of new calendars, if others are too.
    let of_lists = CallFilter {
        operation: Some(Operation::ListCalendars),
        ..CallFilter::default()
    };
    let reads = async || {
        let single = tenant.stack.recall.calls(&of_calendar).await;
        let lists = tenant.stack.recall.calls(&of_lists).await;
        single.expect("the simulator").len() + lists.expect("the simulator").len()
    };
    let before = reads().await;
    let examined = diagnosis(callsheet(
        &["doctor", "--calendar", &calendar, "--json"],
        "",
    ));
    for (name, part) in [
        ("credentials", "us-east-1"),
        ("stack", "COMPLETE"),
        ("settings", "are those of the stack"),
        ("tables", "can be read"),
        ("clock", "agree"),
        ("webhook-endpoint", "refuses a webhook without a signature"),
        ("webhook-secret", "is in the queue"),
        ("event-types", ""),
    ] {
        let (level, finding) = check(&examined, name);
        assert!(
            level == "ok" && finding.contains(part),
            "{name}: {level}: {finding}"
        );
    }
    let (level, finding) = check(&examined, "alarms");
    assert_eq!(level, "warn", "the local cloud has no topic: {finding}");
    // The signed webhook went through the queue, so that the calendar was read again.
    let is_read_again = |count: &usize| *count > before;
    assert_eventually(TIMEOUT, "the calendar is read again", reads, is_read_again).await;
}

#[tokio::test]
async fn a_wrong_secret_and_a_wrong_stack_fail_the_diagnosis() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    let calendar = tenant.calendars[0].id.to_string();
    announce(NOT_SIGNED, Vec::new());
    let arguments = [
        "doctor",
        "--calendar",
        &calendar,
        "--json",
        "--stack",
        "none",
    ];
    let forged = [(
        "CALLSHEET_WEBHOOK_SECRET",
        "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==",
    )];
    let run = callsheet_with(&arguments, "", &forged);
    assert_eq!(run.code, Some(1), "{}", run.output);
    let examined = diagnosis(run);
    let (level, finding) = check(&examined, "webhook-secret");
    assert_eq!(level, "fail", "{finding}");
    let (level, finding) = check(&examined, "stack");
    assert_eq!(
        (level, finding),
        (
            "fail",
            "There is no stack `none` in this account and region"
        )
    );
}
