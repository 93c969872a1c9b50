//! Texts of the list of calendars and of a disconnection.

use std::collections::BTreeMap;

use callsheet_api::calendars::{
    AtRecall, CalendarConnected, CalendarList, CalendarRow, Difference, Disconnected,
    MeetingCounts, Outcome, Removal, UnknownCalendar,
};
use callsheet_app::bot_state::BotState;
use callsheet_domain::CalendarStatus;

use crate::delivery::sentence;
use crate::render::{Field, Render, Text, ago, calendar_label, counted, short_calendar, table_of};
use crate::screen::Screen;
use crate::unreadable::{calendars_paragraph, decisions_paragraph};

/// The states in which a bot is at Recall as wanted.
const WITH_BOT: [BotState; 2] = [BotState::Scheduled, BotState::Dispatched];
/// Rows of a comparison with Recall's list; of more calendars only those that differ are shown.
const FEW: usize = 25;

impl Render for CalendarList {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = Vec::new();
        if !self.calendars.is_empty() || self.only_at_recall.iter().flatten().next().is_some() {
            parts.push(Text(self, screen).table());
        }
        parts.push(Text(self, screen).counts());
        parts.extend(Text(self, screen).problems());
        parts.extend(Text(self, screen).comparison());
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

impl Text<'_, CalendarList> {
    /// The calendars of the page; of many that are compared with Recall's those that differ.
    fn shown(&self) -> impl Iterator<Item = &CalendarRow> {
        let only_differing = self.only_at_recall.is_some() && self.calendars.len() > FEW;
        let is_shown = move |one: &&CalendarRow| !only_differing || one.difference.is_some();
        self.calendars.iter().filter(is_shown)
    }

    fn table(&self) -> String {
        let is_compared = self.only_at_recall.is_some();
        let has_meetings = self.calendars.iter().any(|one| one.meetings.is_some());
        let columns = [
            ("calendar", true),
            ("platform", true),
            ("status", true),
            ("at Recall", is_compared),
            ("last sync", true),
            ("full sync", true),
            ("decided", true),
            ("record", has_meetings),
            ("skip", has_meetings),
            ("bots", has_meetings),
        ];
        let shown: Vec<_> = columns.iter().filter(|column| column.1).collect();
        let headings: Vec<_> = shown.iter().map(|column| column.0).collect();
        let mut table = table_of(self.1, &headings);
        let mut add = |cells: Vec<Field>| {
            let cells = cells.into_iter().zip(columns);
            table.add_row(cells.filter(|(_, column)| column.1).map(|(cell, _)| cell));
        };
        for calendar in self.shown() {
            add(self.row(calendar));
        }
        for unknown in self.only_at_recall.iter().flatten() {
            add(unknown_row(unknown));
        }
        table.text()
    }

    fn row(&self, calendar: &CalendarRow) -> Vec<Field> {
        let [last_sync, full_sync] = self.last_syncs(calendar);
        let at_recall = calendar.at_recall.as_ref().map_or("", AtRecall::as_str);
        let count = |count: fn(&MeetingCounts) -> usize| {
            Field::number(calendar.meetings.as_ref().map_or(0, count))
        };
        vec![
            Field::text(short_calendar(&calendar.id, calendar.owner.as_deref())),
            Field::text(platform(calendar.platform)),
            Field::text(&calendar.status),
            Field::text(at_recall),
            Field::text(last_sync),
            Field::text(full_sync),
            Field::text(self.decided(calendar)),
            count(|meetings| meetings.record),
            count(|meetings| meetings.skip),
            count(|meetings| meetings.with_bot(&WITH_BOT)),
        ]
    }

    /// Ages of the last sync and of the last full sync.
    fn last_syncs(&self, calendar: &CalendarRow) -> [String; 2] {
        if calendar.synced_at.is_none() && calendar.is_lost() {
            return Default::default();
        }
        let last_sync = calendar.synced_at;
        let last_sync = last_sync.map_or_else(|| "never".to_owned(), |at| ago(at, self.now));
        let full_sync = match (calendar.full_sync_at, calendar.synced_at) {
            (Some(at), _) => ago(at, self.now),
            (None, Some(_)) => "earlier".to_owned(),
            (None, None) => "never".to_owned(),
        };
        [last_sync, full_sync]
    }

    /// By which policy its meetings are decided.
    fn decided(&self, calendar: &CalendarRow) -> String {
        let by = calendar
            .decided_by
            .map(|policy| format!("by policy {policy}"));
        match (by, calendar.decided_until) {
            (Some(by), Some(until)) => format!("until {} {by}", self.1.instant(until)),
            (Some(by), None) if calendar.needs_full_sync => format!("{by}, needs a full sync"),
            (Some(by), None) => by,
            (None, _) if calendar.needs_full_sync => "needs a full sync".to_owned(),
            (None, _) => String::new(),
        }
    }

    /// Counts of the calendars, if all are listed; else how to get the others.
    fn counts(&self) -> String {
        let all = counted(self.calendars.len(), "calendar", "calendars");
        if self.calendars.is_empty() && self.next.is_none() {
            return "No calendar is listed. Without filters this means that none is known yet: a calendar \
                    becomes known with its first webhook, or with the next resync that reads Recall's list, \
                    which `callsheet resync --full` requests."
                .to_owned();
        }
        if let Some(next) = &self.next {
            return format!(
                "{all}, and there are more: repeat the command with `--cursor {next}`. `callsheet status` \
                 shows totals."
            );
        }
        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for calendar in &self.calendars {
            *statuses.entry(&calendar.status).or_default() += 1;
        }
        let statuses: Vec<_> = statuses
            .iter()
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        let needing = self.calendars.iter().filter(|one| one.needs_full_sync);
        format!(
            "{all}: {}; {} a full sync.",
            statuses.join(", "),
            counted(needing.count(), "needs", "need")
        )
    }

