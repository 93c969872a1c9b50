//! Text of what was removed.

use callsheet_api::forget::{Forgotten, ForgottenCalendar};

use crate::render::{Render, Text, counted, in_one_line};
use crate::screen::Screen;
use crate::unreadable::decisions_paragraph;

impl Render for Forgotten {
    fn text_on(&self, screen: &Screen) -> String {
        let text = Text(self, screen);
        let mut lines = vec![text.heading()];
        lines.extend(text.removed().into_iter().map(|line| format!("  {line}")));
        let staying = text.staying();
        if !staying.is_empty() {
            lines.push("What has to stay for now:".to_owned());
            lines.extend(staying.into_iter().map(|line| format!("  {line}")));
        }
        lines.push(if self.is_dry_run {
            "Nothing was changed: add --yes to do it.".to_owned()
        } else {
            "Backups keep it for up to 35 days, and Recall keeps its calendars and recordings: see \
             docs/operating.md."
                .to_owned()
        });
        let mut parts = vec![lines.join("\n")];
        parts.extend(decisions_paragraph(&self.unreadable));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(
            !Text(self, &Screen::default()).staying().is_empty() || !self.unreadable.is_empty(),
        )
    }
}

impl Text<'_, Forgotten> {
    fn heading(&self) -> String {
        let name = in_one_line(&self.name);
        match (self.removed().is_empty(), self.is_dry_run) {
            (true, _) => format!("Nothing about {name} is to be removed."),
            (false, true) => format!("Of {name} would be removed:"),
            (false, false) => format!("Of {name} was removed:"),
        }
    }

    fn removed(&self) -> Vec<String> {
        let count = |count: u64, one, many| {
            let number = usize::try_from(count).unwrap_or(usize::MAX);
            (count > 0).then(|| counted(number, one, many))
        };
        let decisions = self.decisions.forgotten as u64;
        let mut lines: Vec<_> = [
            count(
                self.overrides,
                "name of who set an override or a pause",
                "names of who set overrides and pauses",
            ),
            count(
                self.actions,
                "entry of the log of activity with the name",
                "entries of the log of activity with the name",
            ),
            count(
                self.disconnections,
                "name of who disconnected a calendar",
                "names of who disconnected calendars",
            ),
            count(
                self.policies,
                "name of who pushed a policy",
                "names of who pushed policies",
            ),
            count(
                decisions,
                "decision's title, links, facts and reason",
                "decisions' titles, links, facts and reasons",
            ),
            count(
                self.own_overrides.forgotten,
                "row of overrides and pauses of the person",
                "rows of overrides and pauses of the person",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        let gone = self.calendars.iter().filter(|calendar| calendar.is_gone);
        lines.extend(gone.map(|one| Text(one, self.1).removed()));
        lines
    }

    fn staying(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let upcoming = self.decisions.upcoming;
        if upcoming > 0 {
            lines.push(format!(
                "{} not over: run this again later, or wait until they expire, 30 days after their meetings",
                counted(
                    upcoming,
                    "decision about a meeting that is",
                    "decisions about meetings that are"
                )
            ));
        }
        let own = self.own_overrides.staying;
        if own > 0 {
            let rows = usize::try_from(own).unwrap_or(usize::MAX);
            lines.push(format!(
                "{} of the person, who has a calendar that is not deleted at Recall",
                counted(
                    rows,
                    "row of overrides and pauses",
                    "rows of overrides and pauses"
                )
            ));
        }
        let staying = self.calendars.iter().filter(|calendar| !calendar.is_gone);
        lines.extend(staying.map(|calendar| {
            let id = &calendar.id;
            format!(
                "calendar {id}, which is not deleted at Recall: run `callsheet calendars disconnect {id}`, \
                 and this again in a minute"
            )
        }));
        lines
    }
}

impl Text<'_, ForgottenCalendar> {
    fn removed(&self) -> String {
        let rows = usize::try_from(self.rows).unwrap_or(usize::MAX);
        format!("calendar {}: {}", self.id, counted(rows, "row", "rows"))
    }
}
