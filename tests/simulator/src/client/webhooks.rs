//! Webhooks: target, faults, holding and resending, and waiting for deliveries.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::{ControlClient, NO_BODY, Result, check_status};
use crate::model::control::{ReleaseWebhooks, WaitQuery, WaitResult, WebhookSent};
use crate::model::{WebhookFaults, WebhookRecord};
use crate::options::WebhookTarget;

#[expect(
    clippy::missing_errors_doc,
    reason = "all methods fail in the same way, which the type documents"
)]
impl ControlClient {
    /// Replaces the faults of webhooks.
    pub async fn set_webhook_faults(&self, faults: &WebhookFaults) -> Result<()> {
        self.done(Method::PUT, "webhooks/faults", Some(faults))
            .await
    }

    /// Replaces the receiver of webhooks. Without one they are recorded but not sent.
    pub async fn set_webhook_target(&self, target: Option<&WebhookTarget>) -> Result<()> {
        self.done(Method::PUT, "webhooks/target", Some(&target))
            .await
    }

    /// Lists all webhooks in order of creation.
    pub async fn webhooks(&self) -> Result<Vec<WebhookRecord>> {
        self.call(Method::GET, "webhooks", NO_BODY).await
    }

    /// Sends any body as a webhook, subject to faults, and returns its id.
    pub async fn send_webhook(&self, body: &Value) -> Result<String> {
        let sent: WebhookSent = self.call(Method::POST, "webhooks", Some(body)).await?;
        Ok(sent.id)
    }

    /// Delivers a webhook once more, with the same id and body, regardless of faults.
    pub async fn resend_webhook(&self, id: &str) -> Result<()> {
        self.done(Method::POST, &format!("webhooks/{id}/resend"), NO_BODY)
            .await
    }

    /// Holds webhooks from now on. Held ones do not count as pending.
    pub async fn hold_webhooks(&self) -> Result<()> {
        self.done(Method::POST, "webhooks/hold", NO_BODY).await
    }

    /// Stops holding webhooks and delivers the held ones, oldest or newest first.
    pub async fn release_webhooks(&self, newest_first: bool) -> Result<()> {
        self.done(
            Method::POST,
            "webhooks/release",
            Some(&ReleaseWebhooks { newest_first }),
        )
        .await
    }

    /// Waits until no webhook is being batched or delivered. Returns whether that happened within
    /// `timeout`.
    pub async fn wait_for_webhooks(&self, timeout: Duration) -> Result<bool> {
        let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        let request = self
            .request(Method::GET, "webhooks/wait")
            .query(&WaitQuery { timeout_ms });
        let result: WaitResult = check_status(request.send().await?).await?.json().await?;
        Ok(result.is_idle)
    }
}
