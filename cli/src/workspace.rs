//! The adapters of one workspace. Each is made on demand, so that a command
//! needs only the settings that it uses.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use callsheet_app::rate_limited::BURST;
use callsheet_domain::RateLimit;
use callsheet_queue::{SqsDeadLetters, SqsQueue};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_store::{DecisionTable, StateTable};
use tokio::sync::OnceCell;

use crate::arguments::ConnectionArgs;
use crate::error::CliError;
use crate::render::Output;
use crate::screen::Screen;

const DEFAULT_RECALL_URL: &str = "https://us-east-1.recall.ai";

/// Settings that are read from the environment only.
#[derive(Clone, Default)]
pub(crate) struct EnvVars {
    /// Recall's API key. Not a flag, since other users of the machine can read command lines.
    pub(crate) api_key: Option<String>,
    /// Address of the local cloud's simulator of Recall.
    pub(crate) simulator: Option<String>,
    /// Login name of the person at the machine.
    pub(crate) user: Option<String>,
    /// Columns of the terminal.
    pub(crate) width: Option<usize>,
    /// IANA's name of the person's time zone.
    pub(crate) time_zone: Option<String>,
}

/// The adapters of one workspace.
pub(crate) struct Workspace {
    connection: ConnectionArgs,
    env: EnvVars,
    aws: OnceCell<SdkConfig>,
}

impl Workspace {
    /// Connects to nothing yet.
    pub(crate) fn new(connection: ConnectionArgs, env: EnvVars) -> Self {
        Self {
            connection,
            env,
            aws: OnceCell::new(),
        }
    }

    /// How results are printed.
    pub(crate) fn output(&self) -> Output {
        Output {
            is_json: self.connection.json,
            screen: self.screen(),
        }
    }

    /// Where text is shown.
    pub(crate) fn screen(&self) -> Screen {
        let zone = self.env.time_zone.as_deref();
        Screen::new(self.env.width, zone.filter(|_| !self.connection.utc))
    }

    /// Login name of the person at the machine.
    pub(crate) fn user(&self) -> Option<&str> {
        self.env.user.as_deref()
    }

    /// Whether a state table is given.
    pub(crate) fn has_state(&self) -> bool {
        given(self.connection.state_table.as_ref()).is_some()
    }

    /// The table of calendars, overrides and policies.
    pub(crate) async fn state(&self) -> Result<StateTable, CliError> {
        let table = given(self.connection.state_table.as_ref());
        let table = table.ok_or_else(|| missing("state table", "STATE_TABLE", "StateTableName"))?;
        Ok(StateTable::new(self.tables().await?, table))
    }

    /// The table of decisions.
    pub(crate) async fn decisions(&self) -> Result<DecisionTable, CliError> {
        let table = given(self.connection.decisions_table.as_ref());
        let table = table
            .ok_or_else(|| missing("decisions table", "DECISIONS_TABLE", "DecisionsTableName"))?;
        Ok(DecisionTable::new(self.tables().await?, table))
    }

    /// The sync queue, if it is given. Without it, changes take effect with the next resync.
    pub(crate) async fn queue(&self) -> Result<Option<SqsQueue>, CliError> {
        let Some(url) = given(self.connection.queue_url.as_ref()) else {
            return Ok(None);
        };
        let client = aws_sdk_sqs::Client::new(self.aws().await?);
        Ok(Some(SqsQueue::new(client, url)))
    }

    /// The sync queue, for commands that need it.
    pub(crate) async fn required_queue(&self) -> Result<SqsQueue, CliError> {
        let queue = self.queue().await?;
        queue.ok_or_else(|| missing("sync queue", "QUEUE_URL", "SyncQueueUrl"))
    }

    /// The dead-letter queue, if it is given.
    pub(crate) async fn optional_dead_letters(&self) -> Result<Option<SqsDeadLetters>, CliError> {
        match given(self.connection.dlq_url.as_ref()) {
            None => Ok(None),
            Some(_) => self.dead_letters().await.map(Some),
        }
    }

    /// The dead-letter queue.
    pub(crate) async fn dead_letters(&self) -> Result<SqsDeadLetters, CliError> {
        let url = given(self.connection.dlq_url.as_ref());
        let url =
            url.ok_or_else(|| missing("dead-letter queue", "DLQ_URL", "DeadLetterQueueUrl"))?;
        let client = aws_sdk_sqs::Client::new(self.aws().await?);
        Ok(SqsDeadLetters::new(client, url))
    }

