//! Clients of the servers under test.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_http_client::Builder;

/// The local cloud's DynamoDB, or the one that `AWS_ENDPOINT_URL_DYNAMODB` names.
pub(crate) fn local_dynamodb() -> Client {
    dynamodb(&endpoint(&[
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL",
    ]))
}

/// The second implementation of DynamoDB.
pub(crate) fn second_opinion() -> Client {
    dynamodb(&endpoint(&["CALLSHEET_SECOND_OPINION_URL"]))
}

/// The local cloud's SQS.
pub(crate) fn local_sqs() -> aws_sdk_sqs::Client {
    let access = Access::of_environment();
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(access.region)
        .credentials_provider(access.credentials)
        .endpoint_url(endpoint(&["AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"]))
        .http_client(Builder::new().build_http())
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

fn dynamodb(endpoint: &str) -> Client {
    let access = Access::of_environment();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(access.region)
        .credentials_provider(access.credentials)
        .endpoint_url(endpoint)
        .http_client(Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// The region and the credentials for these servers.
struct Access {
    region: Region,
    credentials: Credentials,
}

impl Access {
    fn of_environment() -> Self {
        let key = variable("AWS_ACCESS_KEY_ID").unwrap_or_else(|| "000000000000".to_owned());
        let secret = variable("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "secret".to_owned());
        let token = variable("AWS_SESSION_TOKEN");
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        Self {
            region: Region::new(region.unwrap_or_else(|| "us-east-1".to_owned())),
            credentials: Credentials::new(key, secret, token, None, "environment"),
        }
    }
}

/// The first of these variables that is set.
fn endpoint(names: &[&str]) -> String {
    let found = names.iter().find_map(|name| variable(name));
    found.unwrap_or_else(|| {
        panic!(
            "the address of the server is unknown (set {}): run `make test`",
            names.join(" or ")
        )
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the environment names the servers under test, and is read only here"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
