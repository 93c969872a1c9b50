//! A batch of messages in, the names of those to be given again out.

use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use callsheet_app::ports::{Clock as _, Receipt};
use callsheet_app::{Delivery, Sync};
use callsheet_queue::{SqsQueue, parse_job};
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{Secret, SystemClock, deadline};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::LambdaEvent;

pub(crate) type LiveSync = Sync<RecallClient, DecisionTable, StateTable, SqsQueue, SystemClock>;

/// WriteOutcome back to answer in good order.
const RESERVE: Duration = Duration::from_secs(5);
/// For an invocation that does not say how long it may take.
const USUAL: Duration = Duration::from_secs(55);

/// Attends to a batch, with the API key as it was last read.
///
/// A message that cannot be read is one that failed: it comes back until it
/// lands in the dead-letter queue, where a person sees it.
pub(crate) async fn attend(
    sync: LiveSync,
    key: &Secret<ApiKey>,
    event: LambdaEvent<SqsEvent>,
) -> SqsBatchResponse {
    let sync = Sync {
        recall: sync.recall.with_key(key.current().await),
        ..sync
    };
    let until = deadline(event.context.deadline, sync.clock.now(), RESERVE, USUAL);
    let (mut deliveries, mut failed) = (Vec::new(), Vec::new());
    for message in event.payload.records {
        let id = message.message_id.clone().unwrap_or_default();
        match delivery(message) {
            Ok(delivery) => deliveries.push(delivery),
            Err(problem) => {
                tracing::error!(message = id, problem, "a message cannot be read");
                failed.push(id);
            }
        }
    }
    let handled = sync.handle(&deliveries, until).await;
    if handled.is_denied {
        key.refresh(sync.clock.now()).await;
    }
    failed.extend(handled.failed);
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

/// An empty name would make SQS give the whole batch again, so none is named.
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
    fn reads_messages(body: &str, is_ours: bool) {
        assert_eq!(delivery(message(body)).is_ok(), is_ours);
    }

    #[test]
    fn names_what_failed_and_never_an_empty_name() {
        let response = response(vec!["m-1".to_owned(), String::new()]);
        let named: Vec<_> = response
            .batch_item_failures
            .iter()
            .map(|f| f.item_identifier.as_str())
            .collect();
        assert_eq!(named, ["m-1"]);
    }
}
