//! What the code relies on, read out of `template.yaml`.
//!
//! A template that has drifted from the code deploys without a word and fails
//! in production; here it fails before.

mod metrics;
mod permissions;
mod reading;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

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
        read.insert("LOG_LEVEL".to_owned());
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
    let webhook = "Resources.WebhookFunction.Properties.Environment.Variables";
    for (place, expected) in [
        (format!("{webhook}.QUEUE_URL"), "NoticesQueue"),
        (
            format!("{webhook}.WEBHOOK_SECRETS_ARN"),
            "WebhookSecrets.Id",
        ),
        (format!("{sync}.QUEUE_URL"), "NoticesQueue"),
        (format!("{sync}.DECISIONS_TABLE"), "DecisionsTable"),
        (format!("{sync}.STATE_TABLE"), "StateTable"),
        (format!("{sync}.RECALL_API_KEY_ARN"), "ApiKey.Id"),
        (format!("{scheduler}.DECISIONS_TABLE"), "DecisionsTable"),
        (format!("{scheduler}.STATE_TABLE"), "StateTable"),
        (format!("{scheduler}.RECALL_API_KEY_ARN"), "ApiKey.Id"),
    ] {
        assert_eq!(template.text(&place), expected, "{place}");
    }
}

#[test]
fn only_the_messages_that_failed_come_back() {
    let source = "Resources.SyncFunction.Properties.Events.Notices.Properties";
    let template = Template::read();
    let answers = template.texts(&format!("{source}.FunctionResponseTypes"));
    assert_eq!(answers, ["ReportBatchItemFailures"]);
    assert_eq!(
        template.text(&format!("{source}.Queue")),
        "NoticesQueue.Arn"
    );
    assert_eq!(template.number(&format!("{source}.BatchSize")), 10);
    let concurrency = format!("{source}.ScalingConfig.MaximumConcurrency");
    assert_eq!(template.text(&concurrency), "SyncMaximumConcurrency");
}

#[test]
fn a_batch_in_work_is_not_handed_out_again() {
    let template = Template::read();
    let visibility = template.number("Resources.NoticesQueue.Properties.VisibilityTimeout");
    let timeout = template.number("Resources.SyncFunction.Properties.Timeout");
    assert!(
        visibility >= 6 * timeout,
        "{visibility} s for batches of {timeout} s"
    );
}

/// Lambda stops a chain of function, queue and the same function after some 16
/// rounds, and drops the message. A message that waits for a quarter of an hour
/// for its calendar is such a chain: sync requeues it. Sync's own bound is the
/// age of the request.
#[test]
fn lambda_lets_sync_requeue_messages_to_the_queue_that_triggers_it() {
    let template = Template::read();
    let sync = "Resources.SyncFunction.Properties";
    assert_eq!(template.text(&format!("{sync}.RecursiveLoop")), "Allow");
    let queue = template.text(&format!("{sync}.Environment.Variables.QUEUE_URL"));
    let source = template.text(&format!("{sync}.Events.Notices.Properties.Queue"));
    assert_eq!(source, format!("{queue}.Arn"));
}

#[test]
fn what_keeps_failing_is_kept_for_a_person() {
    let template = Template::read();
    let redrive = "Resources.NoticesQueue.Properties.RedrivePolicy";
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
    assert!(kept("DeadLetterQueue") > kept("NoticesQueue"));
}

#[test]
fn the_stream_rings_for_rows_that_are_due_and_for_nothing_else() {
    let template = Template::read();
    let doorbell = "Resources.SchedulerFunction.Properties.Events.Doorbell.Properties";
    let pattern = template.text(&format!("{doorbell}.FilterCriteria.Filters.0.Pattern"));
    let pattern: serde_json::Value = serde_json::from_str(pattern).expect("a pattern is JSON");
    let expected = serde_json::json!({
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"due": {"S": [{"exists": true}]}}},
    });
    assert_eq!(pattern, expected);
    assert_eq!(
        template.number(&format!("{doorbell}.MaximumRecordAgeInSeconds")),
        60
    );
    assert_eq!(
        template.text("Resources.DecisionsTable.Properties.StreamSpecification.StreamViewType"),
        "NEW_IMAGE"
    );
}

