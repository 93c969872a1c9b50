//! Text of the workspace's status: problems and totals first.

use callsheet_api::calendars::CalendarRow;
use callsheet_api::status::{
    Abandoned, CalendarTotals, CallsOfMinute, FullSync, MeetingCounts, MeetingsOfDays,
    PolicyStatus, Status,
};
use callsheet_app::bot_state::BotState;

use crate::render::{Field, Render, Text, ago, counted, in_one_line, short_calendar, table};
use crate::retry::abandoned_line;
use crate::screen::Screen;
use crate::unreadable::{calendars_paragraph, decisions_paragraph, events_paragraph};

impl Render for Status {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = vec![
            Text(&self.health, screen).verdict(self.alerts.count() > 0),
            format!(
                "{}\n{:<23}{}",
                Text(&self.health, screen).numbers(self.now),
                "calls, last minute",
                calls_of_minute(&self.calls)
            ),
            Text(&self.policy, screen).sentence(),
        ];
        let alerts = Text(&self.alerts, screen).paragraph(self.now);
        parts.splice(1..1, alerts);
        parts.extend(self.full_sync.map(|sync| Text(&sync, screen).sentence()));
        if self.totals.calendars == 0 {
            parts.push(
                "No calendar is known yet. A calendar becomes known with its first webhook, or with the next \
                 resync that reads Recall's list: `callsheet resync --full` requests one."
                    .to_owned(),
            );
        } else {
            parts.extend(Text(self, screen).calendars());
        }
        parts.extend(Text(&self.abandoned, screen).paragraph());
        let health = &self.health;
        let event_count = health.unreadable_event_count;
        parts.extend(events_paragraph(
            &health.unreadable_events,
            event_count,
            screen,
        ));
        parts.extend(decisions_paragraph(&health.unreadable_decisions));
        parts.extend(calendars_paragraph(&health.unreadable_calendars));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.health.findings.is_empty())
    }
}

impl Text<'_, Status> {
    /// The calendars: totals, each one if they are few, and the meetings of two days.
    fn calendars(&self) -> Vec<String> {
        let totals = Text(&self.totals, self.1);
        let mut parts = Vec::new();
        if let Some(calendars) = &self.calendars {
            parts.push(format!("{}\n{}", totals.sentence(), upcoming(calendars)));
            parts.push(self.table());
        } else {
            parts.push(totals.sentence());
            parts.extend(totals.problems());
        }
        parts.push(Text(&self.meetings, self.1).table());
        parts
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
        for calendar in self.calendars.iter().flatten() {
            let number = Field::number::<usize>;
            let none = MeetingCounts::default();
            let meetings = calendar.meetings.as_ref().unwrap_or(&none);
            let last_sync = calendar.synced_at;
            let last_sync = last_sync.map_or_else(|| "never".to_owned(), |at| ago(at, self.now));
            let need = if calendar.needs_full_sync {
                ", needs a full sync"
            } else {
                ""
            };
            let paused_until = calendar.paused_until;
            table.add_row([
                Field::text(short_calendar(&calendar.id, calendar.owner.as_deref())),
                Field::text(&calendar.status),
                Field::text(format!("{last_sync}{need}")),
                Field::text(paused_until.map_or_else(String::new, |at| self.1.instant(at))),
                number(meetings.record),
                number(meetings.skip),
                number(meetings.with_bot(&WITH_BOT)),
                number(meetings.with_bot(&TO_DO)),
            ]);
        }
        table.text()
    }
}

/// The calls that were made in the last minute, of their limits.
fn calls_of_minute(calls: &[CallsOfMinute]) -> String {
    let made = calls.iter().filter(|one| one.last_minute > 0);
    let made: Vec<_> = made
        .map(|one| format!("{} {} of {}", one.operation, one.last_minute, one.limit))
        .collect();
    if made.is_empty() {
        return "none".to_owned();
    }
    made.join(", ")
}

/// The upcoming meetings of few calendars together.
fn upcoming(calendars: &[CalendarRow]) -> String {
    let meetings = calendars.iter().filter_map(|one| one.meetings.as_ref());
    let sum = |count: fn(&MeetingCounts) -> usize| meetings.clone().map(count).sum::<usize>();
    let (record, skip) = (sum(|one| one.record), sum(|one| one.skip));
    format!(
        "{}: {record} to be recorded, {skip} not; {} with their bot at Recall, {} to do.",
        counted(record + skip, "upcoming meeting", "upcoming meetings"),
        sum(|one| one.with_bot(&WITH_BOT)),
        sum(|one| one.with_bot(&TO_DO)),
    )
}

