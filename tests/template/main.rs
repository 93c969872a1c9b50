//! Checks `template.yaml` against the code.
//!
//! A template that does not fit the code deploys without an error and fails in
//! production. These tests fail before that.

mod account;
mod alarms;
mod causes;
mod console;
mod dashboard;
mod deployment;
mod events;
mod expressions;
mod indexes;
mod log_calls;
mod metrics;
mod patterns;
mod permissions;
mod reading;
mod receivers;
mod runbook;
mod runbook_commands;
mod settings;
mod source;

use callsheet_domain::SyncJob;
use reading::{Template, settings_read_by};
use test_case::test_case;

#[test]
fn a_function_is_given_exactly_the_settings_that_it_reads() {
    let template = Template::read();
    for function in template.functions() {
        let given = template.names(&settings::variables(&function));
        let code = template.text(&format!("Resources.{function}.Properties.CodeUri"));
        let mut read = settings_read_by(code);
        // The log is started by shared code.
        read.extend(["LOG_LEVEL", "STACK_NAME"].map(str::to_owned));
        assert_eq!(
            given, read,
            "{function}: given by the template on the left, read by the code on the right"
        );
    }
}

#[test]
fn settings_point_at_the_resources_they_are_named_after() {
    let template = Template::read();
    let sync = "Resources.SyncFunction.Properties.Environment.Variables";
    let scheduler = "Resources.SchedulerFunction.Properties.Environment.Variables";
    let console = "Resources.ConsoleFunction.Properties.Environment.Variables";
    let webhook = "Resources.WebhookFunction.Properties.Environment.Variables";
    for (place, expected) in [
        (format!("{webhook}.QUEUE_URL"), "SyncQueue"),
        (
            format!("{webhook}.WEBHOOK_SECRETS_ARN"),
            "WebhookSecrets.Id",
        ),
        (format!("{sync}.QUEUE_URL"), "SyncQueue"),
        (format!("{sync}.DECISIONS_TABLE"), "DecisionsTable"),
        (format!("{sync}.STATE_TABLE"), "StateTable"),
        (format!("{sync}.RECALL_API_KEY_ARN"), "ApiKey.Id"),
        (format!("{console}.QUEUE_URL"), "SyncQueue"),
        (
            format!("{console}.DEAD_LETTER_QUEUE_URL"),
            "DeadLetterQueue",
        ),
        (format!("{console}.DECISIONS_TABLE"), "DecisionsTable"),
        (format!("{console}.STATE_TABLE"), "StateTable"),
        (format!("{console}.SIGNING_KEYS_ARN"), "SigningKeys.Id"),
        (format!("{scheduler}.DECISIONS_TABLE"), "DecisionsTable"),
        (format!("{scheduler}.STATE_TABLE"), "StateTable"),
        (format!("{scheduler}.RECALL_API_KEY_ARN"), "ApiKey.Id"),
    ] {
        assert_eq!(template.text(&place), expected, "{place}");
    }
}

#[test]
fn only_failed_messages_of_a_batch_are_delivered_again() {
    let source = "Resources.SyncFunction.Properties.Events.SyncRequests.Properties";
    let template = Template::read();
    let answers = template.texts(&format!("{source}.FunctionResponseTypes"));
    assert_eq!(answers, ["ReportBatchItemFailures"]);
    assert_eq!(template.text(&format!("{source}.Queue")), "SyncQueue.Arn");
    assert_eq!(template.number(&format!("{source}.BatchSize")), 10);
    let concurrency = format!("{source}.ScalingConfig.MaximumConcurrency");
    assert_eq!(template.text(&concurrency), "SyncMaximumConcurrency");
}

#[test]
fn a_batch_is_not_delivered_again_while_it_is_handled() {
    let template = Template::read();
    let visibility = template.number("Resources.SyncQueue.Properties.VisibilityTimeout");
    let timeout = template.number("Resources.SyncFunction.Properties.Timeout");
    assert!(
        visibility >= 6 * timeout,
        "{visibility} s for batches of {timeout} s"
    );
}

