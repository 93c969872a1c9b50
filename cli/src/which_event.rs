//! The question which of several events is meant, as a table that fits the terminal.

use std::fmt;

use callsheet_api::events::EventEntry;
use callsheet_app::events::{EventName, FoundEvent};

use crate::render::{Field, counted, in_one_line, table};
use crate::screen::Screen;

/// Number of events that a question lists.
const MAX_ASKED: usize = 20;

/// Several events have the name that a command was given.
#[derive(Debug)]
pub(crate) struct WhichEvent {
    pub(crate) name: EventName,
    pub(crate) events: Vec<FoundEvent>,
}

impl fmt::Display for WhichEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = match &self.name {
            EventName::Id(id) => format!("have an id that begins with \"{}\"", in_one_line(id)),
            EventName::Title(title) => format!("have \"{}\" in their title", in_one_line(title)),
        };
        let count = counted(self.events.len(), "event", "events");
        write!(formatter, "{count} {named}. Which one?")
    }
}

impl WhichEvent {
    /// The question with the events, of which one is to be named.
    pub(crate) fn text_on(&self, screen: &Screen) -> String {
        let start = screen.start();
        let mut table = table(screen, [&start, "meeting", "calendar", "event"]);
        table.keep_whole(&[0, 3]);
        for event in self.events.iter().take(MAX_ASKED) {
            let event = EventEntry::of(event, event.decision.starts_at);
            let calendar = event.owner.as_ref().unwrap_or(&event.calendar);
            table.add_row([
                Field::text(screen.minute(event.starts_at)),
                Field::part(event.title.as_deref().unwrap_or_default(), screen),
                Field::part(calendar, screen),
                Field::text(&event.short_id),
            ]);
        }
        let more = match self.events.len().saturating_sub(MAX_ASKED) {
            0 => String::new(),
            more => format!("\n… and {more} more"),
        };
        let events = table.text();
        format!("{self} Give the id in the last column:\n\n{events}{more}")
    }
}
