//! Properties of a draft that each platform has its own values for.

use serde::{Deserialize, Serialize};

/// Visibility of the details of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// The calendar's default.
    #[default]
    Default,
    /// Visible to everyone. Outlook has no such value and writes `normal`.
    Public,
    /// Visible to the invited people.
    Private,
    /// Outlook's `personal`. Google has no such value and writes `private`.
    Personal,
    /// `confidential`, on both platforms.
    Confidential,
}

/// Availability of the calendar's owner during an event, as other people see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowAs {
    /// Busy.
    #[default]
    Busy,
    /// Free; Google's `transparent`.
    Free,
    /// Tentatively busy. In Google's payload the event's own status is `tentative`.
    Tentative,
    /// Out of office; Outlook only.
    OutOfOffice,
    /// Working elsewhere; Outlook only.
    WorkingElsewhere,
}

/// Type of calendar entry: Google's `eventType`. Outlook shows the nearest value of `showAs`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// Meeting or appointment.
    #[default]
    Default,
    /// Absence.
    OutOfOffice,
    /// Time reserved for focused work.
    FocusTime,
    /// Place of work on that day.
    WorkingLocation,
    /// Entry that Google created from an e-mail.
    FromGmail,
    /// Birthday.
    Birthday,
}
