//! Counts the messages of the sync queue.

use aws_sdk_sqs::types::QueueAttributeName;
use callsheet_app::PortError;
use callsheet_app::ports::{MeasuredQueue, QueueDepth};

use crate::sqs::{SERVICE, SqsQueue, failure};

const READY: QueueAttributeName = QueueAttributeName::ApproximateNumberOfMessages;
const IN_FLIGHT: QueueAttributeName = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
const DELAYED: QueueAttributeName = QueueAttributeName::ApproximateNumberOfMessagesDelayed;

impl MeasuredQueue for SqsQueue {
    async fn depth(&self) -> Result<QueueDepth, PortError> {
        let response = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .set_attribute_names(Some(vec![READY, IN_FLIGHT, DELAYED]))
            .send()
            .await
            .map_err(failure)?;
        let count = |name: QueueAttributeName| {
            let counts = response.attributes();
            let count = counts.and_then(|counts| counts.get(&name)?.parse().ok());
            count.ok_or_else(|| PortError::Unreadable {
                service: SERVICE,
                reason: format!("the count {} is missing", name.as_str()),
            })
        };
        Ok(QueueDepth {
            ready: count(READY)?,
            in_flight: count(IN_FLIGHT)?,
            delayed: count(DELAYED)?,
        })
    }
}
