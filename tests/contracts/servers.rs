//! Where the servers are, and clients of them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};

/// The local cloud's DynamoDB, or the one that stands in for it.
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

fn dynamodb(endpoint: &str) -> Client {
    let key = variable("AWS_ACCESS_KEY_ID").unwrap_or_else(|| "000000000000".to_owned());
    let secret = variable("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "secret".to_owned());
    let token = variable("AWS_SESSION_TOKEN");
    let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(Credentials::new(key, secret, token, None, "environment"))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// The first of these variables that is set.
fn endpoint(names: &[&str]) -> String {
    let found = names.iter().find_map(|name| variable(name));
    found.unwrap_or_else(|| {
        panic!(
            "nothing says where the server is (set {}): run `make test`",
            names.join(" or ")
        )
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "which servers to test against is said in the environment, and read here only"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
