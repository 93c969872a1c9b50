//! What was said, in sentences.

use super::{Said, What};
use crate::render::{Render, in_one_line, instant};

impl Render for Said {
    fn text(&self) -> String {
        let by = in_one_line(&self.by);
        let said = |word: &str, about: &str| {
            let title = self.title.as_deref().map(in_one_line);
            let title = title.as_deref().unwrap_or("a meeting without a title");
            match word {
                "record" => format!("{by} wants {about} recorded: {title}."),
                "skip" => format!("{by} does not want {about} recorded: {title}."),
                _ => format!("The policy decides again about {about}: {title}."),
            }
        };
        let what = match self.what {
            What::Event { word } => said(word, "this event"),
            What::PlatformSeries { word } => said(word, "this series"),
            What::IcalUid { word } => format!(
                "{}\nIts platform names no series, so the word is about its ical_uid: in a Google \
                 calendar every event of that name, in Outlook this meeting alone.",
                said(word, "this meeting")
            ),
            What::Paused { until } => format!(
                "Nothing of the calendar is recorded until {}, but what somebody's word says.",
                instant(until)
            ),
            What::Resumed => "The calendar is recorded again.".to_owned(),
        };
        let soon = "Its calendar is being looked at, so it takes effect at once.";
        format!("{what}\n{}", self.look.text(soon))
    }
}
