//! One constructor for every id.

use std::fmt::Display;

use callsheet_domain::{
    Actor, BotId, CalendarId, DeduplicationKey, EventId, IcalUid, PlatformEventId, SeriesId,
};

/// An id, or another short text that the domain parses.
pub trait TextId: Sized {
    /// The id, or what is wrong with the text.
    ///
    /// # Errors
    /// If the text is no such id.
    fn of_text(text: String) -> Result<Self, String>;
}

macro_rules! text_ids {
    ($($id:ident),+ $(,)?) => {$(
        impl TextId for $id {
            fn of_text(text: String) -> Result<Self, String> {
                Self::parse(text).map_err(|error| error.to_string())
            }
        }
    )+};
}

text_ids!(
    Actor,
    BotId,
    CalendarId,
    DeduplicationKey,
    EventId,
    IcalUid,
    PlatformEventId,
    SeriesId,
);

/// The id that `text` is, of the type that the caller needs: `event.id = id("event-1")`.
///
/// # Panics
/// If the text is no such id.
#[must_use]
#[track_caller]
pub fn id<T: TextId>(text: impl Display) -> T {
    T::of_text(text.to_string()).unwrap_or_else(|problem| panic!("{problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_type_that_is_needed() {
        let (event, meeting): (EventId, IcalUid) = (id("event-1"), id(format!("meeting-{}", 1)));
        assert_eq!((event.as_str(), meeting.as_str()), ("event-1", "meeting-1"));
    }

    #[test]
    #[should_panic(expected = "a calendar id")]
    fn a_text_that_is_no_id_is_rejected() {
        let _: CalendarId = id("not an id");
    }
}
