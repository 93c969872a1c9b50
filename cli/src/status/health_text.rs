//! Text of the stack's health: first what needs a person, then the numbers.

use callsheet_domain::Timestamp;

use super::findings::Finding;
use super::health::Health;
use super::signals::{DueStatus, Measured, QueueStatus};
use crate::render::{ago, counted, in_one_line, instant};

impl Health {
    /// Whether anything needs a person, and what to do about it.
    pub(super) fn verdict(&self) -> String {
        if self.findings.is_empty() {
            return "Healthy: nothing needs a person.".to_owned();
        }
        let count = counted(self.findings.len(), "problem needs", "problems need");
        let mut lines = vec![format!("{count} a person:")];
        lines.extend(self.findings.iter().map(Finding::lines));
        lines.join("\n")
    }

    /// What the functions did last, and what waits.
    pub(super) fn numbers(&self, now: Timestamp) -> String {
        let at = |at: Option<Timestamp>| at.map_or("never".to_owned(), |at| ago(at, now));
        let denied = self.denial.as_ref().map_or("no".to_owned(), |denial| {
            format!("since {}", instant(denial.since))
        });
        let unreadable = format!(
            "{}, {}, {}",
            counted(self.unreadable_event_count, "event", "events"),
            counted(self.unreadable_decisions.len(), "decision", "decisions"),
            counted(self.unreadable_calendars.len(), "calendar", "calendars")
        );
        let rows = [
            ("last webhook accepted", at(self.webhook_accepted_at)),
            ("last sync", at(self.synced_at)),
            ("last resync", at(self.resynced_at)),
            ("last scheduler run", at(self.scheduler_ran_at)),
            ("sync queue", self.sync_queue.text(|queue| queue.text(now))),
            ("dead letters", self.dead_letters.text(u64::to_string)),
            ("denied by Recall", denied),
            ("unreadable", unreadable),
            ("due", self.due.text()),
        ];
        let lines = rows.map(|(name, value)| format!("{name:<23}{value}"));
        lines.join("\n")
    }
}

impl Finding {
    fn lines(&self) -> String {
        let (problem, advice) = (in_one_line(&self.problem), &self.advice);
        format!("- {problem}.\n  {advice}.")
    }
}

impl<T> Measured<T> {
    fn text(&self, known: impl FnOnce(&T) -> String) -> String {
        match self {
            Self::Known(value) => known(value),
            Self::NotGiven(variable) => format!("unknown: {variable} is not set"),
            Self::Failed(_) => "unknown".to_owned(),
        }
    }
}

impl QueueStatus {
    fn text(&self, now: Timestamp) -> String {
        let messages = usize::try_from(self.messages()).unwrap_or(usize::MAX);
        let messages = counted(messages, "message", "messages");
        match self.oldest_sent_at {
            Some(at) => format!("{messages}, the oldest known sent {}", ago(at, now)),
            None => messages,
        }
    }
}

impl DueStatus {
    fn text(&self) -> String {
        let decisions = counted(self.decisions, "decision", "decisions");
        match self.oldest_start {
            Some(at) => format!("{decisions}, the earliest meeting starts {}", instant(at)),
            None => decisions,
        }
    }
}
