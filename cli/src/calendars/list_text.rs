//! The list of calendars for people: a table, and what is wrong with them.

use std::collections::BTreeMap;

use callsheet_api::calendars::{
    AtRecall, CalendarList, CalendarRow, Difference, DisconnectReason, MeetingCounts,
    UnknownCalendar,
};
use callsheet_app::bot_state::BotState;
use serde::Serialize;

use crate::render::{Field, Render, ago, counted, short_calendar, table_of};
use crate::screen::Screen;
use crate::unreadable::{calendars_paragraph, decisions_paragraph};

/// The states in which a bot is at Recall as wanted.
const WITH_BOT: [BotState; 2] = [BotState::Scheduled, BotState::Dispatched];
/// Rows of a comparison with Recall's list; of more calendars only those that differ are shown.
const FEW: usize = 25;

/// A list of calendars, and the keys of their metadata that people see a column of. In JSON
/// there are all.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct WithColumns {
    pub(super) list: CalendarList,
    #[serde(skip)]
    pub(super) keys: Vec<String>,
}

impl Render for WithColumns {
    fn text_on(&self, screen: &Screen) -> String {
        text_of(&self.list, &self.keys, screen)
    }

    fn exit_code(&self) -> u8 {
        self.list.exit_code()
    }
}

impl Render for CalendarList {
    fn text_on(&self, screen: &Screen) -> String {
        text_of(self, &[], screen)
    }

    fn exit_code(&self) -> u8 {
        let is_complete =
            self.unreadable_decisions.is_empty() && self.unreadable_calendars.is_empty();
        u8::from(!is_complete)
    }
}

fn text_of(list: &CalendarList, keys: &[String], screen: &Screen) -> String {
    let text = ListText { list, keys, screen };
    let mut parts = Vec::new();
    if !list.calendars.is_empty() || list.only_at_recall.iter().flatten().next().is_some() {
        parts.push(text.table());
    }
    parts.push(text.counts());
    parts.extend(text.problems());
    parts.extend(text.comparison());
    parts.extend(decisions_paragraph(&list.unreadable_decisions));
    parts.extend(calendars_paragraph(&list.unreadable_calendars));
    parts.join("\n\n")
}

/// The parts of the list's text.
struct ListText<'a> {
    list: &'a CalendarList,
    keys: &'a [String],
    screen: &'a Screen,
}

