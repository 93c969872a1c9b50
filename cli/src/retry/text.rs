//! Text of reopened decisions.

use super::{AbandonedMeeting, Retried};
use crate::render::{Render, counted, in_one_line, instant};
use crate::unreadable::decisions_paragraph;

impl Render for Retried {
    fn text(&self) -> String {
        let mut parts = vec![self.retried()];
        parts.extend(decisions_paragraph(&self.unreadable));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable.is_empty())
    }
}

impl Retried {
    fn retried(&self) -> String {
        if self.meetings.is_empty() {
            return "No decision about an upcoming meeting is abandoned.".to_owned();
        }
        let count = counted(self.meetings.len(), "meeting is", "meetings are");
        let mut lines = vec![format!("{count} retried:")];
        lines.extend(self.meetings.iter().map(AbandonedMeeting::line));
        lines.join("\n")
    }
}

impl AbandonedMeeting {
    /// The meeting in one line, indented.
    pub(crate) fn line(&self) -> String {
        let title = self.title.as_deref().map(in_one_line);
        let title = title.map_or(String::new(), |title| format!(" \"{title}\""));
        let (start, event) = (instant(self.starts_at), &self.event_id);
        format!("  {start} {event}{title}: {}", in_one_line(&self.reason))
    }
}
