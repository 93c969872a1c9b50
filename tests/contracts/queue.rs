//! The queue, and the dead letters, on the local cloud's SQS.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageSystemAttributeName::ApproximateReceiveCount;
use callsheet_app::ports::{DeadLetter, DeadLetters, Queue, Receipt};
use callsheet_app::{Delivery, PortError};
use callsheet_domain::SyncJob;
use callsheet_queue::{SqsDeadLetters, SqsQueue, parse_job};
use callsheet_testkit::contracts::dead_letters::Burial;
use callsheet_testkit::contracts::queue::BothEnds;

use crate::servers::local_sqs;

/// Longer than a test, so that what is in work comes back only if it is postponed.
const VISIBILITY: &str = "300";
/// How long a delivery is waited for, in seconds.
const WAIT: i32 = 2;

/// A queue of the test's own, and the end that the event source would read.
struct OwnQueue {
    sqs: Client,
    url: String,
    queue: SqsQueue,
}

impl OwnQueue {
    async fn new() -> Self {
        use aws_sdk_sqs::types::QueueAttributeName::VisibilityTimeout;
        let sqs = local_sqs();
        let name = format!("contracts-{:016x}", fastrand::u64(..));
        let created = sqs
            .create_queue()
            .queue_name(name)
            .attributes(VisibilityTimeout, VISIBILITY);
        let created = created.send().await.expect("the server creates a queue");
        let url = created.queue_url.expect("a queue has an address");
        Self {
            queue: SqsQueue::new(sqs.clone(), url.clone()),
            sqs,
            url,
        }
    }
}

impl Queue for OwnQueue {
    async fn send(&self, job: &SyncJob) -> Result<(), PortError> {
        self.queue.send(job).await
    }

    async fn send_later(&self, job: &SyncJob, wait: Duration) -> Result<(), PortError> {
        self.queue.send_later(job, wait).await
    }

    async fn postpone(&self, receipt: &Receipt, wait: Duration) -> Result<(), PortError> {
        self.queue.postpone(receipt, wait).await
    }
}

impl BothEnds for OwnQueue {
    async fn receive(&self) -> Option<Delivery> {
        let asked = self
            .sqs
            .receive_message()
            .queue_url(&self.url)
            .wait_time_seconds(WAIT);
        let asked = asked.message_system_attribute_names(ApproximateReceiveCount);
        let answer = asked.send().await.expect("the queue answers");
        let message = answer.messages?.pop()?;
        let received = message.attributes?.remove(&ApproximateReceiveCount)?;
        Some(Delivery {
            received: received.parse().expect("a number"),
            message_id: message.message_id?,
            receipt: Receipt(message.receipt_handle?),
            job: parse_job(&message.body?).expect("one of ours"),
        })
    }
}

callsheet_testkit::queue_contract!(async || OwnQueue::new().await);

/// A queue of the test's own as one of dead letters.
struct OwnDeadLetters {
    queue: OwnQueue,
    letters: SqsDeadLetters,
}

impl OwnDeadLetters {
    async fn new() -> Self {
        let queue = OwnQueue::new().await;
        let letters = SqsDeadLetters::new(queue.sqs.clone(), queue.url.clone());
        Self { queue, letters }
    }
}

impl DeadLetters for OwnDeadLetters {
    async fn count(&self) -> Result<u64, PortError> {
        self.letters.count().await
    }

    async fn take(&self, most: usize) -> Result<Vec<DeadLetter>, PortError> {
        self.letters.take(most).await
    }

    async fn put_back(&self, receipt: &Receipt) -> Result<(), PortError> {
        self.letters.put_back(receipt).await
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), PortError> {
        self.letters.remove(receipt).await
    }
}

impl Burial for OwnDeadLetters {
    async fn bury(&self, job: Option<&SyncJob>) {
        if let Some(job) = job {
            self.queue.send(job).await.expect("the queue takes it");
            return;
        }
        let sent = self.queue.sqs.send_message().queue_url(&self.queue.url);
        let sent = sent.message_body("no version of ours wrote this");
        sent.send().await.expect("the queue takes it");
    }
}

callsheet_testkit::dead_letters_contract!(async || OwnDeadLetters::new().await);
