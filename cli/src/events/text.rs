//! Text of a list of events.

use callsheet_api::events::{EventEntry, EventList};

use crate::render::{Field, Render, counted, in_one_line, table};
use crate::screen::{Screen, cut};
use crate::unreadable::decisions_paragraph;

impl Render for EventList {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = Vec::new();
        if self.events.is_empty() {
            parts.push(
                "No event matches. Without --from, --until or --day, only coming events are listed; \
                 `callsheet status` shows when the calendars were synced."
                    .to_owned(),
            );
        } else {
            parts.push(list(&self.events, screen));
            let record = self.events.iter().filter(|event| event.verdict == "record");
            parts.push(format!(
                "{}: {} to be recorded. `callsheet explain EVENT` says why.",
                counted(self.events.len(), "event", "events"),
                record.count()
            ));
        }
        parts.extend(alerts(self, screen));
        parts.extend(decisions_paragraph(&self.unreadable_decisions));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable_decisions.is_empty())
    }
}

/// What a person can still do about the meetings that run.
fn alerts(list: &EventList, screen: &Screen) -> Option<String> {
    let events = list.events.iter();
    let lines: Vec<_> = events
        .flat_map(|event| event.alerts.iter().map(move |alert| (event, alert)))
        .map(|(event, alert)| {
            let start = screen.minute(event.starts_at);
            let title = event.title.as_deref().unwrap_or("(no title)");
            let line = format!("{title}: {} {}", alert.sentence, alert.advice);
            format!("{start}  {}", in_one_line(&line))
        })
        .collect();
    (!lines.is_empty()).then(|| format!("While it can be saved:\n{}", lines.join("\n")))
}

fn verdict(event: &EventEntry) -> String {
    let lock = if event.locked { ", locked" } else { "" };
    format!("{}{lock}", event.verdict)
}

fn list(events: &[EventEntry], screen: &Screen) -> String {
    let start = screen.start();
    let headings = [&start, "meeting", "verdict", "bot", "calendar", "event"];
    let mut table = table(screen, headings);
    table.keep_whole(&[0, 2, 3, 5]);
    for event in events {
        let title = event.title.as_deref().unwrap_or("(no title)");
        let calendar = event.owner.as_ref().unwrap_or(&event.calendar);
        table.add_row([
            Field::text(screen.minute(event.starts_at)),
            Field::part(title, screen),
            Field::text(verdict(event)),
            Field::text(event.outcome.unwrap_or(event.bot)),
            Field::text(cut(&in_one_line(calendar), screen.width / 4)),
            Field::text(&event.short_id),
        ]);
    }
    table.text()
}
