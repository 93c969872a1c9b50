//! Text of the overrides and pauses that are in force.

use callsheet_api::override_list::{OverrideEntry, OverrideList, PauseEntry};
use callsheet_api::overrides::Scope;

use crate::render::{Field, Render, Text, in_one_line, short_calendar, short_event, table};
use crate::screen::Screen;
use crate::unreadable::problems_paragraph;

impl Render for OverrideList {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = Vec::new();
        if self.overrides.is_empty() && self.pauses.is_empty() {
            parts.push("No override is set, and no calendar is paused.".to_owned());
        }
        if !self.overrides.is_empty() {
            parts.push(Text(self, screen).table());
            parts.push(
                "`callsheet override event EVENT clear` or `override series EVENT clear` removes one."
                    .to_owned(),
            );
        }
        if self.overrides.iter().any(|one| one.scope == Scope::Meeting) {
            parts.push(
                "What a person chose for a whole meeting goes before the other overrides; `callsheet \
                 override meeting EVENT clear` takes your own choice back, with --all everyone's."
                    .to_owned(),
            );
        }
        let pauses = self.pauses.iter();
        let pauses: Vec<_> = pauses.map(|one| Text(one, screen).line()).collect();
        if !pauses.is_empty() {
            parts.push(pauses.join("\n"));
        }
        parts.extend(problems_paragraph(&self.unreadable));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable.is_empty())
    }
}

impl Text<'_, OverrideList> {
    fn table(&self) -> String {
        let headings = ["for", "says", "meeting", "calendar", "set", "event"];
        let mut table = table(self.1, headings);
        table.keep_whole(&[0, 1, 5]);
        for one in &self.overrides {
            let scope = match one.scope {
                Scope::Meeting => "meeting",
                Scope::Event => "event",
                Scope::Series | Scope::IcalUid => "series",
            };
            let calendar = one.owner.as_ref().unwrap_or(&one.calendar);
            let id = one.event_id.as_deref().map(short_event);
            table.add_row([
                Field::text(scope),
                Field::text(one.choice),
                Field::part(meeting(one), self.1),
                Field::part(calendar, self.1),
                Field::text(format!("{} by {}", self.1.instant(one.at), one.by)),
                Field::text(id.unwrap_or_default()),
            ]);
        }
        table.text()
    }
}

fn meeting(one: &OverrideEntry) -> &str {
    match &one.event_id {
        Some(_) => one.title.as_deref().unwrap_or("(no title)"),
        None => "(no event is stored)",
    }
}

impl Text<'_, PauseEntry> {
    fn line(&self) -> String {
        let owner = self.owner.as_deref().map(in_one_line);
        let owner = owner.unwrap_or_else(|| short_calendar(&self.calendar, None));
        let (until, by) = (self.1.instant(self.until), in_one_line(&self.by));
        format!("{owner} is paused until {until}, set by {by}.")
    }
}
