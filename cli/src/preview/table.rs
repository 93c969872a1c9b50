//! Text of a preview: a table for each calendar, then the counts.

use callsheet_api::preview::{Comparison, Counts, MeetingPreview, SpendingForecast};

use crate::policy::problem::warning_lines;
use crate::render::{
    Field, Render, Text, calendar_label, counted, in_one_line, short_calendar, table,
};
use crate::screen::Screen;
use crate::unreadable::{calendars_paragraph, decisions_paragraph};

impl Render for Comparison {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = Vec::new();
        for calendar in &self.calendars {
            if !calendar.meetings.is_empty() {
                parts.push(format!(
                    "{}\n\n{}",
                    calendar_label(&calendar.id, calendar.owner.as_deref()),
                    meetings(&calendar.meetings, screen)
                ));
            }
        }
        if is_unchanged(self.total) && !self.is_summary {
            parts.push("No meeting would gain, lose or change a bot.".to_owned());
        }
        parts.push(Text(self, screen).counts());
        parts.push(spending(&self.spending));
        if !self.warnings.is_empty() {
            parts.push(warning_lines(&self.warnings).join("\n"));
        }
        parts.extend(Text(self, screen).remarks());
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

impl Text<'_, Comparison> {
    fn counts(&self) -> String {
        let mut table = table(self.1, ["calendar", "gains", "loses", "changes", "keeps"]);
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
                short_calendar(&calendar.id, calendar.owner.as_deref()),
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
            let (start, events) = (
                self.1.instant(shared.starts_at),
                shared.event_ids.join(", "),
            );
            let bots = shared.bots;
            lines.push(format!(
                "  {start} \"{title}\": {bots} bots become 1 (events {events})"
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
                "This policy changes which events share a bot: a push is refused while any upcoming meeting has \
                 a bot or is about to get one."
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

/// What the upcoming bots amount to, and the caps that are too low for them.
fn spending(forecast: &SpendingForecast) -> String {
    let estimate = forecast.estimate.as_deref();
    let estimate =
        estimate.map_or_else(String::new, |estimate| format!(", about {estimate} in all"));
    let mut lines = vec![format!(
        "Upcoming: {} of {}{estimate}.",
        counted_bots(forecast.bots),
        hours(forecast.minutes)
    )];
    for one in &forecast.exceeded {
        let of = one.policy.as_deref();
        let of = of.map_or_else(String::new, |policy| format!(" under \"{policy}\""));
        lines.push(format!(
            "  {}{of}: {} of {} would be wanted, more than a cap allows. Those that are decided on last are skipped.",
            one.period,
            counted_bots(one.bots),
            hours(one.minutes)
        ));
    }
    lines.join("\n")
}

fn counted_bots(bots: u64) -> String {
    let unit = if bots == 1 { "bot" } else { "bots" };
    format!("{bots} {unit}")
}

/// Minutes as hours, with one decimal.
fn hours(minutes: u64) -> String {
    let tenths = minutes.div_ceil(6);
    let (hours, tenth) = (tenths / 10, tenths % 10);
    let unit = if tenths == 10 { "hour" } else { "hours" };
    match tenth {
        0 => format!("{hours} {unit}"),
        tenth => format!("{hours}.{tenth} {unit}"),
    }
}

fn is_unchanged(counts: Counts) -> bool {
    counts.gains + counts.loses + counts.changes == 0
}

fn meetings(meetings: &[MeetingPreview], screen: &Screen) -> String {
    let start = screen.start();
    let headings = [&start, "meeting", "bot", "rule", "why"];
    let mut table = table(screen, headings);
    table.keep_whole(&[0, 2]);
    for meeting in meetings {
        let before = meeting.rule_before.as_deref().unwrap_or("–");
        let rule = if before == meeting.rule_after {
            before.to_owned()
        } else {
            format!("{before} → {}", meeting.rule_after)
        };
        let reason = without_rule(&meeting.reason, &meeting.rule_after);
        let why = match meeting.changed_fields.as_slice() {
            [] => reason.to_owned(),
            fields => format!("{reason}; another {}", fields.join(", ")),
        };
        let cells = [
            screen.minute(meeting.starts_at),
            meeting.title.clone().unwrap_or_default(),
            meeting.effect.to_owned(),
            rule,
            why,
        ];
        table.add_row(cells.map(Field::text));
    }
    table.text()
}

/// A reason without the rule's name and verdict, which have columns of their own.
fn without_rule<'a>(reason: &'a str, rule: &str) -> &'a str {
    let beginning = format!("the rule \"{rule}\" ");
    let Some(verdict) = reason.strip_prefix(&beginning) else {
        return reason;
    };
    let verdicts = ["records it: ", "skips it: "];
    let mut rests = verdicts.iter().filter_map(|it| verdict.strip_prefix(it));
    rests.next().unwrap_or(reason)
}
