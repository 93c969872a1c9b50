//! Documents for people who are not to see the titles of other people's meetings: without the
//! titles, and without facts and reasons that quote one.
//!
//! A reason quotes a title if it has the title in it, or speaks of titles at all: a rule that asks
//! for words of a title tells which it found. What a bot is called may hold the title, too.

use std::mem;

use crate::agenda::Agenda;
use crate::calendar_activity::CalendarActivity;
use crate::events::EventList;
use crate::explain::Explanation;
use crate::explained_bot::AlertSummary;
use crate::meeting_alerts::MeetingAlert;
use crate::meeting_override::MeetingOverrideSet;
use crate::override_list::OverrideList;
use crate::overrides::OverrideSet;
use crate::preview::Comparison;
use crate::retry::{AbandonedMeeting, Retried};
use crate::status::Status;

/// In place of a reason that quotes a title.
pub const WITHHELD: &str = "the reason quotes the title, which the calendar's owner sees";

/// The name of the fact.
const TITLE: &str = "title";

/// A document that can do without titles.
pub trait WithoutTitles {
    /// The same without titles, and without facts and reasons that quote one.
    #[must_use]
    fn without_titles(self) -> Self;
}

/// Takes a title away, and the `texts` that quote it.
fn withhold<'a>(title: &mut Option<String>, texts: impl IntoIterator<Item = &'a mut String>) {
    let title = title.take().map(|title| title.trim().to_lowercase());
    let title = title.filter(|title| !title.is_empty());
    for text in texts {
        let words = text.to_lowercase();
        let is_quoted = title.as_ref().is_some_and(|title| words.contains(title));
        if is_quoted || words.contains(TITLE) {
            WITHHELD.clone_into(text);
        }
    }
}

/// The alerts without the names of bots.
fn unnamed(alerts: &mut Vec<AlertSummary>) -> Vec<AlertSummary> {
    let alerts = mem::take(alerts).into_iter();
    alerts.map(AlertSummary::unnamed).collect()
}

impl WithoutTitles for Agenda {
    fn without_titles(mut self) -> Self {
        for event in &mut self.events {
            withhold(&mut event.title, [&mut event.reason]);
        }
        self
    }
}

impl WithoutTitles for EventList {
    fn without_titles(mut self) -> Self {
        for event in &mut self.events {
            withhold(&mut event.title, [&mut event.reason]);
            event.alerts = unnamed(&mut event.alerts);
        }
        self
    }
}

impl WithoutTitles for OverrideList {
    fn without_titles(mut self) -> Self {
        for one in &mut self.overrides {
            one.title = None;
        }
        self
    }
}

impl WithoutTitles for CalendarActivity {
    fn without_titles(mut self) -> Self {
        for action in &mut self.actions {
            action.title = None;
        }
        self
    }
}

impl WithoutTitles for OverrideSet {
    fn without_titles(mut self) -> Self {
        self.title = None;
        self
    }
}

impl WithoutTitles for MeetingOverrideSet {
    fn without_titles(mut self) -> Self {
        self.title = None;
        self
    }
}

impl WithoutTitles for AbandonedMeeting {
    fn without_titles(mut self) -> Self {
        withhold(&mut self.title, [&mut self.reason]);
        self
    }
}

impl WithoutTitles for Retried {
    fn without_titles(mut self) -> Self {
        let meetings = self.meetings.into_iter();
        self.meetings = meetings.map(WithoutTitles::without_titles).collect();
        self
    }
}

impl WithoutTitles for Status {
    fn without_titles(mut self) -> Self {
        let alerts = mem::take(&mut self.alerts.first).into_iter();
        self.alerts.first = alerts.map(MeetingAlert::without_title).collect();
        let abandoned = &mut self.abandoned;
        let meetings = mem::take(&mut abandoned.meetings).into_iter();
        abandoned.meetings = meetings.map(WithoutTitles::without_titles).collect();
        let titles = mem::take(&mut abandoned.titles);
        for (mut reason, number) in mem::take(&mut abandoned.by_reason) {
            withhold(&mut None, [&mut reason]);
            for title in &titles {
                withhold(&mut Some(title.clone()), [&mut reason]);
            }
            *abandoned.by_reason.entry(reason).or_default() += number;
        }
        let due = &mut self.health.due;
        if let Some(error) = due.last_error.clone() {
            withhold(&mut due.failing_title, due.last_error.as_mut());
            let shown = due.last_error.as_deref().unwrap_or_default();
            for finding in &mut self.health.findings {
                finding.problem = finding.problem.replace(&error, shown);
            }
        }
        self
    }
}

impl WithoutTitles for Comparison {
    fn without_titles(mut self) -> Self {
        let calendars = self.calendars.iter_mut();
        for meeting in calendars.flat_map(|calendar| &mut calendar.meetings) {
            withhold(&mut meeting.title, [&mut meeting.reason]);
        }
        for shared in &mut self.newly_shared {
            shared.title = None;
        }
        self
    }
}

impl WithoutTitles for Explanation {
    fn without_titles(mut self) -> Self {
        let bot = &mut self.bot;
        let of_calls = bot.calls.iter_mut().filter_map(|call| call.reason.as_mut());
        let of_rules = self.rules.iter_mut().flat_map(|rules| &mut rules.rules);
        let conditions = of_rules.flat_map(|rule| &mut rule.conditions);
        let of_conditions = conditions.flat_map(|condition| {
            condition.facts.remove(TITLE);
            [&mut condition.condition, &mut condition.because]
        });
        let texts = [&mut self.reason]
            .into_iter()
            .chain(of_conditions)
            .chain(of_calls)
            .chain(bot.last_error.as_mut())
            .chain(bot.abandoned.as_mut());
        withhold(&mut self.title, texts);
        self.facts.remove(TITLE);
        bot.alerts = unnamed(&mut bot.alerts);
        if let Some(wanted) = &mut bot.wanted {
            wanted.name = None;
        }
        self
    }
}