    /// What is wrong with the calendars that are shown. None if nothing is.
    fn problems(&self) -> Option<String> {
        let lines = self.shown().filter_map(|one| {
            let name = short_calendar(&one.id, one.owner.as_deref());
            Some(format!("  {name}: {}", one.problem.as_ref()?))
        });
        let lines: Vec<_> = lines.collect();
        (!lines.is_empty()).then(|| format!("Problems:\n{}", lines.join("\n")))
    }

    /// Explains the differences. None if Recall's list was not read.
    fn comparison(&self) -> Option<String> {
        let unknown = self.only_at_recall.as_ref()?;
        let differing = |difference| {
            let differs = |one: &&CalendarRow| one.difference == Some(difference);
            self.calendars.iter().filter(differs).count()
        };
        let mut lines = Vec::new();
        if !unknown.is_empty() {
            lines.push(format!(
                "{} known to Recall only. A webhook, or the next resync that reads Recall's list, adds {}: \
                 `callsheet resync --full` requests one.",
                counted(unknown.len(), "calendar is", "calendars are"),
                if unknown.len() == 1 { "it" } else { "them" },
            ));
        }
        match differing(Difference::OnlyHere) {
            0 => {}
            count => lines.push(format!(
                "{} not listed by Recall any more: `callsheet calendars disconnect` retires the decisions.",
                counted(count, "calendar is", "calendars are")
            )),
        }
        match differing(Difference::Status) {
            0 => {}
            count => lines.push(format!(
                "{} another status at Recall: a webhook is on its way, or was lost. `callsheet resync --full` \
                 syncs the status.",
                counted(count, "calendar has", "calendars have")
            )),
        }
        lines.extend(
            self.unreadable
                .iter()
                .map(|problem| format!("Recall lists a calendar that cannot be read: {problem}.")),
        );
        if lines.is_empty() {
            lines.push("Recall lists the same calendars.".to_owned());
        }
        Some(lines.join("\n"))
    }
}

/// The short name of a platform.
fn platform(platform: &'static str) -> &'static str {
    match platform {
        "google_calendar" => "Google",
        "microsoft_outlook" => "Outlook",
        other => other,
    }
}

/// The row of a calendar that only Recall knows.
fn unknown_row(calendar: &UnknownCalendar) -> Vec<Field> {
    let name = short_calendar(&calendar.id, calendar.owner.as_deref());
    let known = [
        name.as_str(),
        platform(calendar.platform),
        "unknown",
        calendar.status.as_str(),
    ];
    let empty = std::iter::repeat_n("", 6);
    known.into_iter().chain(empty).map(Field::text).collect()
}

/// Description of what will happen, for the confirmation.
pub(super) fn description(removal: &Removal) -> String {
    let name = calendar_label(&removal.calendar, removal.owner.as_deref());
    if removal.status == CalendarStatus::Deleted.as_str() {
        return format!(
            "{name} is already deleted at Recall. The deletion is repeated there, and a sync is requested that \
                 retires its decisions."
        );
    }
    let upcoming = counted(removal.meetings, "upcoming meeting", "upcoming meetings");
    let kept = match removal.shared_bots {
        0 => String::new(),
        shared => format!(
            " {} other calendars.",
            counted(
                shared,
                "bot stays, since it is shared with",
                "bots stay, since they are shared with"
            )
        ),
    };
    let unreadable = decisions_paragraph(&removal.unreadable);
    let unreadable = unreadable.map_or_else(String::new, |rows| {
        format!("\n{rows}\nThey may have further bots, which are removed too.")
    });
    format!(
        "{name} will be deleted at Recall. This cannot be undone: its owner has to connect it again.\n\
             It has {upcoming}. {} removed with it.{kept}{unreadable}",
        counted(removal.bots, "bot is", "bots are"),
    )
}

impl Render for Disconnected {
    fn text_on(&self, _screen: &Screen) -> String {
        let Removal {
            calendar, owner, ..
        } = &self.removal;
        let name = calendar_label(calendar, owner.as_deref());
        let unreadable = decisions_paragraph(&self.removal.unreadable);
        let unreadable = unreadable.map_or_else(String::new, |rows| format!("\n\n{rows}"));
        let result = match self.outcome {
            Outcome::Deleted => {
                let bots = self.removal.bots;
                let bots = counted(
                    bots,
                    "bot of an upcoming meeting",
                    "bots of upcoming meetings",
                );
                format!("{name} was deleted at Recall, and {bots} with it.")
            }
            Outcome::AlreadyDeleted => format!("{name} was already deleted at Recall."),
        };
        format!(
            "{result}\nA sync was requested: it retires the calendar's decisions, which stay readable. \
             `callsheet calendars list` shows the calendar as deleted soon.{unreadable}"
        )
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.removal.unreadable.is_empty())
    }
}

impl Render for CalendarConnected {
    fn text_on(&self, _screen: &Screen) -> String {
        let Self { id, status, .. } = self;
        let effect = "A sync of it was requested: `callsheet calendars list` shows it, and \
                      `callsheet events` its meetings.";
        format!(
            "Calendar {id} was created at Recall: it is {status}.\n{}",
            sentence(&self.sync_request, effect)
        )
    }
}
