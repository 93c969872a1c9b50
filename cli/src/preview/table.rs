//! A preview as people read it: a table for each calendar, then the counts.

use comfy_table::{Cell, CellAlignment};

use super::compare::{CalendarPreview, Counts, MeetingPreview, Previewing};
use crate::render::{Render, counted, in_one_line, minute, table};

impl Render for Previewing {
    fn text(&self) -> String {
        let mut parts = Vec::new();
        for calendar in &self.calendars {
            if !calendar.meetings.is_empty() {
                parts.push(format!(
                    "{}\n\n{}",
                    named(calendar),
                    meetings(&calendar.meetings)
                ));
            }
        }
        if self.total.is_nothing() && !self.is_summary {
            parts.push("No meeting would gain, lose or change a bot.".to_owned());
        }
        parts.push(self.counts());
        parts.extend(self.remarks());
        parts.join("\n\n")
    }
}

impl Previewing {
    fn counts(&self) -> String {
        let mut table = table(["calendar", "gains", "loses", "changes", "keeps"]);
        let mut row = |name: String, counts: Counts| {
            let count = |count: usize| Cell::new(count).set_alignment(CellAlignment::Right);
            table.add_row([
                Cell::new(name),
                count(counts.gains),
                count(counts.loses),
                count(counts.changes),
                count(counts.keeps),
            ]);
        };
        for calendar in &self.calendars {
            row(named(calendar), calendar.counts);
        }
        row("all".to_owned(), self.total);
        table.trim_fmt()
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.total.failed > 0 {
            remarks.push(format!(
                "A rule's expression fails on {}: they are not recorded.",
                counted(self.total.failed, "meeting", "meetings")
            ));
        }
        if self.is_another_scheme {
            remarks.push(
                "The policy before tells bots apart by another `deduplication`: a push is refused \
                 while bots are scheduled."
                    .to_owned(),
            );
        }
        if !self.unreadable.is_empty() {
            remarks.push(format!(
                "{} could not be read, and left out:\n  {}",
                counted(self.unreadable.len(), "event", "events"),
                self.unreadable.join("\n  ")
            ));
        }
        remarks
    }
}

impl Counts {
    fn is_nothing(self) -> bool {
        self.gains + self.loses + self.changes == 0
    }
}

fn named(calendar: &CalendarPreview) -> String {
    match &calendar.owner {
        Some(owner) => format!("{owner} ({})", calendar.id),
        None => calendar.id.clone(),
    }
}

fn meetings(meetings: &[MeetingPreview]) -> String {
    let names = ["start (UTC)", "meeting", "bot", "rule", "why"];
    let mut table = table(names);
    for meeting in meetings {
        let before = meeting.rule_before.as_deref().unwrap_or("–");
        let rule = if before == meeting.rule_after {
            before.to_owned()
        } else {
            format!("{before} → {}", meeting.rule_after)
        };
        let why = match meeting.differs.as_slice() {
            [] => meeting.reason.clone(),
            differs => format!("{}; another {}", meeting.reason, differs.join(", ")),
        };
        table.add_row([
            minute(meeting.starts_at),
            in_one_line(meeting.title.as_deref().unwrap_or_default()),
            meeting.effect.to_owned(),
            rule,
            why,
        ]);
    }
    table.trim_fmt()
}
