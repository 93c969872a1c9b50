//! The platform of a meeting, as a row keeps it.

use crate::event::CalendarEvent;

/// The longest name of a platform that is kept, in characters.
const LONGEST_NAME: usize = 40;

/// The platform of an event's meeting, by Recall's name; none without a meeting link.
///
/// The names are an open set. One that is no plain name is kept as `unknown`: totals by
/// platform are kept for long, and must not hold any other text.
pub(super) fn platform_of(event: &CalendarEvent) -> Option<String> {
    event.meeting.as_ref()?;
    let is_of_name = |letter: char| letter.is_ascii_lowercase() || "0123456789_".contains(letter);
    let is_name =
        |name: &&String| (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(is_of_name);
    let name = event.meeting_platform.as_ref().filter(is_name);
    Some(name.cloned().unwrap_or_else(|| "unknown".to_owned()))
}
