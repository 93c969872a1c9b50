//! Text of the alerts about running meetings.

use callsheet_api::status::{MeetingAlert, MeetingAlerts};
use callsheet_domain::Timestamp;

use crate::render::{Text, ago, counted, in_one_line};

impl Text<'_, MeetingAlerts> {
    /// The alerts, each with what a person can do. None if there are none.
    pub(super) fn paragraph(&self, now: Timestamp) -> Option<String> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let by_kind = self.by_kind.iter();
        let by_kind: Vec<_> = by_kind
            .map(|(kind, count)| format!("{count} {}", kind.replace('_', " ")))
            .collect();
        let mut lines = vec![format!(
            "{} about running meetings, which can still be saved ({}):",
            counted(count, "alert", "alerts"),
            by_kind.join(", ")
        )];
        let first = self.first.iter();
        lines.extend(first.map(|alert| Text(alert, self.1).line(now)));
        match count - self.first.len() {
            0 => {}
            more => lines.push(format!("  and {more} more")),
        }
        Some(lines.join("\n"))
    }
}

impl Text<'_, MeetingAlert> {
    fn line(&self, now: Timestamp) -> String {
        let title = self.title.as_deref().map(in_one_line);
        let title = title.map_or(String::new(), |title| format!(" \"{title}\""));
        let (start, event) = (self.1.instant(self.starts_at), &self.event_id);
        let since = self.since.map(|at| format!(" Since {}.", ago(at, now)));
        let (since, alert) = (since.unwrap_or_default(), &self.alert);
        let advice = in_one_line(&alert.advice);
        format!(
            "  {start} {event}{title}: {}{since} {advice}",
            alert.sentence
        )
    }
}
