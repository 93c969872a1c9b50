//! How an event appears in its calendar: its visibility, the time it shows, its type.

/// Who may see an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// The calendar's default.
    Default,
    /// All who may see the calendar.
    Public,
    /// The attendees only.
    Private,
    /// The attendees only; a second value of the platforms with the same meaning.
    Confidential,
}

impl Visibility {
    /// Its name in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Public => "public",
            Self::Private => "private",
            Self::Confidential => "confidential",
        }
    }
}

/// How the event shows its owner's time to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShowsAs {
    /// Free for other meetings.
    Free,
    /// Tentatively busy.
    Tentative,
    /// Busy.
    Busy,
    /// Out of office.
    OutOfOffice,
    /// Working elsewhere.
    Elsewhere,
}

impl ShowsAs {
    /// Its name in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Tentative => "tentative",
            Self::Busy => "busy",
            Self::OutOfOffice => "out_of_office",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// The type of an event. Outlook has only the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// A meeting or an appointment.
    Default,
    /// The owner is out of office.
    OutOfOffice,
    /// Focus time of the owner.
    FocusTime,
    /// The place where the owner works that day.
    WorkingLocation,
    /// Created from an e-mail, for example a flight.
    FromGmail,
    /// A birthday.
    Birthday,
}

impl EventType {
    /// Its name in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::OutOfOffice => "out_of_office",
            Self::FocusTime => "focus_time",
            Self::WorkingLocation => "working_location",
            Self::FromGmail => "from_gmail",
            Self::Birthday => "birthday",
        }
    }
}
