//! How a person names an event, and an event that was found.

use callsheet_domain::{Decision, Email};

/// An event.
#[derive(Debug, Clone)]
pub struct FoundEvent {
    /// The decision about it.
    pub decision: Decision,
    /// The owner of its calendar, if known.
    pub owner: Option<Email>,
    /// The shortest beginning of its id that no other event has.
    pub short_id: String,
}

/// How a person names an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventName {
    /// By its id, or the beginning of it.
    Id(String),
    /// By a part of its title.
    Title(String),
}
