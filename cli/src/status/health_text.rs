//! Text of the stack's health: first what needs a person, then the numbers.

use callsheet_api::status::{DueStatus, Finding, Health, Measured, QueueStatus};
use callsheet_domain::Timestamp;

use crate::render::{Text, ago, counted, in_one_line};

impl Text<'_, Health> {
    /// Whether anything needs a person, and what to do about it; `has_alerts` about meetings,
    /// which need people in them.
    pub(super) fn verdict(&self, has_alerts: bool) -> String {
        if self.findings.is_empty() {
            let of_the_stack = if has_alerts { " of the stack" } else { "" };
            return format!("Healthy: nothing{of_the_stack} needs a person.");
        }
        let count = counted(self.findings.len(), "problem needs", "problems need");
        let mut lines = vec![format!("{count} a person:")];
        lines.extend(
            self.findings
                .iter()
                .map(|finding| Text(finding, self.1).lines()),
        );
        lines.join("\n")
    }

    /// What the functions did last, and what waits.
    pub(super) fn numbers(&self, now: Timestamp) -> String {
        let at = |at: Option<Timestamp>| at.map_or("never".to_owned(), |at| ago(at, now));
        let denied = self.denial.as_ref().map_or("no".to_owned(), |denial| {
            format!("since {}", self.1.instant(denial.since))
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
            (
                "sync queue",
                Text(&self.sync_queue, self.1).text(|queue| Text(queue, self.1).text(now)),
            ),
            (
                "dead letters",
                Text(&self.dead_letters, self.1).text(u64::to_string),
            ),
            ("denied by Recall", denied),
            ("unreadable", unreadable),
            ("due", Text(&self.due, self.1).text()),
        ];
        let earliest = self.due.oldest_start.map(|at| self.1.instant(at));
        let earliest = earliest.map(|at| ("earliest due start", at));
        let rows = rows.into_iter().chain(earliest);
        let lines: Vec<_> = rows
            .map(|(name, value)| format!("{name:<23}{value}"))
            .collect();
        lines.join("\n")
    }
}

impl Text<'_, Finding> {
    fn lines(&self) -> String {
        let (problem, advice) = (in_one_line(&self.problem), &self.advice);
        format!("- {problem}.\n  {advice}.")
    }
}

impl<T> Text<'_, Measured<T>> {
    fn text(&self, known: impl FnOnce(&T) -> String) -> String {
        match self.0 {
            Measured::Known(value) => known(value),
            Measured::NotGiven(variable) => format!("unknown: {variable} is not set"),
            Measured::Failed(_) => "unknown".to_owned(),
        }
    }
}

impl Text<'_, QueueStatus> {
    fn text(&self, now: Timestamp) -> String {
        let messages = usize::try_from(self.messages()).unwrap_or(usize::MAX);
        let messages = counted(messages, "message", "messages");
        match self.oldest_sent_at {
            Some(at) => format!("{messages}, the oldest known sent {}", ago(at, now)),
            None => messages,
        }
    }
}

impl Text<'_, DueStatus> {
    fn text(&self) -> String {
        if self.decisions == 0 {
            return "0 decisions".to_owned();
        }
        format!(
            "{}{}: {} now, {} later; {} within the hour",
            if self.has_more { "more than " } else { "" },
            counted(self.decisions, "decision", "decisions"),
            self.ready,
            self.decisions - self.ready,
            counted(self.within_the_hour, "meeting", "meetings"),
        )
    }
}