/// Lambda stops a chain of function, queue and the same function after about 16
/// rounds and drops the message. Sync makes such a chain when it requeues a
/// message that has to wait. Sync bounds the chain by the age of the request.
#[test]
fn lambda_lets_sync_requeue_messages_to_the_queue_that_triggers_it() {
    let template = Template::read();
    let sync = "Resources.SyncFunction.Properties";
    assert_eq!(template.text(&format!("{sync}.RecursiveLoop")), "Allow");
    let queue = template.text(&format!("{sync}.Environment.Variables.QUEUE_URL"));
    let source = template.text(&format!("{sync}.Events.SyncRequests.Properties.Queue"));
    assert_eq!(source, format!("{queue}.Arn"));
}

#[test]
fn messages_that_keep_failing_become_dead_letters() {
    let template = Template::read();
    let redrive = "Resources.SyncQueue.Properties.RedrivePolicy";
    assert_eq!(
        template.text(&format!("{redrive}.deadLetterTargetArn")),
        "DeadLetterQueue.Arn"
    );
    assert_eq!(template.number(&format!("{redrive}.maxReceiveCount")), 10);
    let kept = |queue: &str| {
        template.number(&format!(
            "Resources.{queue}.Properties.MessageRetentionPeriod"
        ))
    };
    assert!(kept("DeadLetterQueue") > kept("SyncQueue"));
}

#[test]
fn the_stream_wakes_the_scheduler_only_for_due_decisions() {
    let template = Template::read();
    let stream = "Resources.SchedulerFunction.Properties.Events.DecisionsStream.Properties";
    let pattern = template.text(&format!("{stream}.FilterCriteria.Filters.0.Pattern"));
    let pattern: serde_json::Value = serde_json::from_str(pattern).expect("a pattern is JSON");
    let expected = serde_json::json!({
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"due": {"S": ["due"]}}},
    });
    assert_eq!(pattern, expected);
    assert_eq!(
        template.number(&format!("{stream}.MaximumRecordAgeInSeconds")),
        60
    );
    assert_eq!(
        template.text("Resources.DecisionsTable.Properties.StreamSpecification.StreamViewType"),
        "NEW_AND_OLD_IMAGES"
    );
}

#[test]
fn a_wake_up_that_finds_a_run_in_progress_is_dropped() {
    let template = Template::read();
    let invoked = "Resources.SchedulerFunction.Properties.EventInvokeConfig";
    assert_eq!(
        template.number(&format!("{invoked}.MaximumEventAgeInSeconds")),
        60
    );
    assert_eq!(
        template.number(&format!("{invoked}.MaximumRetryAttempts")),
        0
    );
    let schedule = "Resources.SchedulerFunction.Properties.Events.EachMinute.Properties.Schedule";
    assert_eq!(template.text(schedule), "rate(1 minute)");
}

#[test]
fn the_schedule_requests_a_resync_and_drops_one_that_failed() {
    let template = Template::read();
    let schedule = "Resources.ResyncSchedule.Properties";
    let target = format!("{schedule}.Target");
    let input = template.text(&format!("{target}.Input"));
    assert_eq!(callsheet_queue::parse_job(input), Ok(SyncJob::Resync));
    assert_eq!(template.text(&format!("{target}.Arn")), "SyncQueue.Arn");
    assert_eq!(
        template.text(&format!("{target}.RoleArn")),
        "ResyncRole.Arn"
    );
    let retries = format!("{target}.RetryPolicy");
    assert_eq!(
        template.number(&format!("{retries}.MaximumEventAgeInSeconds")),
        60
    );
    assert_eq!(
        template.number(&format!("{retries}.MaximumRetryAttempts")),
        0
    );
    let mode = template.text(&format!("{schedule}.FlexibleTimeWindow.Mode"));
    assert_eq!(mode, "OFF");
    let principal =
        "Resources.ResyncRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal";
    assert_eq!(
        template.text(&format!("{principal}.Service")),
        "scheduler.amazonaws.com"
    );
}

