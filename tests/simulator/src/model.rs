//! Responses of the control API: the state of the workspace, calls, statistics, webhooks.
//!
//! The server serializes these types and [`crate::client::ControlClient`] deserializes them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{BotId, CalendarId, EventId};
use crate::operation::Operation;

/// Calendar platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Google Calendar.
    GoogleCalendar,
    /// Microsoft Outlook.
    MicrosoftOutlook,
}

impl Platform {
    /// Name in the API.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::GoogleCalendar => "google_calendar",
            Self::MicrosoftOutlook => "microsoft_outlook",
        }
    }
}

/// Status of a calendar's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarStatus {
    /// The service cannot read the calendar yet.
    Connecting,
    /// The service can read the calendar.
    Connected,
    /// The service can no longer read the calendar.
    Disconnected,
}

impl CalendarStatus {
    /// Name in the API.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
        }
    }
}

/// Connected calendar, without its credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarView {
    /// Identifier.
    pub id: CalendarId,
    /// Platform.
    pub platform: Platform,
    /// Status of the connection.
    pub status: CalendarStatus,
    /// Owner's e-mail address in the API; `None` until the service knows it.
    pub platform_email: Option<String>,
    /// Owner's e-mail address at the platform.
    pub owner: String,
    /// Time of the last change.
    pub updated_at: Timestamp,
}

/// Event as the API returns it, with its title in addition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    /// Identifier.
    pub id: EventId,
    /// Calendar of the event.
    pub calendar_id: CalendarId,
    /// `ical_uid`, equal in every copy of the meeting.
    pub ical_uid: String,
    /// Identifier at the platform.
    pub platform_id: String,
    /// Title.
    pub title: String,
    /// Start time.
    pub start_time: Timestamp,
    /// End time.
    pub end_time: Timestamp,
    /// Meeting link, if the event has one.
    pub meeting_url: Option<String>,
    /// Time of the last change, unique in the workspace.
    pub updated_at: Timestamp,
    /// Whether the event is deleted; lists still contain it.
    pub is_deleted: bool,
    /// Bots of the event, finished ones included.
    pub bots: Vec<EventBot>,
    /// Payload in the platform's form.
    pub raw: Value,
}

/// Bot as an event lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBot {
    /// Identifier.
    pub bot_id: BotId,
    /// Time at which the bot joins, as of the last POST.
    pub start_time: Timestamp,
    /// Deduplication key.
    pub deduplication_key: String,
    /// Meeting link by which the bot joins, as of the last POST.
    pub meeting_url: String,
}

/// Phase of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BotPhase {
    /// The bot waits for its start.
    Scheduled,
    /// The bot is about to join, or in the call.
    Dispatched,
    /// The bot was made to leave the call.
    Left,
    /// The meeting is over.
    Finished,
}

/// Bot and the events that share it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BotView {
    /// Identifier.
    pub id: BotId,
    /// Deduplication key.
    pub deduplication_key: String,
    /// Time at which the bot joins, as of the last POST.
    pub start_time: Timestamp,
    /// Meeting link by which the bot joins, as of the last POST.
    pub meeting_url: String,
    /// Complete configuration of the last POST.
    pub config: Value,
    /// Events that share the bot.
    pub events: Vec<EventId>,
    /// Phase.
    pub phase: BotPhase,
}

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
