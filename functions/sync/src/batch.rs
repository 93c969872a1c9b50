//! Reads a batch of SQS messages, and answers with the ids of those that failed.

use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use callsheet_app::ports::{Clock as _, Receipt};
use callsheet_app::{
    ActivityNotes, Delivery, Entry, Handled, Ports, SyncHandler, Watch, batch_activity,
};
use callsheet_domain::{SyncJob, Timestamp};
use callsheet_queue::{SqsQueue, parse_job};
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{Secret, SystemClock, deadline};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::{Error, LambdaEvent};

pub(crate) type LivePorts = Ports<RecallClient, DecisionTable, StateTable, SqsQueue, SystemClock>;

/// Time that is kept for the response to SQS.
const RESERVE: Duration = Duration::from_secs(5);
/// Time for an invocation without a deadline.
const USUAL: Duration = Duration::from_secs(55);

/// Handles a batch.
///
/// A message that cannot be read counts as failed: SQS delivers it again until
/// it moves it to the dead-letter queue, where an operator sees it.
///
/// An error is returned if the whole batch failed because Recall denies us, or with
/// its resync: so it counts as an error of the function, and raises its alarm.
pub(crate) async fn handle(
    handler: SyncHandler<LivePorts>,
    key: &Secret<ApiKey>,
    notes: &ActivityNotes,
    event: LambdaEvent<SqsEvent>,
) -> Result<SqsBatchResponse, Error> {
    let started_at = handler.ports.clock.now();
    let until = deadline(event.context.deadline, started_at, RESERVE, USUAL);
    let messages = event.payload.records.len();
    let (deliveries, unreadable) = read(event.payload.records);
    let state = handler.ports.state.clone();
    let decisions = handler.ports.decisions.clone();
    let mut outcome = call(handler, key, &deliveries, until).await;
    // The jobs are handled, whether or not that can be noted.
    let now = SystemClock.now();
    let activity = batch_activity(&deliveries, &outcome, now);
    if let Err(error) = notes.note(&state, activity).await {
        tracing::warn!(%error, "could not note the activity of sync: {error}");
    }
    if deliveries.iter().any(|one| one.job == SyncJob::Resync) {
        watch(&decisions, now).await;
    }
    outcome.failed.extend(unreadable);
    if outcome.fails_function(messages) {
        return Err(format!("all {messages} messages of the batch failed").into());
    }
    Ok(response(outcome.failed))
}

/// Measures what the alarms are about, each time that the schedule sends a resync: also while
/// Recall denies us, and if the resync failed.
async fn watch(decisions: &DecisionTable, now: Timestamp) {
    match (Watch { decisions }).measure(now).await {
        Ok(measured) => measured.count(),
        Err(error) => tracing::warn!(%error, "could not measure the decisions: {error}"),
    }
}

/// Handles sync jobs with the API key as it was last read, or, before a probe, as it
/// is now.
///
/// A call that was denied with a key that was replaced since says nothing of the
/// present one, so it does not keep other workers from calling.
async fn call(
    mut handler: SyncHandler<LivePorts>,
    key: &Secret<ApiKey>,
    deliveries: &[Delivery],
    until: Timestamp,
) -> Handled {
    let entry = handler.enter().await;
    if matches!(entry, Ok(Entry::Probe)) {
        key.refresh(handler.ports.clock.now()).await;
    }
    let used = key.current().await;
    handler.ports.recall = handler.ports.recall.with_key(used.clone());
    let outcome = handler.handle_entered(entry, deliveries, until).await;
    if outcome.new_denial.is_some() {
        key.refresh(handler.ports.clock.now()).await;
        if key.current().await == used {
            handler.note_denial(&outcome).await;
        } else {
            tracing::info!(
                "Recall denied an API key that was replaced: the next batch uses the new one"
            );
        }
    }
    outcome
}

/// The sync jobs of messages, and the ids of messages that cannot be read.
fn read(messages: Vec<SqsMessage>) -> (Vec<Delivery>, Vec<String>) {
    let (mut deliveries, mut failed) = (Vec::new(), Vec::new());
    for message in messages {
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
    (deliveries, failed)
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
