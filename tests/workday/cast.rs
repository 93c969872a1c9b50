//! Who plays: six calendars of one company, on both platforms.

use recall_simulator::Platform;

/// Somebody's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Desk {
    Sales1,
    Sales2,
    Success1,
    Success2,
    Support1,
    Product1,
}

impl Desk {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 6] = [
        Self::Sales1,
        Self::Sales2,
        Self::Success1,
        Self::Success2,
        Self::Support1,
        Self::Product1,
    ];

    /// Whose it is.
    pub(crate) fn address(self) -> &'static str {
        match self {
            Self::Sales1 => "sales-1@acme.example",
            Self::Sales2 => "sales-2@acme.example",
            Self::Success1 => "success-1@acme.example",
            Self::Success2 => "success-2@acme.example",
            Self::Support1 => "support-1@acme.example",
            Self::Product1 => "product-1@acme.example",
        }
    }

    /// Where it is kept.
    pub(crate) fn platform(self) -> Platform {
        match self {
            Self::Sales1 | Self::Success1 | Self::Support1 => Platform::GoogleCalendar,
            Self::Sales2 | Self::Success2 | Self::Product1 => Platform::MicrosoftOutlook,
        }
    }

    /// The how-manieth it is, from nought.
    pub(crate) fn number(self) -> usize {
        self as usize
    }
}
