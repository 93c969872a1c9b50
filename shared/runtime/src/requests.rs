//! The requests to AWS as lines of the log, for a test that compares them with
//! the permissions of the functions' roles.
//!
//! They are read from what is sent, so that no call of an adapter is missed. They
//! hold no content: only the names of actions and resources. They are written only
//! if `LOG_LEVEL` sets the target of this module to `trace`; otherwise nothing is
//! installed.

use std::collections::BTreeSet;

use aws_smithy_runtime_api::client::http::{
    HttpClient as _, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::Value;

/// `client`, with a line for each request if such lines are wanted.
pub(crate) fn logged(client: SharedHttpClient) -> SharedHttpClient {
    if !tracing::enabled!(tracing::Level::TRACE) {
        return client;
    }
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Logged(client.http_connector(settings, components)))
    })
}

#[derive(Debug)]
struct Logged(SharedHttpConnector);

impl HttpConnector for Logged {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        for AwsRequest { action, resource } in requests(target, body) {
            tracing::trace!(action, resource, "requested {action} on {resource}");
        }
        self.0.call(request)
    }
}

/// A request, as a role allows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AwsRequest {
    /// IAM's name of the action, such as `dynamodb:Query`.
    pub action: String,
    /// Name of a table, of its index (`table/index/name`), of a bus (`event-bus/name`), URL of a
    /// queue, or ARN of a secret.
    pub resource: String,
}

/// The requests that one HTTP request makes, by its header `x-amz-target` and its body.
///
/// A transaction makes one for each of its writes, as IAM has it. A request of a form that is
/// not known here is named as a whole, so that it is seen.
#[must_use]
pub fn requests(target: &str, body: &[u8]) -> Vec<AwsRequest> {
    if target.is_empty() && body.starts_with(b"Action=") {
        return vec![of_query(body)];
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let (service, operation) = target.rsplit_once('.').unwrap_or(("", target));
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    match service.split('_').next().unwrap_or_default() {
        "DynamoDB" => of_tables(operation, &body),
        // IAM has no actions for batches.
        "AmazonSQS" => vec![request(
            "sqs",
            operation.trim_end_matches("Batch"),
            text("QueueUrl"),
        )],
        "secretsmanager" => vec![request("secretsmanager", operation, text("SecretId"))],
        "AWSEvents" => of_buses(operation, &body),
        _ => vec![request("unknown", target, "")],
    }
}

/// A request in the older protocol of forms, which names its service by its version.
fn of_query(body: &[u8]) -> AwsRequest {
    let body = String::from_utf8_lossy(body);
    let field = |name: &str| {
        let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(of, _)| *of == name);
        found.map_or("", |(_, value)| value)
    };
    let service = match field("Version") {
        "2010-05-15" => "cloudformation",
        _ => "unknown",
    };
    request(service, field("Action"), field("StackName"))
}

fn of_tables(operation: &str, body: &Value) -> Vec<AwsRequest> {
    let of = |operation: &str, resource: &str| request("dynamodb", operation, resource);
    if let Some(tables) = body["RequestItems"].as_object() {
        return tables.keys().map(|table| of(operation, table)).collect();
    }
    if let Some(writes) = body["TransactItems"].as_array() {
        let writes = writes.iter().filter_map(Value::as_object).flatten();
        let of_write = |(kind, write): (&String, &Value)| {
            let table = write["TableName"].as_str().unwrap_or_default();
            of(&format!("{kind}Item"), table)
        };
        return writes.map(of_write).collect();
    }
    let table = body["TableName"].as_str().unwrap_or_default();
    match body["IndexName"].as_str() {
        Some(index) => vec![of(operation, &format!("{table}/index/{index}"))],
        None => vec![of(operation, table)],
    }
}

/// One for each bus that the entries of a request name.
fn of_buses(operation: &str, body: &Value) -> Vec<AwsRequest> {
    let entries = body["Entries"].as_array().map(Vec::as_slice);
    let names = entries.unwrap_or_default().iter();
    let names: BTreeSet<_> = names
        .filter_map(|one| one["EventBusName"].as_str())
        .collect();
    let of = |name| request("events", operation, &format!("event-bus/{name}"));
    names.into_iter().map(of).collect()
}

fn request(service: &str, operation: &str, resource: &str) -> AwsRequest {
    AwsRequest {
        action: format!("{service}:{operation}"),
        resource: resource.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("DynamoDB_20120810.GetItem", r#"{"TableName":"t","Key":{}}"#, &[("dynamodb:GetItem", "t")]; "a table")]
    #[test_case("DynamoDB_20120810.Query", r#"{"TableName":"t","IndexName":"due"}"#, &[("dynamodb:Query", "t/index/due")]; "an index")]
    #[test_case("DynamoDB_20120810.BatchGetItem", r#"{"RequestItems":{"t":{},"u":{}}}"#, &[("dynamodb:BatchGetItem", "t"), ("dynamodb:BatchGetItem", "u")]; "a batch of tables")]
    #[test_case("DynamoDB_20120810.TransactWriteItems", r#"{"TransactItems":[{"Put":{"TableName":"t"}},{"ConditionCheck":{"TableName":"u"}}]}"#, &[("dynamodb:PutItem", "t"), ("dynamodb:ConditionCheckItem", "u")]; "each write of a transaction")]
    #[test_case("AmazonSQS.SendMessage", r#"{"QueueUrl":"https://q"}"#, &[("sqs:SendMessage", "https://q")]; "a queue")]
    #[test_case("AmazonSQS.DeleteMessageBatch", r#"{"QueueUrl":"https://q"}"#, &[("sqs:DeleteMessage", "https://q")]; "a batch of messages")]
    #[test_case("secretsmanager.GetSecretValue", r#"{"SecretId":"arn"}"#, &[("secretsmanager:GetSecretValue", "arn")]; "a secret")]
    #[test_case("AWSEvents.PutEvents", r#"{"Entries":[{"EventBusName":"b"},{"EventBusName":"b"}]}"#, &[("events:PutEvents", "event-bus/b")]; "a bus")]
    #[test_case("", "Action=DescribeStacks&Version=2010-05-15&StackName=callsheet", &[("cloudformation:DescribeStacks", "callsheet")]; "a stack")]
    #[test_case("", "Action=Fly&Version=1", &[("unknown:Fly", "")]; "another service in forms")]
    #[test_case("Kinesis_20131202.PutRecord", "{}", &[("unknown:Kinesis_20131202.PutRecord", "")]; "another service")]
    #[test_case("", "<xml>", &[("unknown:", "")]; "another protocol")]
    fn a_request_is_named_as_a_role_allows_it(target: &str, body: &str, expected: &[(&str, &str)]) {
        let found = requests(target, body.as_bytes());
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.action.as_str(), one.resource.as_str()))
            .collect();
        assert_eq!(found, expected);
    }
}