impl ListText<'_> {
    /// The calendars of the page; of many that are compared with Recall's those that differ.
    fn shown(&self) -> impl Iterator<Item = &CalendarRow> {
        let only_differing = self.list.only_at_recall.is_some() && self.list.calendars.len() > FEW;
        let is_shown = move |one: &&CalendarRow| !only_differing || one.difference.is_some();
        self.list.calendars.iter().filter(is_shown)
    }

    fn table(&self) -> String {
        let is_compared = self.list.only_at_recall.is_some();
        let has_reason = self.shown().any(|one| one.disconnect_reason.is_some());
        let has_meetings = self.list.calendars.iter().any(|one| one.meetings.is_some());
        let columns = [
            ("calendar", true),
            ("platform", true),
            ("status", true),
            ("reason", has_reason),
            ("at Recall", is_compared),
            ("last sync", true),
            ("full sync", true),
            ("decided", true),
            ("record", has_meetings),
            ("skip", has_meetings),
            ("bots", has_meetings),
        ];
        let shown: Vec<_> = columns.iter().filter(|column| column.1).collect();
        let keys = self.keys.iter().map(String::as_str);
        let headings: Vec<_> = shown.iter().map(|column| column.0).chain(keys).collect();
        let mut table = table_of(self.screen, &headings);
        let mut add = |cells: Vec<Field>, metadata: Vec<Field>| {
            let cells = cells.into_iter().zip(columns);
            let cells = cells.filter(|(_, column)| column.1).map(|(cell, _)| cell);
            table.add_row(cells.chain(metadata));
        };
        for calendar in self.shown() {
            add(self.row(calendar), self.metadata(calendar));
        }
        for unknown in self.list.only_at_recall.iter().flatten() {
            let none = self.keys.iter().map(|_| Field::text(""));
            add(unknown_row(unknown), none.collect());
        }
        table.text()
    }

    fn row(&self, calendar: &CalendarRow) -> Vec<Field> {
        let [last_sync, full_sync] = self.last_syncs(calendar);
        let reason = calendar.disconnect_reason.as_ref();
        let reason = reason.map_or("", |reason: &DisconnectReason| reason.code.as_str());
        let at_recall = calendar.at_recall.as_ref().map_or("", AtRecall::as_str);
        let count = |count: fn(&MeetingCounts) -> usize| {
            Field::number(calendar.meetings.as_ref().map_or(0, count))
        };
        vec![
            Field::text(short_calendar(&calendar.id, calendar.owner.as_deref())),
            Field::text(platform(calendar.platform)),
            Field::text(&calendar.status),
            Field::text(reason),
            Field::text(at_recall),
            Field::text(last_sync),
            Field::text(full_sync),
            Field::text(self.decided(calendar)),
            count(|meetings| meetings.record),
            count(|meetings| meetings.skip),
            count(|meetings| meetings.with_bot(&WITH_BOT)),
        ]
    }

    /// The values of the keys; `?` for one that is not known.
    fn metadata(&self, calendar: &CalendarRow) -> Vec<Field> {
        let value = |key: &String| match &calendar.metadata {
            None => "?",
            Some(values) => match values.get(key) {
                Some(None) => "?",
                Some(Some(value)) => value,
                None => "",
            },
        };
        self.keys
            .iter()
            .map(|key| Field::text(value(key)))
            .collect()
    }

    /// Ages of the last sync and of the last full sync.
    fn last_syncs(&self, calendar: &CalendarRow) -> [String; 2] {
        if calendar.synced_at.is_none() && calendar.is_lost() {
            return Default::default();
        }
        let last_sync = calendar.synced_at;
        let last_sync = last_sync.map_or_else(|| "never".to_owned(), |at| ago(at, self.list.now));
        let full_sync = match (calendar.full_sync_at, calendar.synced_at) {
            (Some(at), _) => ago(at, self.list.now),
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
            (Some(by), Some(until)) => format!("until {} {by}", self.screen.instant(until)),
            (Some(by), None) if calendar.needs_full_sync => format!("{by}, needs a full sync"),
            (Some(by), None) => by,
            (None, _) if calendar.needs_full_sync => "needs a full sync".to_owned(),
            (None, _) => String::new(),
        }
    }

    /// Counts of the calendars, if all are listed; else how to get the others.
    fn counts(&self) -> String {
        let all = counted(self.list.calendars.len(), "calendar", "calendars");
        if self.list.calendars.is_empty() && self.list.next.is_none() {
            return "No calendar is listed. Without filters this means that none is known yet: a calendar \
                    becomes known with its first webhook, or with the next resync that reads Recall's list, \
                    which `callsheet resync --full` requests."
                .to_owned();
        }
        if let Some(next) = &self.list.next {
            return format!(
                "{all}, and there are more: repeat the command with `--cursor {next}`. `callsheet status` \
                 shows totals."
            );
        }
        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for calendar in &self.list.calendars {
            *statuses.entry(&calendar.status).or_default() += 1;
        }
        let statuses: Vec<_> = statuses
            .iter()
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        let needing = self.list.calendars.iter().filter(|one| one.needs_full_sync);
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
        let unknown = self.list.only_at_recall.as_ref()?;
        let differing = |difference| {
            let differs = |one: &&CalendarRow| one.difference == Some(difference);
            self.list.calendars.iter().filter(differs).count()
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
            self.list
                .unreadable
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
        "",
        calendar.status.as_str(),
    ];
    let empty = std::iter::repeat_n("", 6);
    known.into_iter().chain(empty).map(Field::text).collect()
}
