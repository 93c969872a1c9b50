//! The platforms that calendars are kept on.

use std::str::FromStr;

/// The platform of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Its name in Recall's specification.
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
