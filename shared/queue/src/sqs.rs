//! The sync queue on SQS.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use callsheet_app::ports::{Queue, Receipt};
use callsheet_app::{PortError, Service};
use callsheet_domain::SyncJob;

use crate::envelope::job_text;

pub(crate) const SERVICE: Service = Service::Sqs;
/// The longest that SQS hides a message.
const LONGEST_WAIT: Duration = Duration::from_hours(12);
/// The longest that SQS delays a message that is sent.
const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// Sync jobs on one SQS queue.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    pub(crate) client: Client,
    pub(crate) url: String,
}

impl SqsQueue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }
}

impl Queue for SqsQueue {
    async fn send(&self, job: &SyncJob) -> Result<(), PortError> {
        self.send_later(job, Duration::ZERO).await
    }

    async fn send_later(&self, job: &SyncJob, wait: Duration) -> Result<(), PortError> {
        // A fair queue: many messages about one calendar do not delay the other calendars.
        let group = match job {
            SyncJob::Request(request) => request.calendar_id.as_str(),
            SyncJob::Event(request) => request.calendar_id.as_str(),
            SyncJob::BotStatus(report) => report.bot_id.as_str(),
            SyncJob::KeepCoverage => "coverage",
            SyncJob::Resync | SyncJob::ResyncNow { .. } => "resync",
        };
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(job_text(job))
            .message_group_id(group)
            .delay_seconds(whole_seconds(wait.min(LONGEST_DELAY).as_secs_f64().ceil()))
            .send()
            .await
            .map(|_| ())
            .map_err(failure)
    }

    async fn postpone(&self, receipt: &Receipt, wait: Duration) -> Result<(), PortError> {
        hide(&self.client, &self.url, receipt, wait).await
    }
}

/// Hides a received message from every consumer for `wait`.
pub(crate) async fn hide(
    client: &Client,
    url: &str,
    receipt: &Receipt,
    wait: Duration,
) -> Result<(), PortError> {
    let seconds = wait.min(LONGEST_WAIT).as_secs_f64().ceil();
    client
        .change_message_visibility()
        .queue_url(url)
        .receipt_handle(&receipt.0)
        .visibility_timeout(whole_seconds(seconds))
        .send()
        .await
        .map(|_| ())
        .map_err(failure)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "at most twelve hours, in whole seconds"
)]
fn whole_seconds(seconds: f64) -> i32 {
    seconds as i32
}

/// The failure of a request.
pub(crate) fn failure<E>(error: SdkError<E>) -> PortError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let code = error.code().map(str::to_owned);
    match code.as_deref() {
        Some("RequestThrottled" | "ThrottlingException" | "KmsThrottled") => PortError::Throttled {
            service: SERVICE,
            wait: Duration::from_secs(1),
        },
        Some(code @ ("AccessDenied" | "AccessDeniedException" | "InvalidClientTokenId")) => {
            PortError::Denied {
                service: SERVICE,
                reason: format!("{code}: check the caller's credentials and the queue's policy"),
            }
        }
        Some(code @ ("QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue")) => {
            PortError::Denied {
                service: SERVICE,
                reason: format!("{code}: check the queue's URL"),
            }
        }
        _ => PortError::Unavailable {
            service: SERVICE,
            reason: code.unwrap_or_else(|| DisplayErrorContext(&error).to_string()),
            source: error.into_source().ok(),
        },
    }
}
