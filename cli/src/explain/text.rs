//! Text of an explanation.

use callsheet_api::explain::{
    AppliedState, BotState, CallSummary, Explanation, Keeper, KeptState, OutcomeSummary, Revisions,
};
use serde_json::Value;

use super::rules::paragraph;
use super::verdicts;
use crate::render::{Render, Text, calendar_label, counted, in_one_line};
use crate::screen::Screen;
use crate::unreadable::problems_paragraph;

impl Render for Explanation {
    fn text_on(&self, screen: &Screen) -> String {
        let text = Text(self, screen);
        let mut parts = vec![text.heading(), text.why()];
        let rules = self.rules.as_ref();
        parts.extend(rules.map(|rules| paragraph(rules, &self.rule)));
        parts.push(text.inputs());
        parts.extend(verdicts::paragraph(&self.verdicts, screen));
        if !self.overrides.is_empty() || self.pause.is_some() {
            parts.push(text.overrides());
        }
        parts.extend(text.choices());
        parts.push(Text(&self.bot, screen).paragraph());
        parts.extend(problems_paragraph(&self.unreadable));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable.is_empty())
    }
}

impl Text<'_, Explanation> {
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
        let status = calendar.status.as_deref();
        let status = status.unwrap_or("not stored any more");
        let place = match &calendar.owner {
            Some(owner) => format!("the calendar of {owner} ({}, {status})", calendar.id),
            None => format!("the calendar {} ({status})", calendar.id),
        };
        format!(
            "{title} {verdict}.\nFrom {} to {}, in {place}.",
            self.1.instant(self.starts_at),
            self.1.instant(self.ends_at)
        )
    }

    fn why(&self) -> String {
        let mut lines = vec![format!("Why ({}): {}.", self.rule, self.reason)];
        if self.locked {
            lines.push("The policy locks this: no override goes before it.".to_owned());
        }
        if self.expression_failed {
            lines.push("The rule's expression failed: correct it in the policy.".to_owned());
        }
        let facts = self.facts.iter();
        lines.extend(facts.map(|(name, value)| format!("  {name}: {}", fact_text(value))));
        lines.join("\n")
    }

    fn inputs(&self) -> String {
        let inputs = &self.inputs;
        let overrides = match (inputs.overrides.used, inputs.overrides.newest) {
            (0, 0) => "no override".to_owned(),
            (0, _) => {
                "no override; an override or a pause was set since, so it will be decided again"
                    .to_owned()
            }
            _ => revisions_text("the overrides and pauses up to revision", inputs.overrides),
        };
        format!(
            "It was decided from\n  the event as changed {}\n  {}\n  {}\n  {overrides}",
            self.1.instant(inputs.event_changed_at),
            revisions_text("the calendar's revision", inputs.calendar),
            revisions_text("the policy's revision", inputs.policy),
        )
    }

    fn overrides(&self) -> String {
        let mut lines = vec!["Overrides and pauses".to_owned()];
        for stored in &self.overrides {
            lines.push(format!(
                "  for this {}: {}, set by {} on {}",
                stored.scope,
                stored.choice,
                in_one_line(&stored.by),
                self.1.instant(stored.at)
            ));
        }
        if let Some(pause) = &self.pause {
            lines.push(format!(
                "  for the calendar: paused until {}, set by {}",
                self.1.instant(pause.until),
                in_one_line(&pause.by)
            ));
        }
        lines.join("\n")
    }

    /// What people chose, newest first; none if nothing was replaced or cleared.
    fn choices(&self) -> Option<String> {
        let lines = self.choices.iter().map(|made| {
            let via = made.via.as_deref().map(|key| format!(" via {key}"));
            format!(
                "  {} {} for this {} by {}{}",
                self.1.instant(made.at),
                made.action.as_str().replace('_', " "),
                made.scope,
                in_one_line(&made.by),
                via.unwrap_or_default()
            )
        });
        let heading = "What people chose, newest first:".to_owned();
        let lines: Vec<_> = std::iter::once(heading).chain(lines).collect();
        (self.choices.len() > self.overrides.len()).then(|| lines.join("\n"))
    }
}

