//! What is counted out of the log, held against what is logged.

use test_case::test_case;

use crate::reading::Template;

/// Where a look tells the log what it came to.
const TOLD: &str = include_str!("../../shared/app/src/sync/tally.rs");

#[test_case("FailedRules", "failed_rules", "policy", "failed-rules"; "decisions that an expression failed on")]
#[test_case("DriftedBots", "drifted", "bots", "drifted"; "bots that were not as they are known to be")]
fn is_counted_out_of_what_a_look_logs(filter: &str, field: &str, namespace: &str, metric: &str) {
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
    let logged = TOLD.split("tracing::info!").nth(1).expect("it is logged");
    let mut fields = logged.split(',').map(|line| {
        let name = line.split('=').next().unwrap_or_default();
        name.trim()
    });
    assert!(fields.any(|name| name == field), "{logged}");
}
