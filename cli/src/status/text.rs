//! Text of the workspace's status.

use callsheet_api::status::{CalendarSummary, MeetingCounts, PolicyStatus, Status};

use crate::render::{Field, Render, Text, ago, counted, in_one_line, short_calendar, table};
use crate::retry::abandoned_line;
use crate::screen::Screen;
use crate::unreadable::{calendars_paragraph, decisions_paragraph, events_paragraph};

impl Render for Status {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = vec![
            Text(&self.health, screen).verdict(),
            Text(&self.health, screen).numbers(self.now),
        ];
        parts.push(Text(&self.policy, screen).sentence());
        if self.calendars.is_empty() {
            parts.push(
                "No calendar is known yet. A calendar becomes known with its first webhook, or with the next \
                 resync that reads Recall's list: `callsheet resync --full` requests one."
                    .to_owned(),
            );
        } else {
            parts.push(Text(self, screen).table());
            parts.push(Text(self, screen).counts());
        }
        if !self.abandoned.is_empty() {
            parts.push(Text(self, screen).abandoned());
        }
        let health = &self.health;
        parts.extend(events_paragraph(&health.unreadable_events, screen));
        parts.extend(decisions_paragraph(&health.unreadable_decisions));
        parts.extend(calendars_paragraph(&health.unreadable_calendars));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.health.findings.is_empty())
    }
}

/// Number of abandoned decisions that are listed.
const MAX_LISTED: usize = 20;

impl Text<'_, Status> {
    fn counts(&self) -> String {
        let statuses = self.statuses.iter();
        let statuses: Vec<_> = statuses
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let needing = self
            .calendars
            .iter()
            .filter(|calendar| calendar.needs_full_sync);
        format!(
            "{}: {}; {} a full sync.\n{}",
            counted(self.calendars.len(), "calendar", "calendars"),
            statuses.join(", "),
            counted(needing.count(), "needs", "need"),
            Text(&self.meetings, self.1).summary()
        )
    }
}

impl Text<'_, PolicyStatus> {
    fn sentence(&self) -> String {
        let Some(at) = self.at else {
            return match self.revision {
                revision if self.problem.is_some() => format!(
                    "Revision {revision} of the policy is active, but cannot be read, so no sync can decide."
                ),
                0 => "The built-in policy is active.".to_owned(),
                revision => format!(
                    "Revision {revision} of the policy is active, but its document is not stored, so the \
                     built-in policy decides. Push the policy again."
                ),
            };
        };
        let by = in_one_line(self.by.as_deref().unwrap_or("an unknown person"));
        let note = self.note.as_deref().map(in_one_line);
        let note = note.map_or(String::new(), |note| format!(": {note}"));
        let (revision, at) = (self.revision, self.1.instant(at));
        format!("Revision {revision} of the policy is active, pushed {at} by {by}{note}")
    }
}

impl Text<'_, Status> {
    fn abandoned(&self) -> String {
        let mut lines = vec!["Abandoned decisions; `callsheet retry` reopens them:".to_owned()];
        lines.extend(
            self.abandoned
                .iter()
                .take(MAX_LISTED)
                .map(|meeting| abandoned_line(meeting, self.1)),
        );
        if self.abandoned.len() > MAX_LISTED {
            lines.push(format!("  and {} more", self.abandoned.len() - MAX_LISTED));
        }
        lines.join("\n")
    }

    fn table(&self) -> String {
        let names = [
            "calendar",
            "status",
            "last sync",
            "paused until",
            "record",
            "skip",
            "bots",
            "to do",
        ];
        let mut table = table(self.1, names);
        for calendar in &self.calendars {
            let number = Field::number::<usize>;
            let MeetingCounts {
                record,
                skip,
                with_bot,
                due,
                waiting,
                ..
            } = calendar.meetings;
            table.add_row([
                Field::text(short_calendar(&calendar.id, calendar.owner.as_deref())),
                Field::text(&calendar.status),
                Field::text(self.last_sync(calendar)),
                Field::text(
                    calendar
                        .paused_until
                        .map_or_else(String::new, |at| self.1.instant(at)),
                ),
                number(record),
                number(skip),
                number(with_bot),
                number(due + waiting),
            ]);
        }
        table.text()
    }

    fn last_sync(&self, calendar: &CalendarSummary) -> String {
        let last_sync = calendar.synced_at;
        let last_sync = last_sync.map_or_else(|| "never".to_owned(), |at| ago(at, self.now));
        if calendar.needs_full_sync {
            format!("{last_sync}, needs a full sync")
        } else {
            last_sync
        }
    }
}

impl Text<'_, MeetingCounts> {
    fn summary(&self) -> String {
        let abandoned: usize = self.abandoned.values().sum();
        let mut text = format!(
            "{}: {} to be recorded, {} not; {} with their bot at Recall, {} due, {} waiting, \
             {} uncertain, {abandoned} abandoned.",
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
            self.uncertain,
        );
        let reasons = self.abandoned.iter();
        let reasons = reasons.map(|(reason, count)| format!("\n  {count} abandoned: {reason}"));
        text.extend(reasons);
        text
    }
}
