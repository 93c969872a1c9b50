//! Reads a batch of SQS messages, and answers with the ids of those that failed.

use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use callsheet_app::ports::{Clock as _, Receipt};
use callsheet_app::{Delivery, Ports, SyncHandler};
use callsheet_queue::{SqsQueue, parse_job};
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{Secret, SystemClock, deadline};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::LambdaEvent;

pub(crate) type LivePorts = Ports<RecallClient, DecisionTable, StateTable, SqsQueue, SystemClock>;

/// Time that is kept for the response to SQS.
const RESERVE: Duration = Duration::from_secs(5);
/// Time for an invocation without a deadline.
const USUAL: Duration = Duration::from_secs(55);

/// Handles a batch, with the API key as it was last read.
///
/// A message that cannot be read counts as failed: SQS delivers it again until
/// it moves it to the dead-letter queue, where an operator sees it.
pub(crate) async fn handle(
    handler: SyncHandler<LivePorts>,
    key: &Secret<ApiKey>,
    event: LambdaEvent<SqsEvent>,
) -> SqsBatchResponse {
    let mut handler = handler;
    handler.ports.recall = handler.ports.recall.with_key(key.current().await);
    let started_at = handler.ports.clock.now();
    let until = deadline(event.context.deadline, started_at, RESERVE, USUAL);
    let (mut deliveries, mut failed) = (Vec::new(), Vec::new());
    for message in event.payload.records {
        let id = message.message_id.clone().unwrap_or_default();
        match delivery(message) {
            Ok(delivery) => deliveries.push(delivery),
            Err(problem) => {
                tracing::error!(
                    message_id = id,
                    problem,
                    "message {id} cannot be read: {problem}"
                );
                failed.push(id);
            }
        }
    }
    let outcome = handler.handle(&deliveries, until).await;
    if outcome.is_denied {
        key.refresh(handler.ports.clock.now()).await;
    }
    failed.extend(outcome.failed);
    response(failed)
}

fn delivery(message: SqsMessage) -> Result<Delivery, String> {
    let received = message.attributes.get("ApproximateReceiveCount");
    let received = received.and_then(|count| count.parse().ok()).unwrap_or(1);
    let job = parse_job(&message.body.unwrap_or_default()).map_err(|error| error.to_string())?;
    match (message.message_id, message.receipt_handle) {
        (Some(message_id), Some(receipt)) => Ok(Delivery {
            message_id,
            receipt: Receipt(receipt),
            received,
            job,
        }),
        _ => Err("it has no id or receipt".to_owned()),
    }
}

/// The response that names the messages to deliver again. An empty id would
/// have SQS deliver the whole batch again, so it is left out.
fn response(failed: Vec<String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for id in failed.into_iter().filter(|id| !id.is_empty()) {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        response.batch_item_failures.push(failure);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn message(body: &str) -> SqsMessage {
        let mut message = SqsMessage::default();
        message.message_id = Some("m-1".to_owned());
        message.receipt_handle = Some("r-1".to_owned());
        message.body = Some(body.to_owned());
        message
    }

    #[test_case(r#"{"v":"1","calendar_id":"c","sent_at":5,"kind":"full_sync"}"#, true; "one of ours")]
    #[test_case(r#"{"v":"1","kind":"resync"}"#, true; "the schedule's")]
    #[test_case("hello", false; "anything else")]
    fn a_message_of_ours_is_read(body: &str, is_ours: bool) {
        assert_eq!(delivery(message(body)).is_ok(), is_ours);
    }

    #[test]
    fn a_response_names_the_failed_messages_and_never_an_empty_id() {
        let response = response(vec!["m-1".to_owned(), String::new()]);
        let named: Vec<_> = response
            .batch_item_failures
            .iter()
            .map(|f| f.item_identifier.as_str())
            .collect();
        assert_eq!(named, ["m-1"]);
    }
}
