//! The way to AWS: one HTTPS client on ring, region and credentials out of the
//! environment as Lambda gives them, and bounded times.
//!
//! The SDK's own loader would also look for profiles and for a machine's
//! metadata: more to link, and more to do at each start.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::{Environment, InvalidSetting};

/// What the clients of AWS's services are made from.
pub type Aws = SdkConfig;

/// For a connection to stand.
const CONNECT: Duration = Duration::from_secs(2);
/// For one attempt: pooled sockets die while a sandbox is frozen, and a dead one must not eat the function's time.
const ATTEMPT: Duration = Duration::from_secs(5);
/// Attempts of one request, in all.
const ATTEMPTS: u32 = 3;

/// Reads region, credentials and a possible endpoint out of the environment.
///
/// # Errors
/// If no region is set.
pub fn connect(environment: &Environment) -> Result<Aws, InvalidSetting> {
    let https = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let credentials = EnvironmentVariableCredentialsProvider::new();
    let times = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .build();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(environment.required("AWS_REGION")?.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(https)
        .timeout_config(times)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
    config.set_endpoint_url(environment.optional("AWS_ENDPOINT_URL").map(str::to_owned));
    Ok(config.build())
}
