//! Webhooks: messages, attempts to deliver them, statistics.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Statistics of webhooks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookStats {
    /// Messages created.
    pub messages: u64,
    /// Attempts to deliver.
    pub attempts: u64,
    /// Attempts that were not acknowledged.
    pub failed_attempts: u64,
    /// Messages acknowledged.
    pub acknowledged: u64,
    /// Messages not acknowledged by the last attempt.
    pub failed: u64,
    /// Messages dropped by a fault, or of calendars without webhooks.
    pub dropped: u64,
    /// Messages held.
    pub held: u64,
    /// Messages created while no target was set.
    pub no_target: u64,
    /// Batches and deliveries in progress.
    pub pending: u64,
}

/// Delivery state of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// Delivery is in progress.
    Pending,
    /// The receiver responded 2xx.
    Acknowledged,
    /// The last attempt failed, or the receiver asked to abort.
    Failed,
    /// Dropped by a fault, or about a calendar whose webhooks are disabled.
    Dropped,
    /// Held until released.
    Held,
    /// Not sent, because no target was set.
    NoTarget,
}

/// Webhook message. All its attempts have the same id and body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRecord {
    /// Identifier in the header.
    pub id: String,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Exact body.
    pub body: String,
    /// Delivery state.
    pub state: WebhookState,
    /// Attempts to deliver.
    pub attempts: Vec<DeliveryAttempt>,
}

/// Attempt to deliver a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryAttempt {
    /// Time of sending.
    pub at: Timestamp,
    /// Time of the response, or of the failure.
    pub answered_at: Timestamp,
    /// Status of the response; `None` if there was none.
    pub status: Option<u16>,
}
