//! Calendars, events and bots, as the control API shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{BotId, CalendarId, EventId};

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
