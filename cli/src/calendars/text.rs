//! Calendars as people read them.

use std::collections::BTreeMap;

use callsheet_domain::CalendarStatus;
use comfy_table::{Cell, CellAlignment, Table};

use super::disconnect::{Disconnected, Leaving, Outcome};
use super::list::{CalendarShown, Difference, Listed, Stranger};
use crate::render::{Render, ago, counted, in_one_line, table};

impl Render for Listed {
    fn text(&self) -> String {
        let mut parts = Vec::new();
        let strangers = self.only_at_recall.as_deref().unwrap_or_default();
        if self.calendars.is_empty() {
            parts.push(
                "No calendar is known yet: one is remembered with its first webhook or the next sweep that lists them.".to_owned(),
            );
        }
        if !self.calendars.is_empty() || !strangers.is_empty() {
            parts.push(match &self.only_at_recall {
                None => self.table(),
                Some(strangers) => self.table_beside(strangers),
            });
        }
        if !self.calendars.is_empty() {
            parts.push(self.counts());
        }
        parts.extend(self.comparison());
        parts.join("\n\n")
    }
}

impl Listed {
    fn table(&self) -> String {
        let mut table = table([
            "calendar",
            "platform",
            "status",
            "looked at",
            "whole",
            "meetings",
            "record",
            "bots",
        ]);
        for calendar in &self.calendars {
            let cells = [named(&calendar.id, calendar.owner.as_deref())]
                .into_iter()
                .chain([calendar.platform, calendar.status].map(str::to_owned))
                .chain(self.looks(calendar));
            add(&mut table, cells, Some(calendar));
        }
        table.trim_fmt()
    }

    fn table_beside(&self, strangers: &[Stranger]) -> String {
        let mut table = table([
            "calendar",
            "platform",
            "status",
            "at Recall",
            "looked at",
            "whole",
            "meetings",
            "record",
            "bots",
        ]);
        for calendar in &self.calendars {
            let at_recall = calendar.at_recall.map_or("", super::list::AtRecall::as_str);
            let cells = [named(&calendar.id, calendar.owner.as_deref())]
                .into_iter()
                .chain([calendar.platform, calendar.status, at_recall].map(str::to_owned))
                .chain(self.looks(calendar));
            add(&mut table, cells, Some(calendar));
        }
        for stranger in strangers {
            let cells = [named(&stranger.id, stranger.owner.as_deref())]
                .into_iter()
                .chain([stranger.platform, "unknown", stranger.status.as_str()].map(str::to_owned));
            add(&mut table, cells, None);
        }
        table.trim_fmt()
    }

    /// When it was last looked at, and when at all of it.
    fn looks(&self, calendar: &CalendarShown) -> [String; 2] {
        let owed = if calendar.is_owed_a_look {
            ", owed a look"
        } else {
            ""
        };
        if calendar.looked_at.is_none() && calendar.is_lost() {
            return Default::default();
        }
        let last_sync = calendar.looked_at;
        let last_sync = last_sync.map_or_else(|| "never".to_owned(), |at| ago(at, self.now));
        let whole = match (calendar.looked_at_whole, calendar.looked_at) {
            (Some(at), _) => ago(at, self.now),
            (None, Some(_)) => "earlier".to_owned(),
            (None, None) => "never".to_owned(),
        };
        [format!("{last_sync}{owed}"), whole]
    }

    fn counts(&self) -> String {
        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for calendar in &self.calendars {
            *statuses.entry(calendar.status).or_default() += 1;
        }
        let statuses: Vec<_> = statuses
            .iter()
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        let owed = self.calendars.iter().filter(|one| one.is_owed_a_look);
        let all = counted(self.calendars.len(), "calendar", "calendars");
        format!(
            "{all}: {}; {} owed a look.",
            statuses.join(", "),
            owed.count()
        )
    }

    /// What to make of the differences; nothing if Recall was not asked.
    fn comparison(&self) -> Option<String> {
        let strangers = self.only_at_recall.as_ref()?;
        let differing = |difference| {
            let differs = |one: &&CalendarShown| one.difference == Some(difference);
            self.calendars.iter().filter(differs).count()
        };
        let mut lines = Vec::new();
        if !strangers.is_empty() {
            lines.push(format!(
                "{} known to Recall only: one is remembered with its first webhook or the next sweep that lists them.",
                counted(strangers.len(), "calendar is", "calendars are")
            ));
        }
        match differing(Difference::OnlyHere) {
            0 => {}
            count => lines.push(format!(
                "{} not listed by Recall any more: `callsheet calendars disconnect` tidies up.",
                counted(count, "calendar is", "calendars are")
            )),
        }
        match differing(Difference::Status) {
            0 => {}
            count => lines.push(format!(
                "{} another status at Recall: a webhook is on its way, or was lost.",
                counted(count, "calendar has", "calendars have")
            )),
        }
        lines.extend(
            self.unreadable
                .iter()
                .map(|odd| format!("Recall lists one that cannot be read: {odd}.")),
        );
        if lines.is_empty() {
            lines.push("Recall lists the same.".to_owned());
        }
        Some(lines.join("\n"))
    }
}

/// Adds a row; one without a calendar has no counts.
fn add(table: &mut Table, cells: impl Iterator<Item = String>, calendar: Option<&CalendarShown>) {
    let counts = calendar.map(|calendar| {
        let upcoming = calendar.upcoming;
        [upcoming.meetings, upcoming.record, upcoming.bots]
    });
    let number = |count: usize| Cell::new(count).set_alignment(CellAlignment::Right);
    let counts = counts.into_iter().flatten().map(number);
    let cells: Vec<_> = cells.map(Cell::new).chain(counts).collect();
    table.add_row(cells);
}

pub(super) fn named(id: &str, owner: Option<&str>) -> String {
    match owner {
        Some(owner) => format!("{} ({id})", in_one_line(owner)),
        None => id.to_owned(),
    }
}

impl Leaving {
    /// What will happen, for whoever is to say yes to it.
    pub(super) fn report(&self) -> String {
        let name = named(&self.calendar, self.owner.as_deref());
        if self.status == CalendarStatus::Deleted.as_str() {
            return format!(
                "{name} is known to be gone from Recall. It is looked for once more, and the stack told."
            );
        }
        let upcoming = counted(self.meetings, "upcoming meeting", "upcoming meetings");
        let stays = match self.bots_shared {
            0 => String::new(),
            shared => format!(
                " {} since another calendar shares it.",
                counted(shared, "bot stays", "bots stay")
            ),
        };
        format!(
            "{name} will be deleted at Recall, for good: its owner can only connect it anew.\n\
             It has {upcoming}, and {} with it.{stays}",
            counted(self.bots, "bot goes", "bots go"),
        )
    }
}

impl Render for Disconnected {
    fn text(&self) -> String {
        let Leaving {
            calendar, owner, ..
        } = &self.leaving;
        let name = named(calendar, owner.as_deref());
        let done = match self.outcome {
            Outcome::Deleted => {
                let bots = self.leaving.bots;
                let bots = counted(
                    bots,
                    "bot of an upcoming meeting",
                    "bots of upcoming meetings",
                );
                format!("{name} is deleted at Recall, and {bots} with it.")
            }
            Outcome::AlreadyGone => format!("{name} was gone from Recall already."),
        };
        format!(
            "{done}\nThe stack was told: what was decided is kept to be looked at, and wants nothing \
             any more. `callsheet calendars list` shows it as deleted in a moment."
        )
    }
}
