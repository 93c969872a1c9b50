//! The list of what each role of the template is allowed.

use std::collections::{BTreeMap, BTreeSet};

use crate::reading::Template;

/// The actions that each role is allowed, by resource. A permission that is added
/// or widened has to be added here too, so that a review shows it.
#[test]
fn each_role_is_allowed_exactly_the_listed_actions() {
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
        row("SyncQueue.Arn", &["sqs:SendMessage"]),
        row("WebhookSecrets.Id", &["secretsmanager:GetSecretValue"]),
    ];
    let sync = [
        logs("SyncLogs"),
        row(
            "SyncQueue.Arn",
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
            &[
                "dynamodb:BatchGetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
            ],
        ),
        row("${DecisionsTable.Arn}/index/calendar", &["dynamodb:Query"]),
        row("${DecisionsTable.Arn}/index/event", &["dynamodb:Query"]),
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
            &["dynamodb:BatchGetItem", "dynamodb:PutItem"],
        ),
        row("${DecisionsTable.Arn}/index/bot", &["dynamodb:Query"]),
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
    let resync = [row("SyncQueue.Arn", &["sqs:SendMessage"])];
    for (role, expected) in [
        ("WebhookRole", webhook.to_vec()),
        ("SyncRole", sync.to_vec()),
        ("ResyncRole", resync.to_vec()),
        ("SchedulerRole", scheduler.to_vec()),
    ] {
        let expected: BTreeMap<String, BTreeSet<String>> = expected
            .into_iter()
            .map(|(on, actions)| (on, actions.into_iter().map(str::to_owned).collect()))
            .collect();
        assert_eq!(template.allowed(role), expected, "{role}");
    }
}
