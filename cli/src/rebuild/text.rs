//! Text of a rebuild.

use callsheet_api::rebuild::{Outcome, Rebuilt, RebuiltRow};

use crate::render::{Render, Text, counted, in_one_line};
use crate::screen::Screen;

impl Render for Rebuilt {
    fn text_on(&self, screen: &Screen) -> String {
        if self.rows.is_empty() {
            return "Every decision about an upcoming meeting can be read: nothing is rebuilt."
                .to_owned();
        }
        let mut lines: Vec<_> = self
            .rows
            .iter()
            .map(|row| Text(row, screen).line())
            .collect();
        lines.push(String::new());
        lines.push(Text(self, screen).summary());
        lines.join("\n")
    }
}

impl Text<'_, Rebuilt> {
    fn summary(&self) -> String {
        let count = |outcome| {
            self.rows
                .iter()
                .filter(|row| row.outcome == outcome)
                .count()
        };
        let calendars = if self.is_every_calendar_synced {
            "every calendar".to_owned()
        } else {
            counted(self.syncs.len(), "calendar", "calendars")
        };
        if self.is_dry_run {
            let rows = counted(count(Outcome::WouldBeRebuilt), "row", "rows");
            return format!(
                "{rows} would be deleted, and a full sync of {calendars} requested. Nothing was changed."
            );
        }
        let rows = counted(count(Outcome::Rebuilt), "row was", "rows were");
        if count(Outcome::Rebuilt) == 0 {
            return "Nothing was deleted.".to_owned();
        }
        format!(
            "{rows} deleted. A full sync of {calendars} was requested: it decides about their events again. \
             Meetings that ended more than a day ago are not decided about again."
        )
    }
}

impl Text<'_, RebuiltRow> {
    fn line(&self) -> String {
        let (event, problem) = (&self.row.event_id, in_one_line(&self.row.problem));
        let outcome = match self.outcome {
            Outcome::Rebuilt => "deleted",
            Outcome::WouldBeRebuilt => "would be deleted",
            Outcome::Readable => "can be read by now, or is gone",
        };
        format!("event {event}: {outcome} ({problem})")
    }
}
