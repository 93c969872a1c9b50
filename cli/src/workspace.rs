//! The adapters of one workspace, each made when it is asked for, so that a
//! command needs no more to be named than it uses.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use callsheet_domain::RateLimit;
use callsheet_queue::{SqsDeadLetters, SqsQueue};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_store::{DecisionTable, StateTable};
use tokio::sync::OnceCell;

use crate::arguments::ConnectionArgs;
use crate::error::CliError;
use crate::paced::BURST;

const RECALL: &str = "https://us-east-1.recall.ai";

/// What is not on the command line but in the environment alone.
#[derive(Clone, Default)]
pub(crate) struct EnvVars {
    /// Recall's key: flags are seen by everybody on the machine.
    pub(crate) api_key: Option<String>,
    /// Where the simulator of the local cloud is.
    pub(crate) simulator: Option<String>,
    /// What the person is called on this machine.
    pub(crate) user: Option<String>,
}

/// The adapters of one workspace.
pub(crate) struct Workspace {
    reach: ConnectionArgs,
    surroundings: EnvVars,
    aws: OnceCell<SdkConfig>,
}

impl Workspace {
    /// Nothing is connected yet.
    pub(crate) fn new(reach: ConnectionArgs, surroundings: EnvVars) -> Self {
        Self {
            reach,
            surroundings,
            aws: OnceCell::new(),
        }
    }

    /// Whether JSON is asked for.
    pub(crate) fn as_json(&self) -> bool {
        self.reach.json
    }

    /// What the person is called on this machine.
    pub(crate) fn user(&self) -> Option<&str> {
        self.surroundings.user.as_deref()
    }

    /// Whether there are calendars, words and policies to be read.
    pub(crate) fn has_state(&self) -> bool {
        self.reach.state_table.is_some()
    }

    /// The table of calendars, words and policies.
    pub(crate) async fn state(&self) -> Result<StateTable, CliError> {
        let table = self.reach.state_table.as_deref();
        let table = table.ok_or_else(|| unnamed("state table", "STATE_TABLE", "StateTableName"))?;
        Ok(StateTable::new(self.tables().await?, table))
    }

    /// The table of decisions.
    pub(crate) async fn decisions(&self) -> Result<DecisionTable, CliError> {
        let table = self.reach.decisions_table.as_deref();
        let table = table.ok_or_else(|| {
            unnamed(
                "table of decisions",
                "DECISIONS_TABLE",
                "DecisionsTableName",
            )
        })?;
        Ok(DecisionTable::new(self.tables().await?, table))
    }

    /// The queue of notices, if it is named: without it things only take longer.
    pub(crate) async fn queue(&self) -> Result<Option<SqsQueue>, CliError> {
        let Some(url) = self.reach.queue_url.as_deref() else {
            return Ok(None);
        };
        let client = aws_sdk_sqs::Client::new(self.aws().await?);
        Ok(Some(SqsQueue::new(client, url)))
    }

    /// The queue of notices, for what cannot be done without it.
    pub(crate) async fn named_queue(&self) -> Result<SqsQueue, CliError> {
        let queue = self.queue().await?;
        queue.ok_or_else(|| unnamed("queue of notices", "QUEUE_URL", "SyncQueueUrl"))
    }

    /// The messages that were given up on.
    pub(crate) async fn dead_letters(&self) -> Result<SqsDeadLetters, CliError> {
        let url = self.reach.dlq_url.as_deref();
        let url =
            url.ok_or_else(|| unnamed("dead-letter queue", "DLQ_URL", "DeadLetterQueueUrl"))?;
        let client = aws_sdk_sqs::Client::new(self.aws().await?);
        Ok(SqsDeadLetters::new(client, url))
    }

