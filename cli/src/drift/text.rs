//! What has drifted, as people read it.

use comfy_table::{Cell, CellAlignment};

use super::{Counts, Drift, Drifted, NotJudged};
use crate::render::{Render, counted, in_one_line, minute, table};

impl Render for Drift {
    fn text(&self) -> String {
        let mut parts = Vec::new();
        let meetings = counted(self.evaluated, "upcoming meeting", "upcoming meetings");
        if self.drifted.is_empty() {
            parts.push(format!("Recall has the bots of {meetings} as it should."));
        } else {
            parts.push(self.table());
            parts.push(format!(
                "{} of {meetings} {} drifted: {}.\n\
                 Nothing was changed. The next look at each mends it; `callsheet sweep --everything` \
                 has them looked at now.",
                self.drifted.len(),
                if self.drifted.len() == 1 { "has" } else { "have" },
                self.counts.text(),
            ));
        }
        parts.extend(self.not_judged.text());
        if !self.unreadable.is_empty() {
            parts.push(format!(
                "{} could not be read, and left out:\n  {}",
                counted(self.unreadable.len(), "event", "events"),
                self.unreadable.join("\n  ")
            ));
        }
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.drifted.is_empty())
    }
}

impl Drift {
    fn table(&self) -> String {
        let names = ["bot", "start (UTC)", "calendar", "meeting", "event", "bots"];
        let mut table = table(names);
        for meeting in &self.drifted {
            table.add_row([
                Cell::new(meeting.kind),
                Cell::new(minute(meeting.starts_at)),
                Cell::new(named(meeting)),
                Cell::new(in_one_line(meeting.title.as_deref().unwrap_or_default())),
                Cell::new(&meeting.event_id),
                Cell::new(meeting.bots).set_alignment(CellAlignment::Right),
            ]);
        }
        table.trim_fmt()
    }
}

fn named(meeting: &Drifted) -> String {
    match &meeting.owner {
        Some(owner) => format!("{} ({})", in_one_line(owner), meeting.calendar),
        None => meeting.calendar.clone(),
    }
}

impl Counts {
    fn text(self) -> String {
        let kinds = [
            (self.missing, "missing"),
            (self.duplicate, "duplicate"),
            (self.stale, "stale"),
            (self.foreign, "foreign"),
        ];
        several(&kinds)
    }
}

impl NotJudged {
    fn text(self) -> Option<String> {
        let reasons = [
            (self.due, "due"),
            (self.abandoned, "given up on"),
            (self.just_called, "called about less than a minute before"),
            (self.undecided, "not decided yet as listed"),
        ];
        let all: usize = reasons.iter().map(|(count, _)| count).sum();
        let more = counted(all, "more was not judged", "more were not judged");
        (all > 0).then(|| format!("{more}: {}.", several(&reasons)))
    }
}

fn several(counts: &[(usize, &str)]) -> String {
    let there = counts.iter().filter(|(count, _)| *count > 0);
    let there: Vec<_> = there
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    there.join(", ")
}
