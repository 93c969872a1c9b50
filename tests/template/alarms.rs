//! Alarms: each is about a metric that exists, tells the right topic, links to its section of the
//! runbook, is raised by its cause and silent without it.

use std::collections::BTreeSet;

use callsheet_tests::{Alarm, Datapoint, Urgency, alarms};
use test_case::test_case;

use crate::metrics::ours;
use crate::reading::Template;
use crate::runbook::{first_column, headings};

const API: &str = "AWS::ApiGatewayV2::Api";
const FUNCTION: &str = "AWS::Serverless::Function";
const QUEUE: &str = "AWS::SQS::Queue";

/// Metrics of AWS that alarms and the dashboard may name: namespace, metric, dimension, and the
/// type of the resources that the dimension names.
const OF_AWS: [(&str, &str, &str, &str); 10] = [
    ("AWS/ApiGateway", "5xx", "ApiId", API),
    ("AWS/ApiGateway", "Count", "ApiId", API),
    ("AWS/Lambda", "Duration", "FunctionName", FUNCTION),
    ("AWS/Lambda", "Errors", "FunctionName", FUNCTION),
    ("AWS/Lambda", "Invocations", "FunctionName", FUNCTION),
    ("AWS/Lambda", "IteratorAge", "FunctionName", FUNCTION),
    (
        "AWS/Lambda",
        "RecursiveInvocationsDropped",
        "FunctionName",
        FUNCTION,
    ),
    ("AWS/Lambda", "Throttles", "FunctionName", FUNCTION),
    (
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        "QueueName",
        QUEUE,
    ),
    (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        "QueueName",
        QUEUE,
    ),
];

/// What a person has to see at once.
const PAGES: [&str; 8] = [
    "AbandonedAlarm",
    "DeniedAlarm",
    "MissingBotsAlarm",
    "OverdueAlarm",
    "RecursionAlarm",
    "SchedulerNotInvokedAlarm",
    "SyncNotInvokedAlarm",
    "WebhookFailuresAlarm",
];

/// Whether AWS publishes a metric with this dimension, of such a resource: `SyncQueue.QueueName`.
pub(crate) fn is_of_aws(
    template: &Template,
    namespace: &str,
    metric: &str,
    dimension: &str,
    resource: &str,
) -> bool {
    let resource = resource.split('.').next().unwrap_or_default();
    let kind = template.text(&format!("Resources.{resource}.Type"));
    OF_AWS.contains(&(namespace, metric, dimension, kind))
}

#[test]
fn an_alarm_is_about_metrics_that_exist() {
    let template = Template::read();
    let ours = ours(&template);
    for Alarm { name, metrics, .. } in alarms(&template) {
        for metric in metrics.values() {
            let dimensions: Vec<_> = metric.dimensions.iter().collect();
            let exists = match &dimensions[..] {
                [] => metric.namespace == "AWS::StackName" && ours.contains(&metric.name),
                [(dimension, resource)] => is_of_aws(
                    &template,
                    &metric.namespace,
                    &metric.name,
                    dimension,
                    resource,
                ),
                _ => false,
            };
            assert!(exists, "{name}: {metric:?}");
        }
    }
}

#[test]
fn an_alarm_tells_one_topic_when_it_begins_and_when_it_ends() {
    for alarm in alarms(&Template::read()) {
        let is_page = PAGES.contains(&alarm.name.as_str());
        let expected = if is_page {
            Urgency::Page
        } else {
            Urgency::Ticket
        };
        assert_eq!(alarm.urgency, Some(expected), "{}", alarm.name);
    }
}

#[test]
fn the_description_of_an_alarm_ends_with_its_section_of_the_runbook() {
    let alarms = alarms(&Template::read());
    for alarm in &alarms {
        let anchor = alarm.name.to_ascii_lowercase();
        let link = format!(". docs/operating.md#{anchor}");
        assert!(alarm.description.ends_with(&link), "{}", alarm.description);
        // CloudWatch takes up to 1,024 characters.
        assert!(alarm.description.len() < 300, "{}", alarm.name);
    }
    let names: BTreeSet<_> = alarms.into_iter().map(|alarm| alarm.name).collect();
    assert_eq!(headings("Alarms"), names, "sections on the left");
    assert_eq!(
        first_column("Alarms"),
        names,
        "rows of the table on the left"
    );
}

