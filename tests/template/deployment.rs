//! Settings of the deployment that no function reads.

use crate::reading::Template;

/// With JSON logs, Lambda drops lines below INFO unless it is told not to. Our own
/// `LOG_LEVEL` is to be the only filter.
#[test]
fn lambda_drops_no_line_of_a_function() {
    let template = Template::read();
    for function in template.functions() {
        let logging = format!("Resources.{function}.Properties.LoggingConfig");
        let at = |name: &str| template.text(&format!("{logging}.{name}"));
        assert_eq!(at("LogFormat"), "JSON", "{function}");
        assert_eq!(at("ApplicationLogLevel"), "TRACE", "{function}");
        assert_eq!(at("SystemLogLevel"), "INFO", "{function}");
    }
}

/// For other names CloudWatch Logs keeps an entry in a resource policy of limited size.
#[test]
fn the_access_log_needs_no_resource_policy() {
    let template = Template::read();
    let destination = "Resources.WebhookStage.Properties.AccessLogSettings.DestinationArn";
    assert_eq!(template.text(destination), "WebhookAccessLogs.Arn");
    let name = template.text("Resources.WebhookAccessLogs.Properties.LogGroupName");
    assert!(name.starts_with("/aws/vendedlogs/"), "{name}");
}

/// Traces cost money, and a role writes them only if they are wanted.
#[test]
fn tracing_is_off_by_default_and_its_permission_comes_with_it() {
    let template = Template::read();
    assert_eq!(template.text("Parameters.Tracing.Default"), "false");
    let condition = template.texts("Conditions.TracesInvocations");
    assert_eq!(condition, ["Tracing", "true"]);
    let tracing = template.texts("Globals.Function.Tracing");
    assert_eq!(tracing, ["TracesInvocations", "Active", "PassThrough"]);
    let policy = "Resources.TracingPolicy";
    let is_if = template.text(&format!("{policy}.Condition"));
    assert_eq!(is_if, "TracesInvocations");
    let roles = template.texts(&format!("{policy}.Properties.Roles"));
    let of_functions = template.functions().into_iter();
    let of_functions = of_functions.map(|name| {
        let role = template.text(&format!("Resources.{name}.Properties.Role"));
        role.trim_end_matches(".Arn").to_owned()
    });
    let roles: std::collections::BTreeSet<_> = roles.into_iter().collect();
    assert_eq!(roles, of_functions.collect());
    let statement = format!("{policy}.Properties.PolicyDocument.Statement.0");
    let allowed = template.texts(&format!("{statement}.Action"));
    assert_eq!(
        allowed,
        ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    );
}
