//! How a stack has set its console up.

use callsheet_api::status::Periods;

use crate::embedders::Embedders;
use crate::sign_in::SignIn;

/// How a stack has set its console up.
#[derive(Debug)]
pub struct Settings {
    /// The periods of the stack, by which its silence is judged.
    pub periods: Periods,
    /// Who may show the console in a frame.
    pub embedders: Embedders,
    /// Who sees titles of meetings.
    pub titles: Titles,
    /// Where people sign in with a company login; none if they cannot.
    pub sign_in: Option<SignIn>,
}

/// Who sees titles of meetings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Titles {
    /// Everybody who may see the meeting.
    All,
    /// The owner of its calendar, and its participants.
    Owners,
}

/// A text that is none of the values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected all or owners")]
pub struct UnknownTitles;

impl std::str::FromStr for Titles {
    type Err = UnknownTitles;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            "owners" => Ok(Self::Owners),
            _ => Err(UnknownTitles),
        }
    }
}
