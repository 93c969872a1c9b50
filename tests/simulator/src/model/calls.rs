//! Calls to the API: records, statistics, violations of the specification.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::webhooks::WebhookStats;
use crate::ids::{BotId, CalendarId, EventId};
use crate::operation::Operation;

/// Call to the API, with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Sequence number in order of arrival, from 1.
    pub sequence: u64,
    /// Operation; `None` if method and path match none.
    pub operation: Option<Operation>,
    /// HTTP method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Query string, undecoded.
    pub query: Option<String>,
    /// Calendar that the call concerns.
    pub calendar: Option<CalendarId>,
    /// Event that the call concerns.
    pub event: Option<EventId>,
    /// Bot that the call concerns.
    pub bot: Option<BotId>,
    /// Deduplication key in the body.
    pub deduplication_key: Option<String>,
    /// `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
    /// Start time of the event at the arrival of the call.
    pub meeting_start: Option<Timestamp>,
    /// Time of arrival.
    pub received_at: Timestamp,
    /// Time of the response or of the cut; `None` while in flight.
    pub answered_at: Option<Timestamp>,
    /// Status of the response; `None` while in flight and if the connection was cut.
    pub status: Option<u16>,
    /// Whether a fault affected the call.
    pub faulted: bool,
}

/// Filter of calls; absent criteria match every call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CallFilter {
    /// Operation.
    pub operation: Option<Operation>,
    /// Event that the call concerns.
    pub event: Option<EventId>,
    /// Calendar that the call concerns.
    pub calendar: Option<CalendarId>,
    /// Status of the response.
    pub status: Option<u16>,
    /// Least sequence number, itself excluded.
    pub after: Option<u64>,
}

/// Statistics since the start. Those of calls restart when the calls are cleared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Statistics by operation. Operations without calls are absent.
    pub operations: BTreeMap<Operation, OperationStats>,
    /// Calls whose method and path match no operation.
    pub unknown: u64,
    /// Calls rejected with status 429.
    pub throttled: u64,
    /// Requests that violate the published specification.
    pub violations: u64,
    /// Responses and webhooks of the simulator that violate the specification.
    pub simulator_violations: u64,
    /// Statistics of webhooks.
    pub webhooks: WebhookStats,
}

/// Statistics of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationStats {
    /// Calls, rejected ones included.
    pub calls: u64,
    /// Calls by status of the response.
    pub statuses: BTreeMap<u16, u64>,
    /// Calls whose connection was cut.
    pub cut: u64,
    /// Calls in flight.
    pub in_flight: u64,
    /// Greatest number of calls in any sliding minute, rejected ones included.
    pub peak_received: u64,
    /// Greatest number of calls in any sliding minute, without those rejected with status 429.
    pub peak_admitted: u64,
}

/// Violation of the published specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Time.
    pub at: Timestamp,
    /// Sequence number of the call; `None` for a webhook.
    pub call: Option<u64>,
    /// Method and path of the call, or event name of the webhook.
    pub subject: String,
    /// Description of the violation.
    pub detail: String,
}

/// Violations of the published specification, by culprit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violations {
    /// Requests of clients.
    pub requests: Vec<Violation>,
    /// Responses and webhooks of the simulator itself.
    pub simulator: Vec<Violation>,
}
