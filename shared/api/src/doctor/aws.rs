//! Checks of the side of AWS: credentials, the stack, its settings and its alarms.

use callsheet_app::PortError;
use callsheet_app::doctor::{Gathered, StackEvidence};
use callsheet_app::ports::DescribedStack;

use super::case::Case;
use super::check::{Check, CheckName};

/// What the command line needs of a stack.
const OUTPUTS: [&str; 5] = [
    "DecisionsTableName",
    "StateTableName",
    "SyncQueueUrl",
    "DeadLetterQueueUrl",
    "WebhookUrl",
];

impl Case {
    pub(super) fn credentials(&self) -> Check {
        match &self.aws_region {
            Gathered::Known(region) => {
                CheckName::Credentials.ok(format!("AWS credentials were found, for {region}"))
            }
            Gathered::NotGiven(problem) => CheckName::Credentials.fail(
                problem,
                "Set AWS_PROFILE, or AWS_REGION and credentials. `aws sts get-caller-identity` shows which \
                 are in use",
            ),
            Gathered::Failed(error) => CheckName::Credentials.fail(
                error.to_string(),
                "Sign in again, for example with `aws sso login`",
            ),
        }
    }

    pub(super) fn stack(&self) -> Check {
        let name = CheckName::Stack;
        match &self.stack {
            Gathered::NotGiven(problem) => name.warn(
                problem,
                "Give --stack NAME, or set CALLSHEET_STACK, so that outputs and parameters are checked",
            ),
            Gathered::Failed(error) => name.fail(
                error.to_string(),
                match error {
                    PortError::Denied { .. } => {
                        "Allow `cloudformation:DescribeStacks` on the stack, or use other credentials"
                    }
                    _ => "Check the network and AWS_ENDPOINT_URL, and try again",
                },
            ),
            Gathered::Known(StackEvidence {
                name: stack,
                described: None,
                ..
            }) => name.fail(
                format!("There is no stack `{stack}` in this account and region"),
                "Check AWS_REGION, the account (`aws sts get-caller-identity`) and the name of the stack; \
                 `make deploy` deploys it",
            ),
            Gathered::Known(StackEvidence {
                name: stack,
                described: Some(described),
                ..
            }) => described_stack(stack, described),
        }
    }

    /// The outputs and parameters of the stack, against the settings in use.
    pub(super) fn settings(&self) -> Check {
        let name = CheckName::Settings;
        let Some(evidence) = self.stack.known() else {
            return name.not_seen("The settings of the stack", CheckName::Stack);
        };
        let Some(described) = &evidence.described else {
            return name.not_seen("The settings of the stack", CheckName::Stack);
        };
        for setting in &evidence.settings {
            let (variable, output) = (setting.variable, setting.output);
            let deployed = described.outputs.get(output);
            // A setting that is not given is read from the stack.
            let (Some(value), Some(deployed)) = (&setting.value, deployed) else {
                continue;
            };
            if value == deployed {
                continue;
            }
            let found =
                format!("{variable} is `{value}`, but {output} of the stack is `{deployed}`");
            return name.fail(
                found,
                format!("Set {variable} to the stack's output, or unset it: with --stack it is read from there"),
            );
        }
        let url = described.parameters.get("RecallBaseUrl");
        if let Some(url) = url.filter(|url| !is_same_address(url, &self.recall_url)) {
            let used = &self.recall_url;
            return name.fail(
                format!("Recall is reached at {used}, but RecallBaseUrl of the stack is {url}"),
                "Set CALLSHEET_RECALL_URL to the address of the region of your workspace, and deploy with the \
                 same RecallBaseUrl",
            );
        }
        let used = self.list_events_per_minute;
        let limit = described.parameters.get("ListEventsPerMinute");
        if let Some(limit) = limit.filter(|limit| **limit != used.to_string()) {
            return name.warn(
                format!("Events are listed {used} times a minute, but ListEventsPerMinute of the stack is {limit}"),
                "Set CALLSHEET_LIST_EVENTS_PER_MINUTE to the value of the stack: both share one limit",
            );
        }
        name.ok("The settings in use are those of the stack")
    }

    pub(super) fn alarms(&self) -> Check {
        let name = CheckName::Alarms;
        match self.parameter("PageTopicArn") {
            None => name.not_seen("The topic of the alarms", CheckName::Stack),
            Some("") => name.warn(
                "PageTopicArn is not set, so alarms page nobody",
                "Create an SNS topic with a subscription, and deploy with its ARN as PageTopicArn",
            ),
            Some(topic) => name.ok(format!("Alarms notify {topic}")),
        }
    }
}

/// Whether two addresses are the same, but for a slash at the end.
fn is_same_address(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

fn described_stack(stack: &str, described: &DescribedStack) -> Check {
    let name = CheckName::Stack;
    let missing = OUTPUTS.iter().find(|output| {
        let value = described.outputs.get(**output);
        value.is_none_or(String::is_empty)
    });
    let status = described.status.as_str();
    match status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => {}
        "UPDATE_ROLLBACK_COMPLETE" => {
            return name.warn(
                format!("The last update of the stack `{stack}` was rolled back"),
                "Look at the events of the stack for the first failure, and deploy again",
            );
        }
        _ if status.ends_with("_IN_PROGRESS") => {
            return name.warn(
                format!("The stack `{stack}` is being changed: {status}"),
                "Run this again when it is finished",
            );
        }
        _ => {
            return name.fail(
                format!("The stack `{stack}` is not whole: {status}"),
                "Look at the events of the stack for the first failure. A first deployment that failed is \
                 deleted before the next one: `sam delete`",
            );
        }
    }
    match missing {
        Some(output) => name.fail(
            format!("The stack `{stack}` has no output {output}"),
            "It is another stack, or one of another version: check the name, and deploy again",
        ),
        None => name.ok(format!("The stack `{stack}` is deployed: {status}")),
    }
}
