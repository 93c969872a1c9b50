//! How an entry stands in the calendar: who may see it, what it shows to
//! others, of what kind it is.

/// Who may see an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Whoever may see the calendar's entries in general.
    Default,
    /// Whoever may see the calendar.
    Public,
    /// Those who are invited.
    Private,
    /// Those who are invited; the platforms know a second word for it.
    Confidential,
}

impl Visibility {
    /// The name it has in rules.
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

/// What others see of its owner's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShowsAs {
    /// Open to other meetings.
    Free,
    /// Perhaps taken.
    Tentative,
    /// Taken.
    Busy,
    /// Away.
    OutOfOffice,
    /// At work in another place.
    Elsewhere,
}

impl ShowsAs {
    /// The name it has in rules.
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

/// What kind of entry it is. Outlook knows no kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// A meeting or an appointment.
    Default,
    /// Its owner is away.
    OutOfOffice,
    /// Time kept free for its owner's own work.
    FocusTime,
    /// Where its owner works that day.
    WorkingLocation,
    /// CallRecord out of a mail: a flight, a table at a restaurant.
    FromGmail,
    /// A birthday.
    Birthday,
}

impl EventType {
    /// The name it has in rules.
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