/// An alarm that could never be raised, or always, is none.
#[test]
fn an_alarm_has_periods_that_cloudwatch_takes() {
    for alarm in alarms(&Template::read()) {
        let name = &alarm.name;
        let breaching = i64::try_from(alarm.breaching).expect("a few");
        assert!((1..=alarm.periods).contains(&breaching), "{name}");
        assert_eq!(alarm.period % 60, 0, "{name}");
        assert!(alarm.period * alarm.periods <= 86_400, "{name}");
    }
}

/// So many minutes, with this value in each.
fn minutes(metric: &str, count: i64, value: f64) -> Vec<Datapoint> {
    let minutes = 0..count;
    let point = |minute: i64| Datapoint {
        metric: metric.to_owned(),
        at: START + minute * 60,
        value,
    };
    minutes.map(point).collect()
}

/// The begin of a day.
const START: i64 = 86_400 * 20_000;

fn both(mut one: Vec<Datapoint>, other: Vec<Datapoint>) -> Vec<Datapoint> {
    one.extend(other);
    one
}

/// Whether an alarm was raised in one of these minutes.
fn is_raised(alarm: &str, data: &[Datapoint], mut minutes: impl Iterator<Item = i64>) -> bool {
    let alarms = alarms(&Template::read());
    let found = alarms.into_iter().find(|one| one.name == alarm);
    let mut alarm = found.expect("an alarm");
    if alarm.name == "CoverageAlarm" {
        assert_eq!(alarm.threshold, 0, "by default it is not deployed");
        alarm.threshold = 80;
    }
    minutes.any(|minute| alarm.is_raised(data, START + minute * 60))
}

