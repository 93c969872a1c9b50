//! Metrics and alarms: every metric of an alarm is one that the code counts or
//! that AWS publishes, and the runbook describes each.

use std::collections::BTreeSet;

use crate::log_calls::log_calls;
use crate::reading::Template;

const RUNBOOK: &str = include_str!("../../docs/operating.md");

/// Metrics of AWS that alarms may name: namespace, metric, dimension, and the type of the
/// resources that the dimension names.
const OF_AWS: [(&str, &str, &str, &str); 7] = [
    ("AWS/ApiGateway", "4xx", "ApiId", "AWS::ApiGatewayV2::Api"),
    ("AWS/ApiGateway", "5xx", "ApiId", "AWS::ApiGatewayV2::Api"),
    (
        "AWS/Lambda",
        "Errors",
        "FunctionName",
        "AWS::Serverless::Function",
    ),
    (
        "AWS/Lambda",
        "IteratorAge",
        "FunctionName",
        "AWS::Serverless::Function",
    ),
    (
        "AWS/Lambda",
        "RecursiveInvocationsDropped",
        "FunctionName",
        "AWS::Serverless::Function",
    ),
    (
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        "QueueName",
        "AWS::SQS::Queue",
    ),
    (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        "QueueName",
        "AWS::SQS::Queue",
    ),
];

/// The metrics that the code counts.
fn counted() -> BTreeSet<String> {
    let calls = log_calls().into_iter();
    let metrics = calls.filter(|call| call.target.as_deref() == Some("METRICS"));
    metrics.flat_map(|call| call.fields).collect()
}

/// The alarms, by the names of their resources.
fn alarms(template: &Template) -> Vec<String> {
    let kind = |name: &String| template.text(&format!("Resources.{name}.Type"));
    let names = template.names("Resources").into_iter();
    names
        .filter(|name| kind(name) == "AWS::CloudWatch::Alarm")
        .collect()
}

/// The names in the first column of the runbook's table below a heading.
fn described(heading: &str) -> BTreeSet<String> {
    let (_, section) = RUNBOOK
        .split_once(&format!("## {heading}\n"))
        .expect("the heading");
    let section = section.split("\n## ").next().unwrap_or_default();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `"));
    cells
        .filter_map(|cell| Some(cell.split_once('`')?.0.to_owned()))
        .collect()
}

#[test]
fn the_runbook_describes_the_metrics_that_the_code_counts() {
    let counted = counted();
    assert!(!counted.is_empty());
    assert_eq!(
        described("Metrics"),
        counted,
        "described on the left, counted on the right"
    );
}

#[test]
fn the_runbook_describes_every_alarm() {
    let alarms = alarms(&Template::read()).into_iter().collect();
    assert_eq!(
        described("Alarms"),
        alarms,
        "described on the left, in the template on the right"
    );
}

#[test]
fn an_alarm_is_about_a_metric_that_exists() {
    let template = Template::read();
    let counted = counted();
    for alarm in alarms(&template) {
        let at = |place: &str| template.text(&format!("Resources.{alarm}.Properties.{place}"));
        let (namespace, metric) = (at("Namespace"), at("MetricName"));
        if namespace == "AWS::StackName" {
            assert!(
                counted.contains(metric),
                "{alarm}: the code counts no {metric}"
            );
            let properties = template.names(&format!("Resources.{alarm}.Properties"));
            assert!(
                !properties.contains("Dimensions"),
                "{alarm}: our metrics have none"
            );
            continue;
        }
        let known = OF_AWS
            .iter()
            .find(|(of, name, ..)| (*of, *name) == (namespace, metric));
        let (.., dimension, kind) =
            known.unwrap_or_else(|| panic!("{alarm}: {namespace} {metric}"));
        assert_eq!(at("Dimensions.0.Name"), *dimension, "{alarm}");
        let resource = at("Dimensions.0.Value")
            .split('.')
            .next()
            .unwrap_or_default();
        assert_eq!(
            template.text(&format!("Resources.{resource}.Type")),
            *kind,
            "{alarm}"
        );
    }
}

/// Sync requeues messages: if Lambda took that for a loop, it would drop them.
#[test]
fn an_alarm_is_raised_if_lambda_drops_requeued_messages() {
    let template = Template::read();
    let alarm = "Resources.RecursionAlarm.Properties";
    let at = |place: &str| template.text(&format!("{alarm}.{place}"));
    assert_eq!(at("Namespace"), "AWS/Lambda");
    assert_eq!(at("MetricName"), "RecursiveInvocationsDropped");
    assert_eq!(at("Dimensions.0.Value"), "SyncFunction");
    assert_eq!(at("Statistic"), "Sum");
    assert_eq!(template.number(&format!("{alarm}.Threshold")), 0);
    assert_eq!(template.number(&format!("{alarm}.EvaluationPeriods")), 1);
}

/// While Recall denies the key, a call a minute probes it. A rotated key is denied once.
#[test]
fn an_alarm_is_raised_within_five_minutes_of_a_denial_that_lasts() {
    let template = Template::read();
    let at = |place: &str| template.number(&format!("Resources.DeniedAlarm.Properties.{place}"));
    assert!(at("Period") * at("EvaluationPeriods") <= 300);
    assert_eq!((at("DatapointsToAlarm"), at("Threshold")), (2, 0));
}
