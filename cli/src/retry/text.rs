//! Text of reopened decisions.

use callsheet_api::retry::{AbandonedMeeting, Retried};

use crate::render::{Render, counted, in_one_line};
use crate::screen::Screen;
use crate::unreadable::decisions_paragraph;

impl Render for Retried {
    fn text_on(&self, screen: &Screen) -> String {
        let mut parts = vec![retried(self, screen)];
        parts.extend(decisions_paragraph(&self.unreadable));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.unreadable.is_empty())
    }
}

fn retried(retried: &Retried, screen: &Screen) -> String {
    if retried.meetings.is_empty() {
        return "No decision about an upcoming meeting is abandoned.".to_owned();
    }
    let count = counted(retried.meetings.len(), "meeting is", "meetings are");
    let mut lines = vec![format!("{count} retried:")];
    lines.extend(
        retried
            .meetings
            .iter()
            .map(|meeting| abandoned_line(meeting, screen)),
    );
    lines.join("\n")
}

/// The meeting in one line, indented.
pub(crate) fn abandoned_line(meeting: &AbandonedMeeting, screen: &Screen) -> String {
    let title = meeting.title.as_deref().map(in_one_line);
    let title = title.map_or(String::new(), |title| format!(" \"{title}\""));
    let (start, event) = (screen.instant(meeting.starts_at), &meeting.event_id);
    format!("  {start} {event}{title}: {}", in_one_line(&meeting.reason))
}