    /// Recall. `instead` is what else might be done by who has no key.
    pub(crate) fn recall(&self, instead: &str) -> Result<RecallClient, CliError> {
        let named = [&self.reach.recall_url, &self.surroundings.simulator];
        let url = named.into_iter().flatten().next();
        let url = BaseUrl::parse(url.map_or(RECALL, String::as_str))
            .map_err(|error| CliError::Cannot(format!("Recall's address: {error}")))?;
        let key = self.surroundings.api_key.as_deref().ok_or_else(|| {
            CliError::Cannot(format!(
                "no key of Recall: set CALLSHEET_RECALL_API_KEY to the workspace's API key{instead}"
            ))
        })?;
        let key = ApiKey::parse(key)
            .map_err(|error| CliError::Cannot(format!("CALLSHEET_RECALL_API_KEY: {error}")))?;
        Ok(RecallClient::new(url, key))
    }

    /// The pace at which events are listed, which is the stack's own.
    pub(crate) fn rate_limit(&self) -> RateLimit {
        RateLimit::per_minute(self.reach.list_events_per_minute, BURST)
    }

    async fn tables(&self) -> Result<aws_sdk_dynamodb::Client, CliError> {
        Ok(aws_sdk_dynamodb::Client::new(self.aws().await?))
    }

    /// Region and credentials as any AWS tool finds them: the environment,
    /// profiles, single sign-on, a program, the machine.
    async fn aws(&self) -> Result<&SdkConfig, CliError> {
        let aws = self
            .aws
            .get_or_init(|| async {
                let https = Builder::new()
                    .tls_provider(Provider::Rustls(CryptoMode::Ring))
                    .build_https();
                aws_config::defaults(BehaviorVersion::latest())
                    .http_client(https)
                    .load()
                    .await
            })
            .await;
        if aws.region().is_none() {
            return Err(CliError::Cannot(
                "no AWS region: set AWS_REGION or AWS_PROFILE, or for the local cloud \
                 `. .local/up/environment`"
                    .to_owned(),
            ));
        }
        Ok(aws)
    }
}

fn unnamed(what: &str, variable: &str, output: &str) -> CliError {
    CliError::Cannot(format!(
        "no {what} is named: set CALLSHEET_{variable}. For the local cloud, `. .local/up/environment`; \
         on AWS it is the output {output} of the stack:\n  \
         aws cloudformation describe-stacks --stack-name callsheet --query 'Stacks[0].Outputs'"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn workspace(reach: ConnectionArgs, surroundings: EnvVars) -> Workspace {
        Workspace::new(reach, surroundings)
    }

    fn nothing() -> ConnectionArgs {
        ConnectionArgs {
            json: false,
            state_table: None,
            decisions_table: None,
            queue_url: None,
            dlq_url: None,
            recall_url: None,
            list_events_per_minute: 60,
        }
    }

    #[tokio::test]
    async fn says_which_name_is_missing_and_where_to_take_it_from() {
        let trouble = workspace(nothing(), EnvVars::default()).state().await;
        let told = trouble.expect_err("it is not named").report();
        assert!(told.starts_with("no state table is named: set CALLSHEET_STATE_TABLE"));
        assert!(told.contains("StateTableName"), "{told}");
    }

    #[tokio::test]
    async fn says_which_queue_is_missing() {
        let workspace = workspace(nothing(), EnvVars::default());
        let trouble = workspace.named_queue().await.expect_err("it is not named");
        assert!(trouble.report().contains("set CALLSHEET_QUEUE_URL"));
        let trouble = workspace.dead_letters().await.expect_err("nor is it");
        assert!(trouble.report().contains("set CALLSHEET_DLQ_URL"));
        assert_eq!(trouble.exit_code(), 2);
    }

    #[test_case(None, None, "set CALLSHEET_RECALL_API_KEY"; "no key")]
    #[test_case(Some("two words"), None, "CALLSHEET_RECALL_API_KEY: the API key"; "no key that can be sent")]
    #[test_case(Some("key"), Some("http://recall.example"), "Recall's address"; "a key is not sent in clear")]
    fn says_why_recall_cannot_be_asked(key: Option<&str>, url: Option<&str>, expected: &str) {
        let reach = ConnectionArgs {
            recall_url: url.map(str::to_owned),
            ..nothing()
        };
        let surroundings = EnvVars {
            api_key: key.map(str::to_owned),
            ..EnvVars::default()
        };
        let trouble = workspace(reach, surroundings).recall("");
        let told = trouble.expect_err("it cannot be asked").report();
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("two words"), "{told}");
    }
}
