//! Text of an override that was set or cleared.

use callsheet_api::overrides::{OverrideSet, Scope};

use crate::delivery::sentence;
use crate::render::{Render, in_one_line};

impl Render for OverrideSet {
    fn text(&self) -> String {
        let effect = "A sync of its calendar was requested, so it takes effect at once.";
        let mut lines = vec![change(self)];
        if self.scope == Scope::IcalUid {
            lines.push(
                "The platform gives no id of a series, so the override holds for the ical_uid: in Google for \
                 every event that has it, in Outlook for this meeting only."
                    .to_owned(),
            );
        }
        lines.push(sentence(&self.sync_request, effect));
        lines.join("\n")
    }
}

fn change(set: &OverrideSet) -> String {
    let title = set.title.as_deref().map(in_one_line);
    let title = title.map_or_else(
        || "A meeting without a title".to_owned(),
        |title| format!("\"{title}\""),
    );
    let by = in_one_line(&set.by);
    let scope = match set.scope {
        Scope::Event => "this event",
        Scope::Series => "this series",
        Scope::IcalUid => "this meeting",
    };
    match set.choice {
        "record" => format!("{title} will be recorded: {by} set an override for {scope}."),
        "skip" => format!("{title} will not be recorded: {by} set an override for {scope}."),
        _ => format!(
            "The policy decides about {title} again: {by} cleared the override for {scope}."
        ),
    }
}
