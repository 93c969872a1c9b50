//! The metric filters of the log, against the fields that are logged.

use test_case::test_case;

use crate::reading::Template;

/// Source of the log line of a completed sync.
const SOURCE: &str = include_str!("../../shared/app/src/sync_counts.rs");

#[test_case("FailedRules", "failed_rules", "policy", "failed-rules"; "failed expressions")]
#[test_case("DriftedBots", "drifted", "bots", "drifted"; "drifted bots")]
fn a_metric_counts_a_field_that_a_sync_logs(
    filter: &str,
    field: &str,
    namespace: &str,
    metric: &str,
) {
    let template = Template::read();
    let filter = format!("Resources.{filter}.Properties");
    let at = |place: &str| template.text(&format!("{filter}.{place}")).to_owned();
    assert_eq!(at("LogGroupName"), "SyncLogs");
    assert_eq!(at("FilterPattern"), format!("{{ $.{field} > 0 }}"));
    let counted = |name: &str| at(&format!("MetricTransformations.0.{name}"));
    assert_eq!(
        counted("MetricNamespace"),
        format!("${{AWS::StackName}}/{namespace}")
    );
    assert_eq!(counted("MetricName"), metric);
    assert_eq!(counted("MetricValue"), format!("$.{field}"));
    let logged = SOURCE.split("tracing::info!").nth(1).expect("it is logged");
    let mut fields = logged.split(',').map(|line| {
        let name = line.split('=').next().unwrap_or_default();
        name.trim()
    });
    assert!(fields.any(|name| name == field), "{logged}");
}