impl Text<'_, BotState> {
    fn paragraph(&self) -> String {
        let wanted = match &self.wanted {
            None => "No bot is wanted.".to_owned(),
            Some(bot) => {
                let name = bot.name.as_deref().map(in_one_line);
                let called = name.map_or(String::new(), |name| format!(" called \"{name}\""));
                format!(
                    "A bot{called} is wanted, to join {}.",
                    self.1.instant(bot.joins_at)
                )
            }
        };
        let applied = match (&self.applied, self.kept_by.is_empty()) {
            (AppliedState::Nothing, false) => "None is at Recall for this event.".to_owned(),
            (applied, _) => Text(applied, self.1).sentence(),
        };
        let mut lines = vec![format!("{wanted} {applied}")];
        if self.retry > 0 {
            let number = self.retry;
            lines.push(format!(
                "It is retry {number}, in place of a bot that has ended."
            ));
        }
        lines.extend(
            self.outcome
                .as_ref()
                .map(|outcome| Text(outcome, self.1).line()),
        );
        let earlier = self.earlier.iter();
        lines.extend(earlier.map(|outcome| {
            let line = Text(outcome, self.1).line();
            format!("Another bot of the event ({}): {line}", outcome.bot_id)
        }));
        lines.extend(self.alerts.iter().map(|alert| {
            let at = self.1.instant(alert.at);
            format!(
                "Alert ({at}): {} {}",
                alert.sentence,
                in_one_line(&alert.advice)
            )
        }));
        if self.is_unfollowed {
            lines.push(
                "What became of it is not followed: Recall has reported no status. Subscribe the \
                 webhook endpoint to the bot events."
                    .to_owned(),
            );
        }
        lines.push(self.next_step());
        if !self.kept_by.is_empty() {
            lines.push(self.keepers());
        }
        if let Some(error) = self
            .last_error
            .as_ref()
            .filter(|_| self.abandoned.is_none())
        {
            lines.push(format!("The last call failed: {error}."));
        }
        if !self.calls.is_empty() {
            lines.push("The last calls:".to_owned());
            lines.extend(self.calls.iter().map(|call| Text(call, self.1).line()));
        }
        lines.join("\n")
    }

    /// The other copies that keep a bot in the meeting. To a person who wants none, that
    /// means to be recorded all the same.
    fn keepers(&self) -> String {
        let heading = if self.wanted.is_none() {
            "The meeting is recorded all the same, since other calendars keep a bot in it:"
        } else {
            "Other calendars keep a bot in the meeting too:"
        };
        let mut lines = vec![heading.to_owned()];
        lines.extend(
            self.kept_by
                .iter()
                .map(|keeper| keeper_line(keeper, self.1)),
        );
        lines.join("\n")
    }

    fn next_step(&self) -> String {
        if let Some(abandoned) = &self.abandoned {
            return format!(
                "The decision is abandoned: {abandoned}. `callsheet retry` reopens it."
            );
        }
        let step = match self.step {
            "schedule" => "It is to be scheduled",
            "unschedule" => "It is to be unscheduled",
            "find" | "leave" => "It is to be removed from the call",
            _ => return "Nothing is left to be done.".to_owned(),
        };
        let attempts = match self.attempts {
            0 => "no attempt yet".to_owned(),
            count => format!("{} so far", counted(count as usize, "attempt", "attempts")),
        };
        match self.not_before {
            Some(at) => format!(
                "{step}: {attempts}, the next not before {}.",
                self.1.instant(at)
            ),
            None => format!("{step}: {attempts}."),
        }
    }
}

impl Text<'_, OutcomeSummary> {
    fn line(&self) -> String {
        let phase = match self.phase {
            "joining" => "It is joining the call",
            "waiting_room" => "It waits to be admitted to the call",
            "in_call" => "It is in the call and does not record",
            "recording" => "It is recording",
            "done" => "It has recorded the meeting",
            "not_recorded" => "It has not recorded the meeting",
            _ => "Recall has reported a status of it that is not known",
        };
        let because = self
            .because
            .map_or(String::new(), |because| match self.phase {
                "done" => format!(", and left: {because}"),
                _ => format!(", because {because}"),
            });
        let code = self.sub_code.as_ref().unwrap_or(&self.code);
        format!(
            "{phase}{because} ({}, {}).",
            in_one_line(code),
            self.1.instant(self.since)
        )
    }
}

