//! A consumer of the events on a bus: a rule that sends them to a queue of its own.

use std::sync::{Mutex, PoisonError};

use aws_sdk_eventbridge::types::Target;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use serde_json::Value;

use crate::variable;

/// How long an event is waited for at a time, in seconds.
const WAIT: i32 = 1;

/// A consumer of the events on a bus. It keeps all that it has received.
#[derive(Debug)]
pub struct BusConsumer {
    sqs: aws_sdk_sqs::Client,
    queue_url: String,
    received: Mutex<Vec<Value>>,
}

impl BusConsumer {
    /// A consumer of the events on `bus` that match `pattern`, from now on. `name` is one that
    /// no other consumer has.
    ///
    /// # Panics
    /// If the local cloud does not respond.
    pub async fn of(bus: &str, name: &str, pattern: &Value) -> Self {
        let (sqs, events) = (sqs_client(), bus_client());
        let created = sqs.create_queue().queue_name(name).send().await;
        let queue_url = created.expect("a queue").queue_url.expect("it has an URL");
        let account = variable("AWS_ACCESS_KEY_ID");
        let region = variable("AWS_REGION");
        let queue = format!("arn:aws:sqs:{region}:{account}:{name}");
        let rule = events.put_rule().event_bus_name(bus).name(name);
        let rule = rule.event_pattern(pattern.to_string()).send().await;
        rule.expect("a rule");
        let target = Target::builder().id("queue").arn(queue).build();
        let targets = events.put_targets().event_bus_name(bus).rule(name);
        let targets = targets.targets(target.expect("it is whole")).send().await;
        assert_eq!(targets.expect("a target").failed_entry_count(), 0);
        Self {
            sqs,
            queue_url,
            received: Mutex::default(),
        }
    }

    /// Receives what has arrived, and returns all events received so far, as EventBridge
    /// sends them.
    ///
    /// # Panics
    /// If the queue does not respond.
    pub async fn events(&self) -> Vec<Value> {
        loop {
            let request = self.sqs.receive_message().queue_url(&self.queue_url);
            let request = request.max_number_of_messages(10).wait_time_seconds(WAIT);
            let messages = request.send().await.expect("the queue responds");
            let messages = messages.messages.unwrap_or_default();
            if messages.is_empty() {
                return self.with(|received| received.clone());
            }
            for message in messages {
                let body = message.body.expect("a message has a body");
                let event = serde_json::from_str(&body).expect("an event is JSON");
                self.with(|received| received.push(event));
                let delete = self.sqs.delete_message().queue_url(&self.queue_url);
                let receipt = message.receipt_handle.expect("it has a receipt");
                let deleted = delete.receipt_handle(receipt).send().await;
                deleted.expect("the queue responds");
            }
        }
    }

    fn with<T>(&self, access: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        access(&mut self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A client of the local cloud's EventBridge.
#[must_use]
pub fn bus_client() -> aws_sdk_eventbridge::Client {
    let config = aws_sdk_eventbridge::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION")))
        .credentials_provider(credentials())
        .endpoint_url(variable("AWS_ENDPOINT_URL"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_eventbridge::Client::from_conf(config)
}

fn sqs_client() -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION")))
        .credentials_provider(credentials())
        .endpoint_url(variable("AWS_ENDPOINT_URL"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

fn credentials() -> Credentials {
    let (key, secret) = (
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
    );
    Credentials::new(key, secret, None, None, "environment")
}
