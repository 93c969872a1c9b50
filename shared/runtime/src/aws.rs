//! The way to AWS: one HTTPS client on ring, credentials out of the
//! environment as Lambda gives them, and bounded times.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// What the clients of AWS's services are made from.
pub type Aws = SdkConfig;

/// For a connection to stand.
const CONNECT: Duration = Duration::from_secs(2);
/// For one attempt: pooled sockets die while a sandbox is frozen, and a dead one must not eat the function's time.
const ATTEMPT: Duration = Duration::from_secs(5);
/// Attempts of one request, in all.
const ATTEMPTS: u32 = 3;

/// Reads region, credentials and a possible endpoint out of the environment.
pub async fn connect() -> Aws {
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        // Lambda puts a role's credentials there; the usual chain would link four more services.
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT)
                .operation_attempt_timeout(ATTEMPT)
                .build(),
        )
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .load()
        .await
}
