//! Configuration of AWS clients: one HTTPS client on ring, region and credentials
//! from the environment as Lambda sets them, and timeouts.
//!
//! The SDK's own loader would also search profiles and a machine's metadata
//! service: more code to link, and more work at each start.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;

use crate::environment::{Environment, InvalidSetting};
use crate::https::https_client;
use crate::requests::logged;

/// The configuration from which clients of AWS services are made.
pub type Aws = SdkConfig;

/// Timeout of connecting.
const CONNECT: Duration = Duration::from_secs(2);
/// Timeout of one attempt: pooled sockets die while a sandbox is frozen, and a dead one must
/// not use up the function's time.
const ATTEMPT: Duration = Duration::from_secs(5);
/// The most attempts of one request.
const ATTEMPTS: u32 = 3;

/// Takes the region, the credentials and an optional endpoint from the environment.
///
/// # Errors
/// If no region is set.
pub fn aws_config(environment: &Environment) -> Result<Aws, InvalidSetting> {
    let credentials = EnvironmentVariableCredentialsProvider::new();
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .build();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(environment.required("AWS_REGION")?.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(logged(https_client(CONNECT)))
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
    config.set_endpoint_url(environment.optional("AWS_ENDPOINT_URL").map(str::to_owned));
    Ok(config.build())
}