/// A copy that keeps a bot in the meeting, in one line, indented.
pub(crate) fn keeper_line(keeper: &Keeper, screen: &Screen) -> String {
    Text(keeper, screen).line()
}

impl Text<'_, Keeper> {
    fn line(&self) -> String {
        let calendar = self.calendar.as_deref().unwrap_or_default();
        let calendar = calendar_label(calendar, self.owner.as_deref());
        let event = self.event_id.as_deref().unwrap_or_default();
        let id = self.bot_id.as_ref();
        let id = id.map_or(String::new(), |id| format!(" ({id})"));
        let joins = self.1.instant(self.joins_at);
        let state = match self.state {
            KeptState::AtRecall => format!("at Recall{id}, to join {joins}"),
            KeptState::Dispatched => format!("on its way to the call or in it{id}"),
            KeptState::ToBeScheduled => format!("to be scheduled, to join {joins}"),
        };
        let shared = if self.is_shared {
            "the same bot"
        } else {
            "a bot"
        };
        format!("  {calendar}, event {event}: {shared}, {state}")
    }
}

impl Text<'_, AppliedState> {
    fn sentence(&self) -> String {
        let id = |id: &Option<String>| id.as_ref().map_or(String::new(), |id| format!(" ({id})"));
        match self.0 {
            AppliedState::Nothing => "None is at Recall.".to_owned(),
            AppliedState::AsWanted { bot_id } => {
                format!("It is at Recall as wanted{}.", id(bot_id))
            }
            AppliedState::Another { bot_id, joins_at } => {
                let joins = self.1.instant(*joins_at);
                format!("Another is at Recall{}, to join {joins}.", id(bot_id))
            }
            AppliedState::Ended { bot_id } => {
                format!("The one before it has ended{}.", id(bot_id))
            }
            AppliedState::Uncertain => {
                "It is uncertain whether one is at Recall; the next call will show.".to_owned()
            }
            AppliedState::Dispatched { bot_id } => {
                format!("One is on its way to the call or in it{}.", id(bot_id))
            }
            AppliedState::TooMany => {
                "More bots are at Recall than wanted: all are unscheduled first.".to_owned()
            }
        }
    }
}

impl Text<'_, CallSummary> {
    fn line(&self) -> String {
        let call = match self.call {
            "schedule-bot" => "schedule the bot",
            "unschedule-bot" => "unschedule the bot",
            "get-event" => "get the event",
            _ => "remove the bot from the call",
        };
        let why = match self.cause {
            "new" => "none was there",
            "moved" => "the meeting moved",
            "changed" => "another bot was wanted",
            "uncertain" => "it was uncertain whether one was there",
            "too-many" => "there were too many",
            "retry" => "the one before had ended",
            _ => "no bot was wanted",
        };
        let outcome = match (self.outcome, &self.reason) {
            ("done", _) => "done".to_owned(),
            ("dispatched", _) => "too late, the bot was on its way".to_owned(),
            (outcome, reason) => {
                let reason = reason.as_deref().map(in_one_line).unwrap_or_default();
                format!("{outcome}: {reason}")
            }
        };
        let late = if self.is_late { ", late" } else { "" };
        format!(
            "  {} {call}, since {why}{late}: {outcome}",
            self.1.instant(self.at)
        )
    }
}

fn revisions_text(name: &str, revisions: Revisions) -> String {
    let Revisions { used, newest } = revisions;
    if used == newest {
        format!("{name} {used}, the newest")
    } else {
        format!("{name} {used}; {newest} is the newest, so it will be decided again")
    }
}

fn fact_text(value: &Value) -> String {
    match value {
        Value::Null => "unknown".to_owned(),
        Value::String(text) => in_one_line(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(fact_text).collect();
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
