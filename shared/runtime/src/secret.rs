//! A secret in Secrets Manager, loaded at the start and again when it seems to
//! have changed, at most every 50 seconds.

use std::fmt::{self, Display};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use callsheet_domain::{Timestamp, plus};
use jiff::SignedDuration;
use tokio::sync::Mutex;

use crate::aws::Aws;

/// The least time between two loads: many forged webhooks must not cause many loads.
/// A little less than the minute between two probes of a denied API key, each of
/// which is made with the key as it is by then.
const PAUSE: SignedDuration = SignedDuration::from_secs(50);

/// A secret that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager did not return it.
    #[error("Secrets Manager did not return the secret: {0}")]
    NotLoaded(String),
    /// It is empty or binary.
    #[error("the secret contains no text: put its text into Secrets Manager")]
    NoText,
    /// Its text has another form than expected.
    #[error("the secret has another form than expected: {0}")]
    Invalid(String),
}

/// A secret, parsed. Its `Debug` hides it.
pub struct Secret<T> {
    client: Client,
    arn: String,
    parse: Parse<T>,
    current: Mutex<Loaded<T>>,
}

/// A value, and how fresh it is.
struct Loaded<T> {
    value: T,
    /// When it was loaded.
    at: Timestamp,
    /// When it was to be loaded last, also in vain.
    tried_at: Timestamp,
}

type Parse<T> = Box<dyn Fn(&str) -> Result<T, String> + Send + Sync>;

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({})", self.arn)
    }
}

impl<T: Clone> Secret<T> {
    /// Loads the secret at `now`, which also opens the connection to AWS.
    ///
    /// # Errors
    /// If it cannot be loaded, or `parse` refuses its text.
    pub async fn load<E: Display>(
        aws: &Aws,
        arn: &str,
        parse: impl Fn(&str) -> Result<T, E> + Send + Sync + 'static,
        now: Timestamp,
    ) -> Result<Self, SecretError> {
        let client = Client::new(aws);
        let parse: Parse<T> = Box::new(move |text| parse(text).map_err(|error| error.to_string()));
        let value = fetch(&client, arn, &parse).await?;
        Ok(Self {
            client,
            arn: arn.to_owned(),
            parse,
            current: Mutex::new(Loaded {
                value,
                at: now,
                tried_at: now,
            }),
        })
    }

    /// The secret as it was last loaded.
    pub async fn current(&self) -> T {
        self.current.lock().await.value.clone()
    }

    /// The secret as it was last loaded, and when that was.
    pub async fn loaded(&self) -> (T, Timestamp) {
        let current = self.current.lock().await;
        (current.value.clone(), current.at)
    }

    /// Loads the secret again, unless it was loaded less than 50 seconds ago. None if
    /// it was not loaded: the current one remains.
    pub async fn refresh(&self, now: Timestamp) -> Option<T> {
        let mut current = self.current.lock().await;
        if now < plus(current.tried_at, PAUSE) {
            return None;
        }
        current.tried_at = now;
        match fetch(&self.client, &self.arn, &self.parse).await {
            Ok(value) => {
                current.value = value.clone();
                current.at = now;
                Some(value)
            }
            Err(error) => {
                tracing::warn!(%error, "could not load the secret again: keeping the current one");
                None
            }
        }
    }
}

async fn fetch<T>(client: &Client, arn: &str, parse: &Parse<T>) -> Result<T, SecretError> {
    let response = client
        .get_secret_value()
        .secret_id(arn)
        .send()
        .await
        .map_err(|error| SecretError::NotLoaded(DisplayErrorContext(&error).to_string()))?;
    let text = response
        .secret_string()
        .filter(|text| !text.trim().is_empty());
    parse(text.ok_or(SecretError::NoText)?).map_err(SecretError::Invalid)
}
