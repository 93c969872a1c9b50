//! Text of an override that was set or cleared.

use super::{OverrideSet, Scope};
use crate::owner;
use crate::render::{Render, in_one_line};

impl Render for OverrideSet {
    fn text(&self) -> String {
        let effect = "A sync of its calendar was requested, so it takes effect at once.";
        let mut lines = vec![self.change()];
        if self.scope == Scope::IcalUid {
            lines.push(
                "The override is stored under the ical_uid, so it holds for every event that has it."
                    .to_owned(),
            );
        }
        if !self.is_of_person {
            lines.push(owner::UNKNOWN_OWNER.to_owned());
        }
        lines.push(self.sync_request.sentence(effect));
        lines.join("\n")
    }
}

impl OverrideSet {
    fn change(&self) -> String {
        let title = self.title.as_deref().map(in_one_line);
        let title = title.map_or_else(
            || "A meeting without a title".to_owned(),
            |title| format!("\"{title}\""),
        );
        let by = in_one_line(&self.by);
        let scope = match self.scope {
            Scope::Event => "this event",
            Scope::Series => "this series",
            Scope::IcalUid => "this meeting",
        };
        match self.choice {
            "record" => format!("{title} will be recorded: {by} set an override for {scope}."),
            "skip" => format!("{title} will not be recorded: {by} set an override for {scope}."),
            _ => format!(
                "The policy decides about {title} again: {by} cleared the override for {scope}."
            ),
        }
    }
}
