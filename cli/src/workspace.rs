//! The adapters of one workspace. Each is made on demand, so that a command
//! needs only the settings that it uses.

mod profile;
mod setting;
mod stacks;
#[cfg(test)]
mod tests;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use callsheet_app::ports::{DescribedStack, StackDescriptions as _};
use callsheet_app::rate_limited::BURST;
use callsheet_domain::RateLimit;
use callsheet_queue::{SqsDeadLetters, SqsQueue};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_store::{DecisionTable, StateTable};
use tokio::sync::OnceCell;

use crate::arguments::ConnectionArgs;
use crate::error::CliError;
use crate::key_secret::KeySecret;
use crate::render::Output;
use crate::screen::Screen;
pub(crate) use profile::{KeySource, Profile, load as load_profile, usual_file};
pub(crate) use setting::Setting;
pub(crate) use stacks::Stacks;

const DEFAULT_RECALL_URL: &str = "https://us-east-1.recall.ai";
/// The rate limit of listing events, unless another one is given.
const LIST_EVENTS_PER_MINUTE: u32 = 60;

/// Settings that are read from the environment only.
#[derive(Clone, Default)]
pub(crate) struct EnvVars {
    /// Recall's API key. Not a flag, since other users of the machine can read command lines.
    pub(crate) api_key: Option<String>,
    /// The same from the variable that the profile names.
    pub(crate) profile_key: Option<String>,
    /// Secret that webhooks are signed with.
    pub(crate) webhook_secret: Option<String>,
    /// Secret of the company's OAuth client.
    pub(crate) oauth_client_secret: Option<String>,
    /// Address of the local cloud's simulator of Recall.
    pub(crate) simulator: Option<String>,
    /// Whether a region of AWS is set.
    pub(crate) has_region: bool,
    /// Whether a profile of AWS is set.
    pub(crate) has_aws_profile: bool,
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
    profile: Profile,
    aws: OnceCell<SdkConfig>,
    stack: OnceCell<DescribedStack>,
}

