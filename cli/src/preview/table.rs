//! Text of a preview: a table for each calendar, then the counts.

use super::compare::{Comparison, Counts, MeetingPreview};
use crate::render::{Field, Render, calendar_label, counted, in_one_line, minute, table};
use crate::unreadable::{calendars_paragraph, decisions_paragraph};

impl Render for Comparison {
    fn text(&self) -> String {
        let mut parts = Vec::new();
        for calendar in &self.calendars {
            if !calendar.meetings.is_empty() {
                parts.push(format!(
                    "{}\n\n{}",
                    calendar_label(&calendar.id, calendar.owner.as_deref()),
                    meetings(&calendar.meetings)
                ));
            }
        }
        if self.total.are_unchanged() && !self.is_summary {
            parts.push("No meeting would gain, lose or change a bot.".to_owned());
        }
        parts.push(self.counts());
        parts.extend(self.remarks());
        parts.extend(decisions_paragraph(&self.unreadable_decisions));
        parts.extend(calendars_paragraph(&self.unreadable_calendars));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        let is_complete =
            self.unreadable_decisions.is_empty() && self.unreadable_calendars.is_empty();
        u8::from(!is_complete)
    }
}

impl Comparison {
    fn counts(&self) -> String {
        let mut table = table(["calendar", "gains", "loses", "changes", "keeps"]);
        let mut row = |name: String, counts: Counts| {
            let count = Field::number::<usize>;
            table.add_row([
                Field::text(name),
                count(counts.gains),
                count(counts.loses),
                count(counts.changes),
                count(counts.keeps),
            ]);
        };
        for calendar in &self.calendars {
            row(
                calendar_label(&calendar.id, calendar.owner.as_deref()),
                calendar.counts,
            );
        }
        row("all".to_owned(), self.total);
        table.text()
    }

    /// The events that would share a bot.
    fn shared(&self) -> String {
        let mut lines = vec!["These events would share a bot, and have several now:".to_owned()];
        for shared in &self.newly_shared {
            let title = shared.title.as_deref().map(in_one_line).unwrap_or_default();
            let events = shared.event_ids.join(", ");
            lines.push(format!(
                "  {} \"{title}\": {} bots become 1 (events {events})",
                minute(shared.starts_at),
                shared.bots
            ));
        }
        lines.join("\n")
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.total.failed > 0 {
            remarks.push(format!(
                "A rule's expression fails on {}: they are not recorded.",
                counted(self.total.failed, "meeting", "meetings")
            ));
        }
        if self.changes_deduplication {
            remarks.push(
                "This policy changes which events share a bot: a push is refused while any upcoming meeting has a bot \
                 or is about to get one."
                    .to_owned(),
            );
        }
        if !self.newly_shared.is_empty() {
            remarks.push(self.shared());
        }
        if !self.unreadable.is_empty() {
            remarks.push(format!(
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
        remarks
    }
}

impl Counts {
    fn are_unchanged(self) -> bool {
        self.gains + self.loses + self.changes == 0
    }
}

fn meetings(meetings: &[MeetingPreview]) -> String {
    let headings = ["start (UTC)", "meeting", "bot", "rule", "why"];
    let mut table = table(headings);
    for meeting in meetings {
        let before = meeting.rule_before.as_deref().unwrap_or("–");
        let rule = if before == meeting.rule_after {
            before.to_owned()
        } else {
            format!("{before} → {}", meeting.rule_after)
        };
        let why = match meeting.changed_fields.as_slice() {
            [] => meeting.reason.clone(),
            fields => format!("{}; another {}", meeting.reason, fields.join(", ")),
        };
        let cells = [
            minute(meeting.starts_at),
            meeting.title.clone().unwrap_or_default(),
            meeting.effect.to_owned(),
            rule,
            why,
        ];
        table.add_row(cells.map(Field::text));
    }
    table.text()
}