#[test_case("AbandonedAlarm", &minutes("abandoned", 1, 1.0), &[]; "abandoned")]
#[test_case("MissingBotsAlarm", &minutes("missing_bots", 2, 1.0), &minutes("missing_bots", 1, 1.0); "a bot missing for two minutes, not once")]
#[test_case("MissingBotsAlarm", &minutes("missing_bots", 5, 3.0), &minutes("missing_bots", 30, 0.0); "bots missing, and none")]
#[test_case("OverdueAlarm", &minutes("overdue_seconds", 2, 150.0), &minutes("overdue_seconds", 30, 119.0); "overdue")]
#[test_case("OverdueAlarm", &minutes("overdue_seconds", 2, 150.0), &minutes("overdue_seconds", 1, 900.0); "overdue, not once")]
#[test_case("DeniedAlarm", &minutes("denied_seconds", 1, 180.0), &minutes("denied_seconds", 1, 179.0); "denied for three minutes")]
#[test_case("SyncNotInvokedAlarm", &minutes("Invocations", 1, 1.0), &minutes("Invocations", 30, 1.0); "sync is not invoked any more")]
#[test_case("SchedulerNotInvokedAlarm", &[], &minutes("Invocations", 30, 1.0); "the scheduler is never invoked")]
#[test_case("WebhookFailuresAlarm", &both(minutes("5xx", 3, 1.0), minutes("Count", 3, 10.0)), &both(minutes("5xx", 9, 1.0), minutes("Count", 9, 20.0)); "more than one in twenty")]
#[test_case("WebhookFailuresAlarm", &both(minutes("5xx", 3, 1.0), minutes("Count", 3, 1.0)), &both(minutes("5xx", 2, 9.0), minutes("Count", 9, 9.0)); "in three minutes of five")]
#[test_case("RecursionAlarm", &minutes("RecursiveInvocationsDropped", 1, 1.0), &[]; "dropped as a loop")]
#[test_case("CoverageAlarm", &minutes("coverage_percent", 1, 79.0), &minutes("coverage_percent", 1, 80.0); "too few meetings recorded")]
#[test_case("DeadLettersAlarm", &minutes("ApproximateNumberOfMessagesVisible", 1, 1.0), &minutes("ApproximateNumberOfMessagesVisible", 30, 0.0); "dead letters")]
#[test_case("SyncQueueAgeAlarm", &minutes("ApproximateAgeOfOldestMessage", 3, 601.0), &minutes("ApproximateAgeOfOldestMessage", 30, 600.0); "old messages")]
#[test_case("SyncErrorsAlarm", &minutes("Errors", 3, 1.0), &minutes("Errors", 2, 9.0); "errors of sync")]
#[test_case("SchedulerErrorsAlarm", &minutes("Errors", 3, 1.0), &minutes("Errors", 2, 9.0); "errors of the scheduler")]
#[test_case("StreamLagAlarm", &minutes("IteratorAge", 10, 50_001.0), &minutes("IteratorAge", 9, 50_001.0); "a lag of the stream")]
#[test_case("ConsoleFailuresAlarm", &minutes("5xx", 3, 1.0), &minutes("5xx", 2, 9.0); "failures of the console")]
#[test_case("ConsoleErrorsAlarm", &minutes("Errors", 3, 1.0), &minutes("Errors", 2, 9.0); "errors of the console")]
#[test_case("EventsErrorsAlarm", &minutes("Errors", 3, 1.0), &minutes("Errors", 2, 9.0); "errors of the events function")]
#[test_case("UnpublishedEventsAlarm", &minutes("unpublished_events", 3, 1.0), &minutes("unpublished_events", 2, 9.0); "the bus takes nothing for three minutes")]
#[test_case("RefusedEventsAlarm", &minutes("refused_events", 1, 1.0), &[]; "refused events")]
#[test_case("LostEventsAlarm", &minutes("ApproximateNumberOfMessagesVisible", 1, 1.0), &minutes("ApproximateNumberOfMessagesVisible", 30, 0.0); "lost events")]
#[test_case("DriftAlarm", &minutes("drifted_bots", 10, 1.0), &minutes("drifted_bots", 5, 9.0); "drift that goes on")]
#[test_case("FailedRulesAlarm", &minutes("failed_rules", 1, 1.0), &[]; "failed rules")]
#[test_case("SpendingCapAlarm", &minutes("over_cap", 1, 1.0), &[]; "a cap on spending is reached")]
#[test_case("UnreadableEventsAlarm", &minutes("unreadable_events", 1, 1.0), &[]; "unreadable events")]
#[test_case("UnreadableRowsAlarm", &minutes("unreadable_rows", 1, 1.0), &[]; "unreadable rows")]
#[test_case("WebhooksUnmatchedAlarm", &minutes("webhooks_unmatched", 10, 2.0), &minutes("webhooks_unmatched", 5, 9.0); "no secret matches for ten minutes")]
#[test_case("WebhooksOutdatedAlarm", &minutes("webhooks_outdated", 10, 2.0), &minutes("webhooks_outdated", 30, 1.0); "outdated webhooks")]
#[test_case("WebhooksUnreadableAlarm", &minutes("webhooks_unreadable", 1, 1.0), &[]; "unreadable webhooks")]
#[test_case("StrangersAlarm", &both(minutes("webhooks_unsigned", 15, 15.0), minutes("webhooks_malformed", 15, 15.0)), &minutes("webhooks_unsigned", 30, 20.0); "many requests of strangers")]
#[test_case("WebhooksThrottledAlarm", &minutes("webhooks_throttled", 10, 1.0), &minutes("webhooks_throttled", 5, 9.0); "webhooks throttled for ten minutes")]
#[test_case("RecallThrottledAlarm", &minutes("recall_throttled", 15, 2.0), &minutes("recall_throttled", 30, 1.0); "429 for fifteen minutes")]
#[test_case("NoWebhooksAlarm", &minutes("catch_up_decisions", 1, 3.0), &both(minutes("catch_up_decisions", 1, 3.0), minutes("webhooks_accepted", 1, 1.0)); "changes without a webhook")]
#[test_case("NoWebhooksAlarm", &minutes("catch_up_decisions", 1, 3.0), &minutes("catch_up_decisions", 1, 0.0); "no changes")]
fn an_alarm_is_raised_by_its_cause_and_silent_without(
    alarm: &str,
    cause: &[Datapoint],
    usual: &[Datapoint],
) {
    // The longest period is a day, which is over then.
    let all = || (1..75).chain(1440..1445);
    assert!(is_raised(alarm, cause, all()), "silent");
    let is_raised = if usual.len() > 20 {
        // Of what goes on: from when all periods have data, as long as it does.
        is_raised(alarm, usual, 15..30)
    } else {
        is_raised(alarm, usual, all())
    };
    assert!(!is_raised, "raised without its cause");
}

#[test]
fn each_alarm_has_its_cause_in_the_table_above() {
    let code = include_str!("alarms.rs");
    for alarm in alarms(&Template::read()) {
        let row = format!("#[test_case(\"{}\",", alarm.name);
        assert!(code.contains(&row), "{}", alarm.name);
    }
}