#[test]
fn a_ring_that_finds_the_scheduler_at_work_is_not_kept() {
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
fn the_schedule_sends_a_sweep_and_keeps_none_that_failed() {
    let template = Template::read();
    let schedule = "Resources.SweepSchedule.Properties";
    let target = format!("{schedule}.Target");
    let input = template.text(&format!("{target}.Input"));
    assert_eq!(callsheet_queue::parse_job(input), Ok(SyncJob::Resync));
    assert_eq!(template.text(&format!("{target}.Arn")), "NoticesQueue.Arn");
    assert_eq!(template.text(&format!("{target}.RoleArn")), "SweepRole.Arn");
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
    let principal = "Resources.SweepRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal";
    assert_eq!(
        template.text(&format!("{principal}.Service")),
        "scheduler.amazonaws.com"
    );
}

#[test]
fn a_rate_of_one_minute_is_written_in_the_singular() {
    let template = Template::read();
    let rate = template.texts("Resources.SweepSchedule.Properties.ScheduleExpression");
    let expected = [
        "SweepsEachMinute",
        "rate(1 minute)",
        "rate(${SweepEveryMinutes} minutes)",
    ];
    assert_eq!(rate, expected);
    let condition = template.text("Conditions.SweepsEachMinute.0");
    assert_eq!(condition, "SweepEveryMinutes");
    assert_eq!(template.number("Conditions.SweepsEachMinute.1"), 1);
}

#[test]
fn the_cap_on_drains_is_a_parameter_that_nought_leaves_out() {
    let template = Template::read();
    let cap = "Resources.SchedulerFunction.Properties.ReservedConcurrentExecutions";
    let parts = template.texts(cap);
    assert_eq!(
        parts,
        [
            "ReservesConcurrency",
            "SchedulerReservedConcurrency",
            "AWS::NoValue"
        ]
    );
    let condition = "Conditions.ReservesConcurrency.0.0";
    assert_eq!(template.text(condition), "SchedulerReservedConcurrency");
    assert_eq!(template.number("Conditions.ReservesConcurrency.0.1"), 0);
}

#[test_case("GaveUp", "{ $.gave_up > 0 }", "$.gave_up"; "what was given up on")]
#[test_case("Late", "{ $.late > 0 }", "$.late"; "what came late")]
fn what_the_scheduler_logs_about_a_meeting_is_counted(filter: &str, pattern: &str, value: &str) {
    let template = Template::read();
    let at = |place: &str| format!("Resources.{filter}.Properties.{place}");
    assert_eq!(template.text(&at("LogGroupName")), "SchedulerLogs");
    assert_eq!(template.text(&at("FilterPattern")), pattern);
    let counted = at("MetricTransformations.0.MetricValue");
    assert_eq!(template.text(&counted), value);
}

#[test_case("DecisionsTable")]
#[test_case("StateTable")]
fn a_table_is_encrypted_backed_up_and_outlives_the_stack(table: &str) {
    let template = Template::read();
    let at = |place: &str| format!("Resources.{table}.{place}");
    assert_eq!(template.text(&at("DeletionPolicy")), "Retain");
    assert_eq!(template.text(&at("UpdateReplacePolicy")), "Retain");
    assert!(template.is_true(&at("Properties.SSESpecification.SSEEnabled")));
    let backup = "Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    assert!(template.is_true(&at(backup)));
    let expiry = at("Properties.TimeToLiveSpecification.AttributeName");
    assert_eq!(template.text(&expiry), "expires_at");
}

#[test_case("RecallApiKey")]
#[test_case("RecallWebhookSecrets")]
fn a_secret_is_not_echoed(parameter: &str) {
    assert!(Template::read().is_true(&format!("Parameters.{parameter}.NoEcho")));
}

#[test]
fn every_parameter_says_what_it_is_and_what_it_may_be() {
    let template = Template::read();
    for name in template.names("Parameters") {
        let said = template.names(&format!("Parameters.{name}"));
        assert!(said.contains("Description"), "{name} has no description");
        let bounds = ["AllowedPattern", "AllowedValues", "MinValue"];
        assert!(
            bounds.iter().any(|bound| said.contains(*bound)),
            "{name} takes anything"
        );
    }
}

/// What each role may do, and on what. A permission that is added or widened
/// must be added here, where it is seen.
#[test]
fn each_role_may_do_exactly_what_its_function_does() {
    let template = Template::read();
    let logs = |group: &str| {
        (
            format!("{group}.Arn"),
            vec!["logs:CreateLogStream", "logs:PutLogEvents"],
        )
    };
    let row = |resource: &str, actions: &[&'static str]| (resource.to_owned(), actions.to_vec());
    let webhook = [
        logs("WebhookLogs"),
        row("NoticesQueue.Arn", &["sqs:SendMessage"]),
        row("WebhookSecrets.Id", &["secretsmanager:GetSecretValue"]),
    ];
    let sync = [
        logs("SyncLogs"),
        row(
            "NoticesQueue.Arn",
            &[
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
            ],
        ),
        row(
            "DecisionsTable.Arn",
            &["dynamodb:PutItem", "dynamodb:Query"],
        ),
        row("${DecisionsTable.Arn}/index/calendar", &["dynamodb:Query"]),
        row(
            "StateTable.Arn",
            &[
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
        ),
        row("${StateTable.Arn}/index/calendars", &["dynamodb:Query"]),
        row("ApiKey.Id", &["secretsmanager:GetSecretValue"]),
    ];
    let scheduler = [
        logs("SchedulerLogs"),
        row(
            "DecisionsTable.Arn",
            &[
                "dynamodb:BatchGetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
            ],
        ),
        row("${DecisionsTable.Arn}/index/due", &["dynamodb:Query"]),
        row(
            "StateTable.Arn",
            &["dynamodb:GetItem", "dynamodb:UpdateItem"],
        ),
        row(
            "DecisionsTable.StreamArn",
            &[
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
            ],
        ),
        row("*", &["dynamodb:ListStreams"]),
        row("ApiKey.Id", &["secretsmanager:GetSecretValue"]),
    ];
    let sweep = [row("NoticesQueue.Arn", &["sqs:SendMessage"])];
    for (role, expected) in [
        ("WebhookRole", webhook.to_vec()),
        ("SyncRole", sync.to_vec()),
        ("SweepRole", sweep.to_vec()),
        ("SchedulerRole", scheduler.to_vec()),
    ] {
        let expected: BTreeMap<String, BTreeSet<String>> = expected
            .into_iter()
            .map(|(on, actions)| (on, actions.into_iter().map(str::to_owned).collect()))
            .collect();
        assert_eq!(template.allowed(role), expected, "{role}");
    }
}
