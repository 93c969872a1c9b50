//! The dead-letter queue on SQS.
//!
//! SQS moves a message there under its own id and keeps the instant at which it
//! was first sent, from which its retention also counts.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata as _;
use aws_sdk_sqs::types::MessageSystemAttributeName::SentTimestamp;
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use callsheet_app::PortError;
use callsheet_app::ports::{DeadLetter, DeadLetters, Receipt};
use callsheet_domain::Timestamp;

use crate::envelope::parse_job;
use crate::sqs::{SERVICE, failure, hide};

/// How long a received message is hidden from other consumers: far longer than a
/// command takes, and short enough to wait for if the command crashes.
const HIDDEN: Duration = Duration::from_mins(5);
/// Long polling, in seconds: without it SQS queries only some of its servers, and
/// may miss a message that another one holds.
const LONG_POLL: i32 = 1;
/// Error code for a receipt that is no longer valid.
const INVALID_RECEIPT: &str = "ReceiptHandleIsInvalid";
/// The most messages that SQS returns at once.
const AT_ONCE: usize = 10;

/// One dead-letter queue.
#[derive(Debug, Clone)]
pub struct SqsDeadLetters {
    client: Client,
    url: String,
}

impl SqsDeadLetters {
    /// The queue at `url`.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }
}

impl DeadLetters for SqsDeadLetters {
    async fn count(&self) -> Result<u64, PortError> {
        let counted = QueueAttributeName::ApproximateNumberOfMessages;
        let request = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(counted.clone());
        let response = request.send().await.map_err(failure)?;
        let count = response
            .attributes()
            .and_then(|counts| counts.get(&counted));
        count
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| unreadable("the number of messages is missing"))
    }

    async fn take(&self, most: usize) -> Result<Vec<DeadLetter>, PortError> {
        let seconds = |wait: Duration| i32::try_from(wait.as_secs()).unwrap_or(i32::MAX);
        let response = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(most.clamp(1, AT_ONCE)).unwrap_or(1))
            .visibility_timeout(seconds(HIDDEN))
            .wait_time_seconds(LONG_POLL)
            .message_system_attribute_names(SentTimestamp)
            .send()
            .await
            .map_err(failure)?;
        let messages = response.messages.unwrap_or_default();
        messages.into_iter().map(letter).collect()
    }

    async fn put_back(&self, receipt: &Receipt) -> Result<(), PortError> {
        hide(&self.client, &self.url, receipt, Duration::ZERO).await
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), PortError> {
        let removed = self
            .client
            .delete_message()
            .queue_url(&self.url)
            .receipt_handle(&receipt.0);
        match removed.send().await {
            Ok(_) => Ok(()),
            // SQS reports a second deletion as done; other implementations refuse the receipt.
            Err(error) if error.code() == Some(INVALID_RECEIPT) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }
}

fn letter(message: Message) -> Result<DeadLetter, PortError> {
    let sent = message
        .attributes()
        .and_then(|them| them.get(&SentTimestamp));
    let sent_at = sent
        .and_then(|millis| millis.parse().ok())
        .and_then(|millis| Timestamp::from_millisecond(millis).ok());
    Ok(DeadLetter {
        job: message.body().and_then(|body| parse_job(body).ok()),
        sent_at,
        message_id: message
            .message_id
            .ok_or_else(|| unreadable("a message has no id"))?,
        receipt: message
            .receipt_handle
            .map(Receipt)
            .ok_or_else(|| unreadable("a message has no receipt"))?,
    })
}

fn unreadable(reason: &str) -> PortError {
    PortError::Unreadable {
        service: SERVICE,
        reason: reason.to_owned(),
    }
}
