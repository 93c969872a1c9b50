//! An explanation in sentences.

use serde_json::Value;

use super::shape::{AppliedShown, BotShown, CallShown, Explained, Revisions};
use crate::render::{Render, counted, in_one_line, instant};

impl Render for Explained {
    fn text(&self) -> String {
        let mut parts = vec![self.heading(), self.why(), self.made_from()];
        if !self.said.is_empty() || self.paused.is_some() {
            parts.push(self.what_was_said());
        }
        parts.push(self.bot.text());
        parts.join("\n\n")
    }
}

impl Explained {
    fn heading(&self) -> String {
        let title = self.title.as_deref().map(in_one_line);
        let title = title.map_or("A meeting without a title".to_owned(), |title| {
            format!("\"{title}\"")
        });
        let verdict = match (self.verdict, self.is_over) {
            ("record", false) => "is to be recorded",
            ("record", true) => "was to be recorded",
            (_, false) => "is not to be recorded",
            (_, true) => "was not to be recorded",
        };
        let calendar = &self.calendar;
        let status = calendar.status.unwrap_or("not known any more");
        let whose = match &calendar.owner {
            Some(owner) => format!("the calendar of {owner} ({}, {status})", calendar.id),
            None => format!("the calendar {} ({status})", calendar.id),
        };
        format!(
            "{title} {verdict}.\nFrom {} to {}, in {whose}.",
            instant(self.starts_at),
            instant(self.ends_at)
        )
    }

    fn why(&self) -> String {
        let mut lines = vec![format!("Why, by the rule {}: {}.", self.rule, self.reason)];
        if self.has_failed {
            lines.push("The rule's expression failed: mend it in the policy.".to_owned());
        }
        let facts = self.facts.iter();
        lines.extend(facts.map(|(name, value)| format!("  {name}: {}", fact(value))));
        lines.join("\n")
    }

    fn made_from(&self) -> String {
        let seen = &self.seen;
        let overrides = match (seen.overrides.seen, seen.overrides.newest) {
            (0, 0) => "nothing that anybody said".to_owned(),
            (0, _) => {
                "nothing that anybody said; somebody has spoken since, so it will be decided again"
                    .to_owned()
            }
            _ => told("what was said up to word", seen.overrides),
        };
        format!(
            "It was decided from\n  the event as it was changed {}\n  {}\n  {}\n  {overrides}",
            instant(seen.event_changed_at),
            told("the calendar's revision", seen.calendar),
            told("the policy's revision", seen.policy),
        )
    }

    fn what_was_said(&self) -> String {
        let mut lines = vec!["People said".to_owned()];
        for said in &self.said {
            lines.push(format!(
                "  about this {}: {}, by {} on {}",
                said.about,
                said.choice,
                in_one_line(&said.by),
                instant(said.at)
            ));
        }
        if let Some(pause) = &self.paused {
            lines.push(format!(
                "  about the calendar: paused until {}, by {}",
                instant(pause.until),
                in_one_line(&pause.by)
            ));
        }
        lines.join("\n")
    }
}

impl BotShown {
    fn text(&self) -> String {
        let wanted = match &self.wanted {
            None => "No bot is wanted.".to_owned(),
            Some(bot) => {
                let name = bot.name.as_deref().map(in_one_line);
                let called = name.map_or(String::new(), |name| format!(" called \"{name}\""));
                format!(
                    "A bot{called} is wanted, to join {}.",
                    instant(bot.joins_at)
                )
            }
        };
        let id = |id: &Option<String>| id.as_ref().map_or(String::new(), |id| format!(" ({id})"));
        let applied = match &self.applied {
            AppliedShown::Nothing => "None is at Recall.".to_owned(),
            AppliedShown::AsWanted { bot_id } => {
                format!("It is at Recall as wanted{}.", id(bot_id))
            }
            AppliedShown::Another { bot_id, joins_at } => {
                let joins = instant(*joins_at);
                format!("Another is at Recall{}, to join {joins}.", id(bot_id))
            }
            AppliedShown::Uncertain => {
                "Whether one is at Recall is in doubt; the next call makes it certain.".to_owned()
            }
            AppliedShown::Dispatched { bot_id } => {
                format!("One is on its way or in the call{}.", id(bot_id))
            }
            AppliedShown::TooMany => {
                "More are at Recall than are wanted: all are taken away first.".to_owned()
            }
        };
        let mut lines = vec![format!("{wanted} {applied}"), self.work()];
        if let Some(error) = self
            .last_error
            .as_ref()
            .filter(|_| self.abandoned.is_none())
        {
            lines.push(format!("The last call failed: {error}."));
        }
        if !self.calls.is_empty() {
            lines.push("The last calls:".to_owned());
            lines.extend(self.calls.iter().map(CallShown::line));
        }
        lines.join("\n")
    }

    fn work(&self) -> String {
        if let Some(abandoned) = &self.abandoned {
            return format!("It was given up on: {abandoned}.");
        }
        let step = match self.step {
            "schedule" => "It is to be scheduled",
            "unschedule" => "It is to be taken away",
            "find" | "leave" => "It is to be sent out of the call",
            _ => return "Nothing is left to be done.".to_owned(),
        };
        let tried = match self.attempts {
            0 => "not tried yet".to_owned(),
            count => format!("tried {}", counted(count as usize, "time", "times")),
        };
        match self.not_before {
            Some(at) => format!("{step}: {tried}, not again before {}.", instant(at)),
            None => format!("{step}: {tried}."),
        }
    }
}

impl CallShown {
    fn line(&self) -> String {
        let what = match self.call {
            "schedule-bot" => "schedule the bot",
            "unschedule-bot" => "take it away",
            "get-event" => "look for it",
            _ => "send it out of the call",
        };
        let why = match self.cause {
            "new" => "none was there",
            "moved" => "the meeting moved",
            "changed" => "it was to be another",
            "uncertain" => "what was there was in doubt",
            "too-many" => "there were too many",
            _ => "none was wanted",
        };
        let outcome = match (self.outcome, &self.reason) {
            ("done", _) => "done".to_owned(),
            ("dispatched", _) => "too late, it was on its way".to_owned(),
            (outcome, reason) => {
                let reason = reason.as_deref().map(in_one_line).unwrap_or_default();
                format!("{outcome}: {reason}")
            }
        };
        let late = if self.is_late { ", late" } else { "" };
        format!(
            "  {} {what}, since {why}{late}: {outcome}",
            instant(self.at)
        )
    }
}

fn told(what: &str, revisions: Revisions) -> String {
    let Revisions { seen, newest } = revisions;
    if seen == newest {
        format!("{what} {seen}, the newest")
    } else {
        format!("{what} {seen}; {newest} is the newest, so it will be decided again")
    }
}

fn fact(value: &Value) -> String {
    match value {
        Value::Null => "not known".to_owned(),
        Value::String(text) => in_one_line(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(fact).collect();
            if items.is_empty() {
                "none".to_owned()
            } else {
                items.join(", ")
            }
        }
        Value::Object(person) => {
            let text = |name: &str| person.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("{} ({})", text("address"), text("response"))
        }
        other => other.to_string(),
    }
}
