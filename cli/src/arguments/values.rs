//! Parsers of arguments that have a form of their own.

use callsheet_domain::{Actor, CalendarId, EventId, InvalidActor, InvalidId};

/// Length limit of a push's note, in characters.
const MAX_NOTE_CHARS: usize = 500;

pub(super) fn calendar_id(text: &str) -> Result<CalendarId, InvalidId> {
    CalendarId::parse(text)
}

pub(super) fn event_id(text: &str) -> Result<EventId, InvalidId> {
    EventId::parse(text)
}

/// The id of an event, or the beginning of it.
pub(super) fn event_name(text: &str) -> Result<String, InvalidId> {
    EventId::parse(text).map(|_| text.to_owned())
}

pub(super) fn actor_name(text: &str) -> Result<Actor, InvalidActor> {
    Actor::parse(text)
}

pub(super) fn note(text: &str) -> Result<String, String> {
    if (1..=MAX_NOTE_CHARS).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(format!("a note has 1 to {MAX_NOTE_CHARS} characters"))
    }
}
