//! What the control API tells: the state of the world, calls, counts, webhooks.
//!
//! The server writes these shapes and [`crate::client::Control`] reads them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{BotId, CalendarId, EventId};
use crate::operation::Operation;

/// The two platforms whose calendars can be connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Google Calendar.
    GoogleCalendar,
    /// Microsoft Outlook.
    MicrosoftOutlook,
}

impl Platform {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::GoogleCalendar => "google_calendar",
            Self::MicrosoftOutlook => "microsoft_outlook",
        }
    }
}

/// Whether the service can read a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarStatus {
    /// Not yet.
    Connecting,
    /// It can.
    Connected,
    /// No longer.
    Disconnected,
}

impl CalendarStatus {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
        }
    }
}

/// A calendar, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarView {
    /// Its id.
    pub id: CalendarId,
    /// Its platform.
    pub platform: Platform,
    /// Whether the service can read it.
    pub status: CalendarStatus,
    /// The owner's address as the service knows it; unknown at first.
    pub platform_email: Option<String>,
    /// The owner's address as the platform knows it.
    pub owner: String,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An event, as the service would show it, with its title besides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    /// Its id.
    pub id: EventId,
    /// The calendar it is in.
    pub calendar_id: CalendarId,
    /// The meeting's identity across calendars.
    pub ical_uid: String,
    /// The platform's own id.
    pub platform_id: String,
    /// The title.
    pub title: String,
    /// When it begins.
    pub start_time: Timestamp,
    /// When it ends.
    pub end_time: Timestamp,
    /// The link, if any.
    pub meeting_url: Option<String>,
    /// When it last changed; no two changes in a workspace share one.
    pub updated_at: Timestamp,
    /// Deleted, and still listed.
    pub is_deleted: bool,
    /// Its bots, finished ones among them.
    pub bots: Vec<EventBot>,
    /// The platform's payload.
    pub raw: Value,
}

/// A bot, as an event lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBot {
    /// Its id.
    pub bot_id: BotId,
    /// When it joins, as of the last POST.
    pub start_time: Timestamp,
    /// What it is shared by.
    pub deduplication_key: String,
    /// Where it joins, as of the last POST.
    pub meeting_url: String,
}

/// How far a bot has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BotPhase {
    /// Waits for its start.
    Scheduled,
    /// On its way, or in the call.
    Dispatched,
    /// Sent out of the call.
    Left,
    /// Its meeting is over.
    Finished,
}

/// A bot and the events that share it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BotView {
    /// Its id.
    pub id: BotId,
    /// What it is shared by.
    pub deduplication_key: String,
    /// When it joins, as of the last POST.
    pub start_time: Timestamp,
    /// Where it joins, as of the last POST.
    pub meeting_url: String,
    /// The configuration of the last POST, whole.
    pub config: Value,
    /// The events that share it.
    pub events: Vec<EventId>,
    /// How far it has come.
    pub phase: BotPhase,
}

/// A call to the API, as it arrived and as it was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Its number, from 1, in order of arrival.
    pub sequence: u64,
    /// The operation, when the path and the method name one.
    pub operation: Option<Operation>,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, as sent.
    pub query: Option<String>,
    /// The calendar it concerns.
    pub calendar: Option<CalendarId>,
    /// The event it concerns.
    pub event: Option<EventId>,
    /// The bot it concerns.
    pub bot: Option<BotId>,
    /// The body's deduplication key.
    pub deduplication_key: Option<String>,
    /// The header of that name.
    pub idempotency_key: Option<String>,
    /// When the event it concerns begins, as known on arrival.
    pub meeting_start: Option<Timestamp>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it was answered or cut; none while in flight.
    pub answered_at: Option<Timestamp>,
    /// The status of the answer; none while in flight and when the connection was cut.
    pub status: Option<u16>,
    /// Whether a fault on request shaped the outcome.
    pub faulted: bool,
}

/// Which calls to show; what is not given does not narrow.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CallFilter {
    /// Of this operation.
    pub operation: Option<Operation>,
    /// Concerning this event.
    pub event: Option<EventId>,
    /// Concerning this calendar.
    pub calendar: Option<CalendarId>,
    /// Answered so.
    pub status: Option<u16>,
    /// After this number.
    pub after: Option<u64>,
}

/// Counts over everything since the start, or since the calls were last forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// By operation; one that was never called is absent.
    pub operations: BTreeMap<Operation, OperationStats>,
    /// Calls whose path and method name no operation.
    pub unknown: u64,
    /// Answers that said 429.
    pub throttled: u64,
    /// Requests that the published specification does not allow.
    pub violations: u64,
    /// Answers and webhooks of the simulator that the specification does not allow.
    pub own_violations: u64,
    /// Webhooks.
    pub webhooks: WebhookStats,
}

/// Counts of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationStats {
    /// Calls that arrived.
    pub calls: u64,
    /// Calls by the status of their answer.
    pub statuses: BTreeMap<u16, u64>,
    /// Calls whose connection was cut.
    pub cut: u64,
    /// Calls not yet answered.
    pub in_flight: u64,
    /// The most calls that arrived in any sliding minute, rejected ones among them.
    pub peak_received: u64,
    /// The most calls in any sliding minute that were not answered 429.
    pub peak_admitted: u64,
}

/// Counts of webhooks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookStats {
    /// Messages made.
    pub messages: u64,
    /// Tries sent.
    pub attempts: u64,
    /// Tries that were not acknowledged.
    pub failed_attempts: u64,
    /// Messages that were acknowledged.
    pub acknowledged: u64,
    /// Messages given up.
    pub failed: u64,
    /// Messages dropped by a fault.
    pub dropped: u64,
    /// Messages held back.
    pub held: u64,
    /// Messages made while no target was set.
    pub undirected: u64,
    /// Deliveries and gatherings under way.
    pub pending: u64,
}

/// A request that the published specification does not allow, or an answer of our own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// When.
    pub at: Timestamp,
    /// Of which call; none for a webhook.
    pub call: Option<u64>,
    /// The method and the path, or the webhook's event.
    pub subject: String,
    /// What is wrong.
    pub detail: String,
}

/// Both lists of violations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violations {
    /// Of the callers.
    pub requests: Vec<Violation>,
    /// Of the simulator itself.
    pub own: Vec<Violation>,
}

/// What became of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// Being tried.
    Pending,
    /// Answered 2xx.
    Acknowledged,
    /// Given up after the last try, or told to abort.
    Failed,
    /// Dropped by a fault, or about a silent calendar.
    Dropped,
    /// Held back.
    Held,
    /// Not sent: no target was set.
    Undirected,
}

/// A webhook message, which keeps its id over all its tries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRecord {
    /// The id in the header.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The exact body.
    pub body: String,
    /// What became of it.
    pub state: WebhookState,
    /// Its tries.
    pub attempts: Vec<Attempt>,
}

/// One try of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was sent.
    pub at: Timestamp,
    /// When it was answered, or it was clear that it would not be.
    pub answered_at: Timestamp,
    /// The status of the answer; none when there was none.
    pub status: Option<u16>,
}
