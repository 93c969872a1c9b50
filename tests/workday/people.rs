//! People of the demonstration: six employees of one company, on both platforms.

use recall_simulator::Platform;

/// Employee, who owns one connected calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Person {
    Sales1,
    Sales2,
    Success1,
    Success2,
    Support1,
    Product1,
}

impl Person {
    /// All people, in order of their index.
    pub(crate) const ALL: [Self; 6] = [
        Self::Sales1,
        Self::Sales2,
        Self::Success1,
        Self::Success2,
        Self::Support1,
        Self::Product1,
    ];

    /// E-mail address.
    pub(crate) fn email(self) -> &'static str {
        match self {
            Self::Sales1 => "sales-1@acme.example",
            Self::Sales2 => "sales-2@acme.example",
            Self::Success1 => "success-1@acme.example",
            Self::Success2 => "success-2@acme.example",
            Self::Support1 => "support-1@acme.example",
            Self::Product1 => "product-1@acme.example",
        }
    }

    /// Platform of the calendar.
    pub(crate) fn platform(self) -> Platform {
        match self {
            Self::Sales1 | Self::Success1 | Self::Support1 => Platform::GoogleCalendar,
            Self::Sales2 | Self::Success2 | Self::Product1 => Platform::MicrosoftOutlook,
        }
    }

    /// Index in [`Person::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}
