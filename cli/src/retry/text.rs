//! What is tried again, as people read it.

use super::{Meeting, Retried};
use crate::render::{Render, counted, in_one_line, instant};

impl Render for Retried {
    fn text(&self) -> String {
        if self.meetings.is_empty() {
            return "Nothing to come was given up on.".to_owned();
        }
        let count = counted(self.meetings.len(), "meeting is", "meetings are");
        let mut lines = vec![format!("{count} tried again:")];
        lines.extend(self.meetings.iter().map(Meeting::line));
        lines.join("\n")
    }
}

impl Meeting {
    /// The meeting in one line, indented.
    pub(crate) fn line(&self) -> String {
        let title = self.title.as_deref().map(in_one_line);
        let title = title.map_or(String::new(), |title| format!(" \"{title}\""));
        let (start, event) = (instant(self.starts_at), &self.event_id);
        format!("  {start} {event}{title}: {}", in_one_line(&self.reason))
    }
}
