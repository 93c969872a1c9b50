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
