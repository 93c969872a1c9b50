//! The queue and the dead-letter queue on the local cloud's SQS.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageSystemAttributeName::ApproximateReceiveCount;
use callsheet_app::Delivery;
use callsheet_app::ports::{Queue as _, Receipt};
use callsheet_domain::SyncJob;
use callsheet_queue::{SqsDeadLetters, SqsQueue, parse_job};
use callsheet_testkit::contracts::dead_letters::DeadLetterEnds;
use callsheet_testkit::contracts::queue::QueueEnds;

use crate::servers::local_sqs;

/// Longer than a test, so that a delivery comes again only if it is postponed.
const VISIBILITY: &str = "300";
/// How long a delivery is waited for, in seconds.
const WAIT: i32 = 2;

/// A queue of the test's own, with its receiving end.
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

impl QueueEnds for OwnQueue {
    type Queue = SqsQueue;

    fn queue(&self) -> &SqsQueue {
        &self.queue
    }

    async fn receive(&self) -> Option<Delivery> {
        let request = self
            .sqs
            .receive_message()
            .queue_url(&self.url)
            .wait_time_seconds(WAIT);
        let request = request.message_system_attribute_names(ApproximateReceiveCount);
        let response = request.send().await.expect("the queue answers");
        let message = response.messages?.pop()?;
        let received = message.attributes?.remove(&ApproximateReceiveCount)?;
        Some(Delivery {
            received: received.parse().expect("a number"),
            message_id: message.message_id?,
            receipt: Receipt(message.receipt_handle?),
            job: parse_job(&message.body?).expect("a job"),
        })
    }
}

callsheet_testkit::queue_contract!(async || OwnQueue::new().await);

/// A queue of the test's own as a dead-letter queue.
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

impl DeadLetterEnds for OwnDeadLetters {
    type DeadLetters = SqsDeadLetters;

    fn dead_letters(&self) -> &SqsDeadLetters {
        &self.letters
    }

    async fn add(&self, job: Option<&SyncJob>) {
        if let Some(job) = job {
            self.queue
                .queue
                .send(job)
                .await
                .expect("the queue takes it");
            return;
        }
        let sent = self.queue.sqs.send_message().queue_url(&self.queue.url);
        let sent = sent.message_body("no version of Callsheet wrote this");
        sent.send().await.expect("the queue takes it");
    }
}

callsheet_testkit::dead_letters_contract!(async || OwnDeadLetters::new().await);
