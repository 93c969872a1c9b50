//! How things stand, as people read it.

use comfy_table::{Cell, CellAlignment};

use super::{CalendarStanding, PolicyShown, Status, Tally};
use crate::render::{Render, ago, counted, in_one_line, instant, table};
use crate::retry::Meeting;

impl Render for Status {
    fn text(&self) -> String {
        let mut parts = vec![self.policy.text()];
        if self.calendars.is_empty() {
            parts.push(
                "No calendar is known yet: one is remembered with its first webhook or the next sweep that lists them.".to_owned(),
            );
            return parts.join("\n\n");
        }
        parts.push(self.table());
        let statuses = self.statuses.iter();
        let statuses: Vec<_> = statuses
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let owed = self
            .calendars
            .iter()
            .filter(|calendar| calendar.is_owed_a_look);
        parts.push(format!(
            "{}: {}; {} owed a look.\n{}",
            counted(self.calendars.len(), "calendar", "calendars"),
            statuses.join(", "),
            owed.count(),
            self.meetings.text()
        ));
        if !self.gave_up.is_empty() {
            parts.push(self.given_up_on());
        }
        parts.join("\n\n")
    }
}

impl PolicyShown {
    fn text(&self) -> String {
        let Some(at) = self.at else {
            return match self.revision {
                0 => "The policy that is built in is in force.".to_owned(),
                revision => format!(
                    "Revision {revision} of the policy is in force, of an earlier build: the policy \
                     that is built in is judged by."
                ),
            };
        };
        let by = in_one_line(self.by.as_deref().unwrap_or("somebody"));
        let note = self.note.as_deref().map(in_one_line);
        let note = note.map_or(String::new(), |note| format!(": {note}"));
        let (revision, at) = (self.revision, instant(at));
        format!("Revision {revision} of the policy is in force, pushed {at} by {by}{note}")
    }
}

/// How many meetings that were given up on are named.
const NAMED: usize = 20;

impl Status {
    fn given_up_on(&self) -> String {
        let mut lines = vec!["Given up on; `callsheet retry` tries again:".to_owned()];
        lines.extend(self.gave_up.iter().take(NAMED).map(Meeting::line));
        if self.gave_up.len() > NAMED {
            lines.push(format!("  and {} more", self.gave_up.len() - NAMED));
        }
        lines.join("\n")
    }

    fn table(&self) -> String {
        let names = [
            "calendar",
            "status",
            "looked at",
            "paused until",
            "record",
            "skip",
            "bots",
            "to do",
        ];
        let mut table = table(names);
        for calendar in &self.calendars {
            let number = |count: usize| Cell::new(count).set_alignment(CellAlignment::Right);
            let Tally {
                record,
                skip,
                with_bot,
                due,
                waiting,
                ..
            } = calendar.meetings;
            table.add_row([
                Cell::new(named(calendar)),
                Cell::new(calendar.status),
                Cell::new(self.looked(calendar)),
                Cell::new(calendar.paused_until.map_or_else(String::new, instant)),
                number(record),
                number(skip),
                number(with_bot),
                number(due + waiting),
            ]);
        }
        table.trim_fmt()
    }

    fn looked(&self, calendar: &CalendarStanding) -> String {
        let last_sync = calendar.looked_at;
        let last_sync = last_sync.map_or_else(|| "never".to_owned(), |at| ago(at, self.now));
        if calendar.is_owed_a_look {
            format!("{last_sync}, owed a look")
        } else {
            last_sync
        }
    }
}

fn named(calendar: &CalendarStanding) -> String {
    match &calendar.owner {
        Some(owner) => format!("{owner} ({})", calendar.id),
        None => calendar.id.clone(),
    }
}

impl Tally {
    fn text(&self) -> String {
        let abandoned: usize = self.abandoned.values().sum();
        let mut text = format!(
            "{}: {} to be recorded, {} not; {} with their bot at Recall, {} due, {} waiting, \
             {} in doubt, {abandoned} given up on.",
            counted(
                self.record + self.skip,
                "upcoming meeting",
                "upcoming meetings"
            ),
            self.record,
            self.skip,
            self.with_bot,
            self.due,
            self.waiting,
            self.uncertain_bot,
        );
        let reasons = self.abandoned.iter();
        let reasons = reasons.map(|(reason, count)| format!("\n  given up on {count}: {reason}"));
        text.extend(reasons);
        text
    }
}
