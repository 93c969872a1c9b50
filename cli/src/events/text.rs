//! Text of a list of events.

use callsheet_api::events::{EventEntry, EventList};

use crate::render::{Field, Render, counted, minute, table};
use crate::unreadable::decisions_paragraph;

impl Render for EventList {
    fn text(&self) -> String {
        let mut parts = Vec::new();
        if self.events.is_empty() {
            parts.push(
                "No event is selected. Without --from, --until or --day, coming events are listed; \
                 `callsheet status` shows when the calendars were synced."
                    .to_owned(),
            );
        } else {
            parts.push(list(&self.events));
            let record = self.events.iter().filter(|event| event.verdict == "record");
            parts.push(format!(
                "{}: {} to be recorded. `callsheet explain EVENT` says why.",
                counted(self.events.len(), "event", "events"),
                record.count()
            ));
        }
        parts.extend(decisions_paragraph(&self.unreadable_decisions));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable_decisions.is_empty())
    }
}

fn list(events: &[EventEntry]) -> String {
    let mut table = table([
        "start (UTC)",
        "meeting",
        "verdict",
        "bot",
        "calendar",
        "event",
    ]);
    for event in events {
        let title = event.title.as_deref().unwrap_or("(no title)");
        let cells = [
            minute(event.starts_at),
            title.to_owned(),
            event.verdict.to_owned(),
            event.bot.to_owned(),
            event
                .owner
                .clone()
                .unwrap_or_else(|| event.calendar.clone()),
            event.short_id.clone(),
        ];
        table.add_row(cells.map(Field::text));
    }
    table.text()
}
