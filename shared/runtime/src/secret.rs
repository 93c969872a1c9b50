//! A secret out of Secrets Manager, read at the start and again when it seems
//! to have changed, but not at anybody's bidding.

use std::fmt;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use tokio::sync::Mutex;

use crate::Aws;

/// Between two readings at least: a flood of forged webhooks must not become a
/// flood of readings.
const PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// A secret that could not be read, or is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager did not give it.
    #[error("the secret could not be read: {0}")]
    Unread(String),
    /// It is there but empty or binary.
    #[error("the secret holds no text")]
    NoText,
    /// Its text is not of the expected form.
    #[error("the secret cannot be used: {0}")]
    Invalid(String),
}

/// A secret in the form it is used in. Its `Debug` hides it.
pub struct Secret<T> {
    client: Client,
    arn: String,
    parse: fn(&str) -> Result<T, String>,
    current: Mutex<(T, Timestamp)>,
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({})", self.arn)
    }
}

impl<T: Clone> Secret<T> {
    /// Reads the secret at `now`, which also warms up the way to AWS.
    ///
    /// # Errors
    /// If it cannot be read, or `parse` refuses its text.
    pub async fn read(
        aws: &Aws,
        arn: &str,
        parse: fn(&str) -> Result<T, String>,
        now: Timestamp,
    ) -> Result<Self, SecretError> {
        let client = Client::new(aws);
        let value = fetch(&client, arn, parse).await?;
        Ok(Self {
            client,
            arn: arn.to_owned(),
            parse,
            current: Mutex::new((value, now)),
        })
    }

    /// The secret as it was last read.
    pub async fn current(&self) -> T {
        self.current.lock().await.0.clone()
    }

    /// Reads it again, unless it was read less than a minute ago. None if it
    /// was not read, or could not be: the one that is held stays good.
    pub async fn again(&self, now: Timestamp) -> Option<T> {
        let mut current = self.current.lock().await;
        if now < plus(current.1, PAUSE) {
            return None;
        }
        current.1 = now;
        match fetch(&self.client, &self.arn, self.parse).await {
            Ok(value) => {
                current.0 = value.clone();
                Some(value)
            }
            Err(error) => {
                tracing::warn!(%error, "keeping the secret that was read before");
                None
            }
        }
    }
}

async fn fetch<T>(
    client: &Client,
    arn: &str,
    parse: fn(&str) -> Result<T, String>,
) -> Result<T, SecretError> {
    let answer = client
        .get_secret_value()
        .secret_id(arn)
        .send()
        .await
        .map_err(|error| SecretError::Unread(DisplayErrorContext(&error).to_string()))?;
    let text = answer
        .secret_string()
        .filter(|text| !text.trim().is_empty());
    parse(text.ok_or(SecretError::NoText)?).map_err(SecretError::Invalid)
}
