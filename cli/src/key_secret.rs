//! The secret with the signing keys, in Secrets Manager.

use std::future::Future;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;

use crate::error::CliError;

/// Characters of a secret that is made.
const LENGTH: i64 = 64;

/// Where the signing keys are stored.
pub(crate) trait StoredKeys {
    /// The text of the secret.
    fn read(&self) -> impl Future<Output = Result<String, CliError>>;

    /// Replaces the text of the secret.
    fn write(&self, text: &str) -> impl Future<Output = Result<(), CliError>>;

    /// A new random text of 64 characters.
    fn random(&self) -> impl Future<Output = Result<String, CliError>>;
}

/// The secret of a stack.
pub(crate) struct KeySecret {
    pub(crate) client: Client,
    pub(crate) arn: String,
}

impl StoredKeys for KeySecret {
    async fn read(&self) -> Result<String, CliError> {
        let read = self.client.get_secret_value().secret_id(&self.arn);
        let read = read.send().await.map_err(|error| failed("read", &error))?;
        let text = read.secret_string().map(str::to_owned);
        text.ok_or_else(|| {
            CliError::Failed("the secret with the signing keys has no text".to_owned())
        })
    }

    async fn write(&self, text: &str) -> Result<(), CliError> {
        let write = self.client.put_secret_value().secret_id(&self.arn);
        let written = write.secret_string(text).send().await;
        written.map(drop).map_err(|error| failed("changed", &error))
    }

    async fn random(&self) -> Result<String, CliError> {
        let random = self.client.get_random_password();
        let random = random.password_length(LENGTH).exclude_punctuation(true);
        let random = random
            .send()
            .await
            .map_err(|error| failed("made", &error))?;
        let text = random.random_password().map(str::to_owned);
        text.ok_or_else(|| CliError::Failed("Secrets Manager made no secret".to_owned()))
    }
}

fn failed(what: &str, error: &(dyn std::error::Error + 'static)) -> CliError {
    let error = DisplayErrorContext(error);
    CliError::Failed(format!(
        "the secret with the signing keys cannot be {what}: {error}"
    ))
}
