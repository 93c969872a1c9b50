//! Texts of the list of calendars and of a disconnection.

use std::collections::BTreeMap;

use callsheet_api::calendars::{
    AtRecall, CalendarList, CalendarRow, Difference, Disconnected, Outcome, Removal,
    UnknownCalendar,
};
use callsheet_domain::CalendarStatus;

use crate::render::{
    Field, Render, Text, TextTable, ago, calendar_label, counted, short_calendar, table,
};
use crate::screen::Screen;
use crate::unreadable::{calendars_paragraph, decisions_paragraph};

impl Render for CalendarList {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = Vec::new();
        let unknown = self.only_at_recall.as_deref().unwrap_or_default();
        if self.calendars.is_empty() {
            parts.push(
                "No calendar is known yet. A calendar becomes known with its first webhook, or with the next \
                 resync that reads Recall's list: `callsheet resync --full` requests one."
                    .to_owned(),
            );
        }
        if !self.calendars.is_empty() || !unknown.is_empty() {
            parts.push(match &self.only_at_recall {
                None => Text(self, screen).table(),
                Some(unknown) => Text(self, screen).table_with_recall(unknown),
            });
        }
        if !self.calendars.is_empty() {
            parts.push(Text(self, screen).counts());
        }
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
    fn table(&self) -> String {
        let mut table = table(
            self.1,
            [
                "calendar",
                "platform",
                "status",
                "last sync",
                "full sync",
                "meetings",
                "record",
                "bots",
            ],
        );
        for calendar in &self.calendars {
            let cells = [short_calendar(&calendar.id, calendar.owner.as_deref())]
                .into_iter()
                .chain([platform(calendar.platform), calendar.status.as_str()].map(str::to_owned))
                .chain(self.last_syncs(calendar));
            add_row(&mut table, cells, Some(calendar));
        }
        table.text()
    }

    fn table_with_recall(&self, unknown: &[UnknownCalendar]) -> String {
        let mut table = table(
            self.1,
            [
                "calendar",
                "platform",
                "status",
                "at Recall",
                "last sync",
                "full sync",
                "meetings",
                "record",
                "bots",
            ],
        );
        for calendar in &self.calendars {
            let at_recall = calendar.at_recall.as_ref().map_or("", AtRecall::as_str);
            let cells = [short_calendar(&calendar.id, calendar.owner.as_deref())]
                .into_iter()
                .chain(
                    [
                        platform(calendar.platform),
                        calendar.status.as_str(),
                        at_recall,
                    ]
                    .map(str::to_owned),
                )
                .chain(self.last_syncs(calendar));
            add_row(&mut table, cells, Some(calendar));
        }
        for calendar in unknown {
            let cells = [short_calendar(&calendar.id, calendar.owner.as_deref())]
                .into_iter()
                .chain(
                    [
                        platform(calendar.platform),
                        "unknown",
                        calendar.status.as_str(),
                    ]
                    .map(str::to_owned),
                );
            add_row(&mut table, cells, None);
        }
        table.text()
    }

    /// Ages of the last sync and of the last full sync.
    fn last_syncs(&self, calendar: &CalendarRow) -> [String; 2] {
        let need = if calendar.needs_full_sync {
            ", needs a full sync"
        } else {
            ""
        };
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
        [format!("{last_sync}{need}"), full_sync]
    }

    fn counts(&self) -> String {
        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for calendar in &self.calendars {
            *statuses.entry(&calendar.status).or_default() += 1;
        }
        let statuses: Vec<_> = statuses
            .iter()
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        let needing = self.calendars.iter().filter(|one| one.needs_full_sync);
        let all = counted(self.calendars.len(), "calendar", "calendars");
        format!(
            "{all}: {}; {} a full sync.",
            statuses.join(", "),
            counted(needing.count(), "needs", "need")
        )
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

/// Adds a row. The counts of a calendar that only Recall knows are left out.
fn add_row(
    table: &mut TextTable,
    cells: impl Iterator<Item = String>,
    calendar: Option<&CalendarRow>,
) {
    let counts = calendar.map(|calendar| {
        let upcoming = calendar.upcoming;
        [upcoming.meetings, upcoming.record, upcoming.bots]
    });
    let number = Field::number::<usize>;
    let counts = counts.into_iter().flatten().map(number);
    let cells: Vec<_> = cells.map(Field::text).chain(counts).collect();
    table.add_row(cells);
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
