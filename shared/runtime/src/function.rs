//! What every function does when its process starts.

use std::fmt::Display;

use callsheet_app::ports::Clock as _;

use crate::aws::{Aws, aws_config};
use crate::clock::SystemClock;
use crate::environment::{Environment, InvalidSetting};
use crate::panics::log_panics;
use crate::secret::{Secret, SecretError};
use crate::telemetry::log_to_stdout;

/// A function's process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is missing or cannot be used.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// A secret cannot be used.
    #[error("{name}: {source}")]
    Secret {
        /// The setting with the secret's ARN.
        name: &'static str,
        /// Why.
        source: SecretError,
    },
}

/// The process of a function: its settings, and the configuration of AWS clients.
#[derive(Debug)]
pub struct Function {
    /// The process's environment variables.
    pub environment: Environment,
    /// The configuration of AWS clients.
    pub aws: Aws,
}

impl Function {
    /// Reads the environment, starts the log and configures AWS.
    ///
    /// # Errors
    /// If no region is set.
    pub fn start() -> Result<Self, StartError> {
        let environment = Environment::of_process();
        log_to_stdout(&environment);
        log_panics();
        let aws = aws_config(&environment)?;
        Ok(Self { environment, aws })
    }

    /// Loads the secret whose ARN is in the setting `name`.
    ///
    /// # Errors
    /// If the setting is missing, or the secret cannot be loaded or parsed.
    pub async fn secret<T: Clone, E: Display>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Secret<T>, StartError> {
        let arn = self.environment.required(name)?;
        let secret = Secret::load(&self.aws, arn, parse, SystemClock.now()).await;
        secret.map_err(|source| StartError::Secret { name, source })
    }
}