impl Workspace {
    /// Connects to nothing yet.
    pub(crate) fn new(connection: ConnectionArgs, env: EnvVars, profile: Profile) -> Self {
        Self {
            connection,
            env,
            profile,
            aws: OnceCell::new(),
            stack: OnceCell::new(),
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
        self.given(Setting::StateTable).is_some() || self.stack_name().is_some()
    }

    /// Whether Recall's API key is given, or where it is.
    pub(crate) fn has_api_key(&self) -> bool {
        self.env.api_key.is_some() || self.profile.api_key.is_some()
    }

    /// The name of the stack, if it is given.
    pub(crate) fn stack_name(&self) -> Option<&str> {
        let of_profile = given(self.profile.stack.as_ref());
        given(self.connection.stack.as_ref()).or(of_profile)
    }

    /// The value of a setting by a flag, the environment or the profile.
    pub(crate) fn given(&self, setting: Setting) -> Option<&str> {
        let connection = &self.connection;
        let by_flag = match setting {
            Setting::StateTable => &connection.state_table,
            Setting::DecisionsTable => &connection.decisions_table,
            Setting::QueueUrl => &connection.queue_url,
            Setting::DlqUrl => &connection.dlq_url,
            Setting::WebhookUrl => &connection.webhook_url,
            Setting::SigningKeys => &connection.signing_keys,
            Setting::ConsoleUrl => &connection.console_url,
        };
        given(by_flag.as_ref()).or_else(|| given(self.profile.setting(setting)))
    }

    /// The value of a setting, from the outputs of the stack if it is not given otherwise.
    pub(crate) async fn setting(&self, setting: Setting) -> Result<Option<String>, CliError> {
        if let Some(value) = self.given(setting) {
            return Ok(Some(value.to_owned()));
        }
        let stack = self.stack().await?;
        Ok(stack.and_then(|stack| setting.of_stack(stack)))
    }

    async fn required(&self, setting: Setting) -> Result<String, CliError> {
        let value = self.setting(setting).await?;
        value.ok_or_else(|| setting.missing())
    }

    /// The stack, if its name is given.
    async fn stack(&self) -> Result<Option<&DescribedStack>, CliError> {
        let Some(name) = self.stack_name() else {
            return Ok(None);
        };
        let describe = async || {
            let described = self.stacks().await?.stack(name).await?;
            described.ok_or_else(|| {
                CliError::Failed(format!(
                    "there is no stack `{name}` in this account and region: check AWS_REGION and the \
                     credentials (`aws sts get-caller-identity`)"
                ))
            })
        };
        self.stack.get_or_try_init(describe).await.map(Some)
    }

    /// Descriptions of stacks.
    pub(crate) async fn stacks(&self) -> Result<Stacks, CliError> {
        Ok(Stacks(aws_sdk_cloudformation::Client::new(
            self.aws().await?,
        )))
    }

    /// The table of calendars, overrides and policies.
    pub(crate) async fn state(&self) -> Result<StateTable, CliError> {
        let table = self.required(Setting::StateTable).await?;
        Ok(StateTable::new(self.tables().await?, &table))
    }

    /// The table of decisions.
    pub(crate) async fn decisions(&self) -> Result<DecisionTable, CliError> {
        let table = self.required(Setting::DecisionsTable).await?;
        Ok(DecisionTable::new(self.tables().await?, &table))
    }

    /// The sync queue, if it is given. Without it, changes take effect with the next resync.
    pub(crate) async fn queue(&self) -> Result<Option<SqsQueue>, CliError> {
        let Some(url) = self.setting(Setting::QueueUrl).await? else {
            return Ok(None);
        };
        let client = aws_sdk_sqs::Client::new(self.aws().await?);
        Ok(Some(SqsQueue::new(client, &url)))
    }

    /// The sync queue, for commands that need it.
    pub(crate) async fn required_queue(&self) -> Result<SqsQueue, CliError> {
        let queue = self.queue().await?;
        queue.ok_or_else(|| Setting::QueueUrl.missing())
    }

    /// The dead-letter queue, if it is given.
    pub(crate) async fn optional_dead_letters(&self) -> Result<Option<SqsDeadLetters>, CliError> {
        let Some(url) = self.setting(Setting::DlqUrl).await? else {
            return Ok(None);
        };
        let client = aws_sdk_sqs::Client::new(self.aws().await?);
        Ok(Some(SqsDeadLetters::new(client, &url)))
    }

    /// The dead-letter queue.
    pub(crate) async fn dead_letters(&self) -> Result<SqsDeadLetters, CliError> {
        let dead_letters = self.optional_dead_letters().await?;
        dead_letters.ok_or_else(|| Setting::DlqUrl.missing())
    }

    /// Recall's address.
    pub(crate) fn recall_url(&self) -> &str {
        let urls = [
            &self.connection.recall_url,
            &self.env.simulator,
            &self.profile.recall_url,
        ];
        let url = urls.into_iter().flatten().next();
        url.map_or(DEFAULT_RECALL_URL, String::as_str)
    }

    /// The secret with the signing keys of the console.
    pub(crate) async fn signing_keys(&self) -> Result<KeySecret, CliError> {
        let arn = self.required(Setting::SigningKeys).await?;
        let client = aws_sdk_secretsmanager::Client::new(self.aws().await?);
        Ok(KeySecret { client, arn })
    }

    /// The console's address, with a slash at its end.
    pub(crate) async fn console_url(&self) -> Result<String, CliError> {
        let url = self.required(Setting::ConsoleUrl).await?;
        Ok(format!("{}/", url.trim_end_matches('/')))
    }

    /// Recall's API. `alternative` is the end of the error that reports a missing key: another
    /// way to the same result.
    pub(crate) async fn recall(&self, alternative: &str) -> Result<RecallClient, CliError> {
        let url = BaseUrl::parse(self.recall_url())
            .map_err(|error| CliError::Failed(format!("Recall's address: {error}")))?;
        Ok(RecallClient::new(url, self.api_key(alternative).await?))
    }

    /// Recall's API in another region, with the same key.
    pub(crate) async fn recall_at(&self, url: &str) -> Result<RecallClient, CliError> {
        let url = BaseUrl::parse(url)
            .map_err(|error| CliError::Failed(format!("Recall's address: {error}")))?;
        Ok(RecallClient::new(url, self.api_key("").await?))
    }

    async fn api_key(&self, alternative: &str) -> Result<ApiKey, CliError> {
        let (name, key) = match (&self.env.api_key, &self.profile.api_key) {
            (Some(key), _) => ("CALLSHEET_RECALL_API_KEY", Some(key.clone())),
            (None, Some(KeySource::Environment(name))) => {
                (name.as_str(), self.env.profile_key.clone())
            }
            (None, Some(KeySource::Secret(secret))) => {
                (secret.as_str(), self.secret(secret).await?)
            }
            (None, None) => ("", None),
        };
        let key = key.ok_or_else(|| {
            let place = match &self.profile.api_key {
                Some(_) => format!("put the workspace's key into {name}"),
                None => "set CALLSHEET_RECALL_API_KEY to the workspace's key".to_owned(),
            };
            CliError::Failed(format!(
                "no API key of Recall is given: {place}{alternative}"
            ))
        })?;
        ApiKey::parse(&key).map_err(|error| CliError::Failed(format!("{name}: {error}")))
    }

    /// The text of a secret in Secrets Manager.
    async fn secret(&self, name: &str) -> Result<Option<String>, CliError> {
        let client = aws_sdk_secretsmanager::Client::new(self.aws().await?);
        let value = client.get_secret_value().secret_id(name).send().await;
        let value = value.map_err(|error| {
            use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
            let code = error.code().unwrap_or("no answer").to_owned();
            CliError::Failed(format!(
                "the secret {name} could not be read: {code}. Check its name, the region, and that \
                 `secretsmanager:GetSecretValue` is allowed"
            ))
        })?;
        Ok(value.secret_string().map(str::to_owned))
    }

    /// The secret that webhooks are signed with, if it is given.
    pub(crate) fn webhook_secret(&self) -> Option<&str> {
        self.env.webhook_secret.as_deref()
    }

    /// The secret of the company's OAuth client, if it is given.
    pub(crate) fn oauth_client_secret(&self) -> Option<&str> {
        self.env.oauth_client_secret.as_deref()
    }

    /// The address of the local cloud's simulator, if it is in Recall's place.
    pub(crate) fn simulator(&self) -> Option<&str> {
        let simulator = self.env.simulator.as_deref();
        simulator.filter(|simulator| *simulator == self.recall_url())
    }

    /// Calls a minute to list events.
    pub(crate) fn list_events_per_minute(&self) -> u32 {
        let given = self.connection.list_events_per_minute;
        let given = given.or(self.profile.list_events_per_minute);
        given.unwrap_or(LIST_EVENTS_PER_MINUTE)
    }

    /// Rate limit of listing events, which is shared with the stack.
    pub(crate) fn rate_limit(&self) -> RateLimit {
        RateLimit::per_minute(self.list_events_per_minute(), BURST)
    }

    async fn tables(&self) -> Result<aws_sdk_dynamodb::Client, CliError> {
        Ok(aws_sdk_dynamodb::Client::new(self.aws().await?))
    }

    /// Region and credentials from the usual AWS chain: the environment, profiles,
    /// single sign-on, a credential process, the machine's role. What the profile of Callsheet
    /// says goes before AWS's own configuration, and the environment before both.
    pub(crate) async fn aws(&self) -> Result<&SdkConfig, CliError> {
        let load = async || {
            let https = Builder::new()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .build_https();
            let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https);
            let region = self.profile.region.as_ref();
            if let Some(region) = region.filter(|_| !self.env.has_region) {
                loader = loader.region(Region::new(region.clone()));
            }
            let profile = self.profile.aws_profile.as_ref();
            if let Some(profile) = profile.filter(|_| !self.env.has_aws_profile) {
                loader = loader.profile_name(profile);
            }
            loader.load().await
        };
        let aws = self.aws.get_or_init(load).await;
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
