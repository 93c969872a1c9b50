//! Text of the comparison.

use callsheet_api::drift::{Counts, Drift, GoneCalendar, NotCompared};

use crate::render::{
    Field, Render, Text, calendar_label, counted, short_calendar, short_event, table,
};
use crate::screen::Screen;
use crate::unreadable::{calendars_paragraph, decisions_paragraph};

impl Render for Drift {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = Vec::new();
        let meetings = counted(self.compared, "upcoming meeting", "upcoming meetings");
        if self.drifted.is_empty() && self.compared == 0 {
            parts.push("No upcoming meeting was compared.".to_owned());
        } else if self.drifted.is_empty() {
            parts.push(format!("Recall has the right bots for {meetings}."));
        } else {
            parts.push(Text(self, screen).table());
            parts.push(format!(
                "{} of {meetings} {} drifted: {}.\n\
                 Nothing was changed. The next sync of each event repairs it; `callsheet resync --full` \
                 requests one now.",
                self.drifted.len(),
                if self.drifted.len() == 1 { "has" } else { "have" },
                kinds(self.counts),
            ));
        }
        parts.extend(gone(&self.gone));
        parts.extend(not_compared(self.not_compared));
        if !self.unreadable.is_empty() {
            parts.push(format!(
                "{} could not be read and {} skipped:\n  {}",
                counted(self.unreadable.len(), "event", "events"),
                if self.unreadable.len() == 1 {
                    "was"
                } else {
                    "were"
                },
                self.unreadable.join("\n  ")
            ));
        }
        parts.extend(decisions_paragraph(&self.unreadable_decisions));
        parts.extend(calendars_paragraph(&self.unreadable_calendars));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.drifted.is_empty() || !self.gone.is_empty() || !self.is_complete())
    }
}

impl Text<'_, Drift> {
    fn table(&self) -> String {
        let start = self.1.start();
        let headings = ["bot", &start, "calendar", "meeting", "event", "bots"];
        let mut table = table(self.1, headings);
        table.keep_whole(&[0, 1, 4]);
        for meeting in &self.drifted {
            table.add_row([
                Field::text(meeting.kind),
                Field::text(self.1.minute(meeting.starts_at)),
                Field::part(
                    short_calendar(&meeting.calendar, meeting.owner.as_deref()),
                    self.1,
                ),
                Field::part(meeting.title.as_deref().unwrap_or_default(), self.1),
                Field::text(short_event(&meeting.event_id)),
                Field::number(meeting.bots),
            ]);
        }
        table.text()
    }
}

fn kinds(counts: Counts) -> String {
    nonzero(&[
        (counts.missing, "missing"),
        (counts.duplicate, "duplicate"),
        (counts.stale, "stale"),
        (counts.foreign, "foreign"),
    ])
}

fn gone(calendars: &[GoneCalendar]) -> Option<String> {
    if calendars.is_empty() {
        return None;
    }
    let count = counted(
        calendars.len(),
        "calendar is connected here, and gone at Recall, so its meetings have no bots",
        "calendars are connected here, and gone at Recall, so their meetings have no bots",
    );
    let mut lines = vec![format!(
        "{count}. `callsheet resync --full` syncs the status; then the owner has to connect it again:"
    )];
    lines.extend(calendars.iter().map(|calendar| {
        let label = calendar_label(&calendar.id, calendar.owner.as_deref());
        format!("  {label}: {} at Recall", calendar.at_recall.as_str())
    }));
    Some(lines.join("\n"))
}

fn not_compared(counts: NotCompared) -> Option<String> {
    let reasons = [
        (counts.due, "due"),
        (counts.abandoned, "abandoned"),
        (counts.just_called, "called about less than a minute before"),
        (counts.undecided, "without a current decision"),
    ];
    let all: usize = reasons.iter().map(|(count, _)| count).sum();
    let more = counted(all, "more was not compared", "more were not compared");
    (all > 0).then(|| {
        format!(
            "{more}: {}. Whether they have the right bots is unknown: run this again in a few minutes; \
             `callsheet status` shows what is abandoned or not synced.",
            nonzero(&reasons)
        )
    })
}

/// The counts that are not zero, in a list.
fn nonzero(counts: &[(usize, &str)]) -> String {
    let nonzero = counts.iter().filter(|(count, _)| *count > 0);
    let nonzero: Vec<_> = nonzero
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    nonzero.join(", ")
}