    /// Recall's API. `alternative` is the end of the error that reports a missing key: another
    /// way to the same result.
    pub(crate) fn recall(&self, alternative: &str) -> Result<RecallClient, CliError> {
        let urls = [&self.connection.recall_url, &self.env.simulator];
        let url = urls.into_iter().flatten().next();
        let url = BaseUrl::parse(url.map_or(DEFAULT_RECALL_URL, String::as_str))
            .map_err(|error| CliError::Failed(format!("Recall's address: {error}")))?;
        let key = self.env.api_key.as_deref().ok_or_else(|| {
            CliError::Failed(format!(
                "no API key of Recall is given: set CALLSHEET_RECALL_API_KEY to the workspace's key{alternative}"
            ))
        })?;
        let key = ApiKey::parse(key)
            .map_err(|error| CliError::Failed(format!("CALLSHEET_RECALL_API_KEY: {error}")))?;
        Ok(RecallClient::new(url, key))
    }

    /// Rate limit of listing events, which is shared with the stack.
    pub(crate) fn rate_limit(&self) -> RateLimit {
        RateLimit::per_minute(self.connection.list_events_per_minute, BURST)
    }

    async fn tables(&self) -> Result<aws_sdk_dynamodb::Client, CliError> {
        Ok(aws_sdk_dynamodb::Client::new(self.aws().await?))
    }

    /// Region and credentials from the usual AWS chain: the environment, profiles,
    /// single sign-on, a credential process, the machine's role.
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
            return Err(CliError::Failed(
                "no AWS region is given: set AWS_REGION or AWS_PROFILE, or run \
                 `. .local/up/environment` for the local cloud"
                    .to_owned(),
            ));
        }
        Ok(aws)
    }
}

/// A setting, unless it is empty, as a variable is whose value was not found.
fn given(setting: Option<&String>) -> Option<&str> {
    let setting = setting?.trim();
    (!setting.is_empty()).then_some(setting)
}

/// The error for a setting that a command needs. `output` is the output of the stack that has it.
fn missing(setting: &str, variable: &str, output: &str) -> CliError {
    CliError::Failed(format!(
        "no {setting} is given: set CALLSHEET_{variable}. For the local cloud, run \
         `. .local/up/environment`. On AWS, it is the output {output} of the stack:\n  \
         aws cloudformation describe-stacks --stack-name callsheet --query 'Stacks[0].Outputs'"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn workspace(connection: ConnectionArgs, env: EnvVars) -> Workspace {
        Workspace::new(connection, env)
    }

    fn no_connection() -> ConnectionArgs {
        ConnectionArgs {
            json: false,
            utc: false,
            state_table: None,
            decisions_table: None,
            queue_url: None,
            dlq_url: None,
            recall_url: None,
            list_events_per_minute: 60,
        }
    }

    #[tokio::test]
    async fn an_error_names_the_missing_setting_and_the_output_that_has_it() {
        let state = workspace(no_connection(), EnvVars::default()).state().await;
        let report = state.expect_err("no table is given").report();
        assert!(report.starts_with("no state table is given: set CALLSHEET_STATE_TABLE"));
        assert!(report.contains("StateTableName"), "{report}");
    }

    #[tokio::test]
    async fn an_error_names_the_missing_queue() {
        let workspace = workspace(no_connection(), EnvVars::default());
        let queue = workspace.required_queue().await;
        let error = queue.expect_err("no queue is given");
        assert!(error.report().contains("set CALLSHEET_QUEUE_URL"));
        let dead_letters = workspace.dead_letters().await;
        let error = dead_letters.expect_err("no queue is given");
        assert!(error.report().contains("set CALLSHEET_DLQ_URL"));
        assert_eq!(error.exit_code(), 2);
    }

    #[test_case(None, None, "set CALLSHEET_RECALL_API_KEY"; "no key")]
    #[test_case(Some("two words"), None, "CALLSHEET_RECALL_API_KEY: the API key"; "a key that cannot be sent")]
    #[test_case(Some("key"), Some("http://recall.example"), "Recall's address"; "an address without TLS")]
    fn an_unusable_key_or_address_of_recall_is_an_error(
        key: Option<&str>,
        url: Option<&str>,
        expected: &str,
    ) {
        let connection = ConnectionArgs {
            recall_url: url.map(str::to_owned),
            ..no_connection()
        };
        let env = EnvVars {
            api_key: key.map(str::to_owned),
            ..EnvVars::default()
        };
        let recall = workspace(connection, env).recall("");
        let report = recall.expect_err("it is unusable").report();
        assert!(report.contains(expected), "{report}");
        assert!(!report.contains("two words"), "{report}");
    }
}