/// The states in which a bot is at Recall as wanted.
const WITH_BOT: [BotState; 2] = [BotState::Scheduled, BotState::Dispatched];
/// The states in which a call is to be made.
const TO_DO: [BotState; 3] = [BotState::Due, BotState::Retrying, BotState::Uncertain];

impl Text<'_, CalendarTotals> {
    fn sentence(&self) -> String {
        let statuses = self.statuses.iter();
        let statuses: Vec<_> = statuses
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        format!(
            "{}: {}; {} a full sync.",
            counted(self.calendars, "calendar", "calendars"),
            statuses.join(", "),
            counted(self.needing_full_sync, "needs", "need")
        )
    }

    /// The calendars that have a problem, and how to list all.
    fn problems(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.with_problem > 0 {
            let mut lines = vec![format!(
                "{} a problem:",
                counted(self.with_problem, "calendar has", "calendars have")
            )];
            lines.extend(self.problems.iter().map(|one| {
                let name = short_calendar(&one.id, one.owner.as_deref());
                format!("  {name}: {}", one.problem)
            }));
            match self.with_problem - self.problems.len() {
                0 => {}
                more => lines.push(format!(
                    "  and {more} more: `callsheet calendars list --problem`"
                )),
            }
            parts.push(lines.join("\n"));
        }
        parts.push("`callsheet calendars list` lists the calendars.".to_owned());
        parts
    }
}

impl Text<'_, FullSync> {
    fn sentence(&self) -> String {
        let Self(FullSync { policy, pages, .. }, screen) = self;
        let pages = usize::try_from(*pages).unwrap_or(usize::MAX);
        format!(
            "A full sync of all calendars is in progress, the nearest meetings first: everything that starts \
             before {} is decided by policy {policy}; {} so far.",
            screen.instant(self.decided_until),
            counted(pages, "page", "pages")
        )
    }
}

impl Text<'_, MeetingsOfDays> {
    /// Counts of both days. A state in which no bot is has no row, but for the usual ones.
    fn table(&self) -> String {
        let days = [&self.today, &self.tomorrow];
        if days.iter().all(|day| day.record + day.skip == 0) {
            return "No meeting starts today or tomorrow.".to_owned();
        }
        let mut table = table(self.1, ["meetings", "today", "tomorrow"]);
        let with_bot = |state| days.map(|day| day.with_bot(&[state]));
        let rows = [
            ("to be recorded", true, days.map(|day| day.record)),
            ("not recorded", true, days.map(|day| day.skip)),
            ("bot scheduled", true, with_bot(BotState::Scheduled)),
            ("bot dispatched", false, with_bot(BotState::Dispatched)),
            ("due", false, with_bot(BotState::Due)),
            ("retrying", false, with_bot(BotState::Retrying)),
            ("uncertain", false, with_bot(BotState::Uncertain)),
            ("abandoned", false, with_bot(BotState::Abandoned)),
        ];
        for (name, is_usual, counts) in rows {
            if is_usual || counts != [0, 0] {
                let [today, tomorrow] = counts.map(Field::number::<usize>);
                table.add_row([Field::text(name), today, tomorrow]);
            }
        }
        table.text()
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

/// Number of abandoned decisions that are listed.
const MAX_LISTED: usize = 20;

impl Text<'_, Abandoned> {
    /// The abandoned decisions. None if there are none.
    fn paragraph(&self) -> Option<String> {
        if self.meetings.is_empty() {
            return None;
        }
        let mut lines = vec!["Abandoned decisions; `callsheet retry` reopens them:".to_owned()];
        let reasons = self.by_reason.iter();
        lines.extend(reasons.map(|(reason, count)| format!("  {count} abandoned: {reason}")));
        let listed = self.meetings.iter().take(MAX_LISTED);
        lines.extend(listed.map(|meeting| abandoned_line(meeting, self.1)));
        match self.count().saturating_sub(MAX_LISTED) {
            0 => {}
            more if self.has_more => lines.push(format!("  and more than {more} more")),
            more => lines.push(format!("  and {more} more")),
        }
        Some(lines.join("\n"))
    }
}
