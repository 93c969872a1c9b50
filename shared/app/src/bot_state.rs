//! What became of a meeting's bot so far, in one word.

use callsheet_domain::{Applied, Decision, Timestamp, Wanted};

/// What became of a meeting's bot so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BotState {
    /// No bot is wanted, and none is there.
    None,
    /// A call will be made as soon as a permit is free.
    Due,
    /// A call will be made later, since the last one failed.
    Retrying,
    /// A bot may or may not be there until the next call.
    Uncertain,
    /// No more calls are made.
    Abandoned,
    /// The wanted bot is at Recall.
    Scheduled,
    /// The bot is on its way to the call or in it.
    Dispatched,
}

impl BotState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Due,
        Self::Retrying,
        Self::Uncertain,
        Self::Abandoned,
        Self::Scheduled,
        Self::Dispatched,
    ];

    /// The state of the bot of `row` at `now`.
    #[must_use]
    pub fn of(row: &Decision, now: Timestamp) -> Self {
        Self::at_any_time(row).waiting(row.attempts.not_before, now)
    }

    /// The state of a bot whose call may be made from `not_before` on: a due one retries
    /// before it.
    #[must_use]
    pub fn waiting(self, not_before: Option<Timestamp>, now: Timestamp) -> Self {
        let waits = not_before.is_some_and(|at| at > now);
        match self {
            Self::Due if waits => Self::Retrying,
            state => state,
        }
    }

    /// The state of the bot of `row`: it is due, whenever its call may be made.
    #[must_use]
    pub fn at_any_time(row: &Decision) -> Self {
        if row.is_abandoned() {
            return Self::Abandoned;
        }
        match &row.applied {
            Applied::Uncertain(_) | Applied::TooMany(_) => return Self::Uncertain,
            Applied::Dispatched(_) => return Self::Dispatched,
            Applied::Nothing | Applied::Bot(_) => {}
        }
        if row.is_due() {
            return Self::Due;
        }
        match row.wanted {
            Wanted::Bot(_) => Self::Scheduled,
            Wanted::Nothing => Self::None,
        }
    }

    /// The state of this name; none if there is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The name it is stored and shown under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Due => "due",
            Self::Retrying => "retrying",
            Self::Uncertain => "uncertain",
            Self::Abandoned => "abandoned",
            Self::Scheduled => "scheduled",
            Self::Dispatched => "dispatched",
        }
    }
}
