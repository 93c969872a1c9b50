//! One event of one calendar, as it was seen at one moment.

use std::fmt;
use std::str::FromStr;

use crate::{
    BotId, CalendarId, DecisionKey, DeduplicationKey, EventId, Facts, IcalUid, PlatformEventId,
    Timestamp,
};

/// Where a calendar is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Google Calendar.
    Google,
    /// Microsoft Outlook.
    Outlook,
}

/// A platform that Recall's specification does not list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown calendar platform: expected google_calendar or microsoft_outlook")]
pub struct UnknownPlatform;

impl Platform {
    /// The name Recall's specification gives it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google_calendar",
            Self::Outlook => "microsoft_outlook",
        }
    }
}

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "google_calendar" => Ok(Self::Google),
            "microsoft_outlook" => Ok(Self::Outlook),
            _ => Err(UnknownPlatform),
        }
    }
}

/// Where people meet. Its `Debug` leaves the link out: links carry passcodes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Meeting {
    /// The link people join by.
    pub url: String,
}

impl fmt::Debug for Meeting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Meeting(…)")
    }
}

/// A bot that Recall lists with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotEntry {
    /// The bot.
    pub bot_id: BotId,
    /// The start it was scheduled for. It stays when the event moves on.
    pub starts_at: Timestamp,
    /// The key it was scheduled under.
    pub deduplication_key: DeduplicationKey,
}

/// One event of one calendar. Instants are whole microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    /// Its name in this calendar.
    pub id: EventId,
    /// The calendar it stands in.
    pub calendar_id: CalendarId,
    /// Its name across calendars.
    pub ical_uid: IcalUid,
    /// Where the calendar is kept.
    pub platform: Platform,
    /// The platform's own name of it.
    pub platform_id: Option<PlatformEventId>,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When the event was created at Recall.
    pub created_at: Timestamp,
    /// When Recall last changed the event: the order of its versions.
    pub updated_at: Timestamp,
    /// Removed from the calendar. Such events stay listed.
    pub is_deleted: bool,
    /// Where people meet, if a link was found.
    pub meeting: Option<Meeting>,
    /// What the link leads to, as Recall names it: an open set.
    pub meeting_platform: Option<String>,
    /// The bots Recall lists with it.
    pub bots: Vec<BotEntry>,
    /// What the platform's own payload says.
    pub facts: Facts,
}

impl CalendarEvent {
    /// Where the decision about this event is kept.
    #[must_use]
    pub fn key(&self) -> DecisionKey {
        DecisionKey {
            ical_uid: self.ical_uid.clone(),
            event_id: self.id.clone(),
        }
    }
}
