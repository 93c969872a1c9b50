//! Text of an override that was set or cleared.

use callsheet_api::overrides::{ObstacleKind, OverrideSet, Scope};

use callsheet_api::delivery::Delivery;
use callsheet_domain::RuleName;

use crate::delivery::sentence;
use crate::explain::keeper_line;
use crate::render::{Render, UNKNOWN_OWNER, in_one_line};
use crate::screen::Screen;
use crate::unreadable::problems_paragraph;

impl Render for OverrideSet {
    fn text_on(&self, screen: &Screen) -> String {
        let effect = if self.scope == Scope::Event {
            "A sync of the event was requested, so it takes effect at once."
        } else {
            "A sync of its calendar was requested, so it takes effect at once."
        };
        let lock = self.rule.as_deref();
        let mut lines = vec![lock.map_or_else(|| change(self), |rule| locked(self, rule))];
        if self.scope == Scope::IcalUid {
            lines.push(
                "The override is stored under the ical_uid, so it holds for every event that has it."
                    .to_owned(),
            );
        }
        if !self.is_of_person {
            lines.push(UNKNOWN_OWNER.to_owned());
        }
        match self.obstacle {
            Some(obstacle) => lines.push(obstacle_text(obstacle).to_owned()),
            None if lock.is_some() && self.scope == Scope::Event => {}
            None if self.sync_request == Delivery::NotNeeded => {
                let effect = "The decision about it was changed at once.";
                lines.push(effect.to_owned());
            }
            None => lines.push(sentence(&self.sync_request, effect)),
        }
        if self.choice == "skip" && !self.kept_by.is_empty() {
            lines.push("The bot stays in this meeting, since other calendars want it:".to_owned());
            lines.extend(
                self.kept_by
                    .iter()
                    .map(|keeper| keeper_line(keeper, screen)),
            );
        }
        let mut parts = vec![lines.join("\n")];
        parts.extend(problems_paragraph(&self.unreadable));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable.is_empty())
    }
}

/// Why an override has no effect, and until when.
pub(crate) fn obstacle_text(obstacle: ObstacleKind) -> &'static str {
    match obstacle {
        ObstacleKind::CalendarGone => {
            "It has no effect: the calendar is not connected. Its owner has to connect it again; the override \
             is kept for then."
        }
        ObstacleKind::Cancelled => {
            "It has no effect: the event is deleted or the meeting is cancelled, so no bot joins."
        }
        ObstacleKind::Over => {
            "It has no effect: the meeting is over. It would count if the event were moved to a later time."
        }
        ObstacleKind::NoLink => {
            "It has no effect for now: the event has no meeting link, so no bot can join. It counts as soon as \
             the event has one."
        }
    }
}

/// What the policy locks, and what becomes of a choice for `scope` that it goes before.
pub(super) fn lock_text(
    rule: &str,
    (title, by): (Option<&str>, &str),
    (choice, scope): (&str, &str),
) -> String {
    let title = title_text(title);
    let locks = if rule == RuleName::DENIED_DOMAIN.as_str() {
        "the policy locks its denied domains".to_owned()
    } else {
        format!("the policy locks its rule \"{}\"", in_one_line(rule))
    };
    let by = in_one_line(by);
    let stored = match choice {
        "clear" => format!("{by} cleared the override for {scope}."),
        choice => format!(
            "The override of {by} for {scope} ({choice}) is stored, and counts once the lock does not apply any more."
        ),
    };
    format!("{title} is not recorded: {locks}, and no override goes before that. {stored}")
}

/// What the policy locks by `rule`, and what becomes of the override.
pub(crate) fn locked(set: &OverrideSet, rule: &str) -> String {
    let about = (set.title.as_deref(), set.by.as_str());
    lock_text(rule, about, (set.choice, scope_text(set.scope)))
}

fn title_text(title: Option<&str>) -> String {
    title.map(in_one_line).map_or_else(
        || "A meeting without a title".to_owned(),
        |title| format!("\"{title}\""),
    )
}

fn scope_text(scope: Scope) -> &'static str {
    match scope {
        Scope::Meeting => "the whole meeting",
        Scope::Event => "this event",
        Scope::Series | Scope::IcalUid => "this series",
    }
}

fn change(set: &OverrideSet) -> String {
    let title = title_text(set.title.as_deref());
    let by = in_one_line(&set.by);
    let scope = scope_text(set.scope);
    match set.choice {
        "record" => format!("{title} will be recorded: {by} set an override for {scope}."),
        "skip" => format!("{title} will not be recorded: {by} set an override for {scope}."),
        _ => format!(
            "The policy decides about {title} again: {by} cleared the override for {scope}."
        ),
    }
}