/// A message that was not sent for an hour is dropped: the next day's counts the day, too.
#[test]
fn once_a_day_the_schedule_has_the_totals_of_past_days_kept() {
    let template = Template::read();
    let schedule = "Resources.CoverageSchedule.Properties";
    let at = |place: &str| template.text(&format!("{schedule}.{place}"));
    let job = callsheet_queue::parse_job(at("Target.Input"));
    assert_eq!(job, Ok(SyncJob::KeepCoverage));
    assert_eq!(at("Target.Arn"), "SyncQueue.Arn");
    assert_eq!(at("Target.RoleArn"), "ResyncRole.Arn");
    assert_eq!(at("ScheduleExpression"), "cron(15 3 * * ? *)");
    let age = format!("{schedule}.Target.RetryPolicy.MaximumEventAgeInSeconds");
    assert_eq!(template.number(&age), 3_600);
}

#[test]
fn a_rate_of_one_minute_is_written_in_the_singular() {
    let template = Template::read();
    let rate = template.texts("Resources.ResyncSchedule.Properties.ScheduleExpression");
    let expected = [
        "ResyncsEachMinute",
        "rate(1 minute)",
        "rate(${ResyncEveryMinutes} minutes)",
    ];
    assert_eq!(rate, expected);
    let condition = template.text("Conditions.ResyncsEachMinute.0");
    assert_eq!(condition, "ResyncEveryMinutes");
    assert_eq!(template.number("Conditions.ResyncsEachMinute.1"), 1);
}

#[test_case("Scheduler", "ReservesConcurrency", 1)]
#[test_case("Webhook", "ReservesWebhookConcurrency", 0)]
fn the_reserved_concurrency_is_a_parameter_and_zero_reserves_nothing(
    function: &str,
    condition: &str,
    default: u64,
) {
    let template = Template::read();
    let cap = format!("Resources.{function}Function.Properties.ReservedConcurrentExecutions");
    let parameter = format!("{function}ReservedConcurrency");
    assert_eq!(
        template.texts(&cap),
        [condition, &parameter, "AWS::NoValue"]
    );
    let at = |place: &str| format!("Conditions.{condition}.0.{place}");
    assert_eq!(template.text(&at("0")), parameter);
    assert_eq!(template.number(&at("1")), 0);
    let proposed = template.number(&format!("Parameters.{parameter}.Default"));
    assert_eq!(proposed, default);
}

#[test_case("DecisionsTable")]
#[test_case("StateTable")]
fn a_table_is_encrypted_backed_up_and_outlives_the_stack(table: &str) {
    let template = Template::read();
    let at = |place: &str| format!("Resources.{table}.{place}");
    assert_eq!(template.text(&at("DeletionPolicy")), "RetainExceptOnCreate");
    assert_eq!(template.text(&at("UpdateReplacePolicy")), "Retain");
    let protection = at("Properties.DeletionProtectionEnabled");
    assert_eq!(template.text(&protection), "TableDeletionProtection");
    let by_default = "Parameters.TableDeletionProtection.Default";
    assert_eq!(template.text(by_default), "true");
    assert!(template.is_true(&at("Properties.SSESpecification.SSEEnabled")));
    let backup = "Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    assert!(template.is_true(&at(backup)));
    let expiry = at("Properties.TimeToLiveSpecification.AttributeName");
    assert_eq!(template.text(&expiry), "expires_at");
}

#[test_case("RecallApiKey")]
#[test_case("RecallWebhookSecrets")]
fn a_parameter_with_a_secret_is_not_shown(parameter: &str) {
    assert!(Template::read().is_true(&format!("Parameters.{parameter}.NoEcho")));
}

#[test]
fn every_parameter_has_a_description_and_allowed_values() {
    let template = Template::read();
    for name in template.names("Parameters") {
        let properties = template.names(&format!("Parameters.{name}"));
        assert!(
            properties.contains("Description"),
            "{name} has no description"
        );
        let bounds = ["AllowedPattern", "AllowedValues", "MinValue"];
        assert!(
            bounds.iter().any(|bound| properties.contains(*bound)),
            "{name} allows any value"
        );
    }
}
