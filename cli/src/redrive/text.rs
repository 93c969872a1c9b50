//! Dead letters as people read them.

use super::{LetterShown, Outcome, Redriven};
use crate::render::{Render, ago, counted, in_one_line, table};

/// More rows than this are read by a program.
const ROWS: usize = 50;

impl Render for Redriven {
    fn text(&self) -> String {
        if self.letters.is_empty() {
            return "No message was given up on.".to_owned();
        }
        let mut parts = vec![self.table(), self.counts()];
        if self.letters.iter().any(|letter| letter.job.is_some()) {
            parts.push(
                "Why each was given up on is in sync's log, in the line `becomes a dead letter` with its \
                 id."
                    .to_owned(),
            );
        }
        parts.join("\n\n")
    }
}

impl Redriven {
    fn table(&self) -> String {
        let mut table = table(["message", "job", "calendar", "sent", "now"]);
        for letter in self.letters.iter().take(ROWS) {
            let sent = letter
                .sent_at
                .map_or_else(String::new, |at| ago(at, self.now));
            table.add_row([
                in_one_line(&letter.message_id),
                letter.job.unwrap_or("not one of ours").replace('_', " "),
                letter.calendar.clone().unwrap_or_default(),
                sent,
                letter.outcome.report().to_owned(),
            ]);
        }
        let mut text = table.trim_fmt();
        let hidden = self.letters.len().checked_sub(ROWS);
        let hidden = hidden.filter(|more| *more > 0);
        text.extend(hidden.map(|more| format!("\n… and {more} more: --json shows all")));
        text
    }

    fn counts(&self) -> String {
        let count = |outcome| {
            let is = |letter: &&LetterShown| letter.outcome == outcome;
            self.letters.iter().filter(is).count()
        };
        let outcomes = [
            Outcome::SentBack,
            Outcome::WouldBeSentBack,
            Outcome::Deleted,
            Outcome::Stays,
        ];
        let told: Vec<_> = outcomes
            .into_iter()
            .map(|outcome| (count(outcome), outcome.report()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, told)| format!("{count} {told}"))
            .collect();
        let all = counted(self.letters.len(), "message", "messages");
        let mut text = format!("{all}: {}.", told.join(", "));
        if count(Outcome::Stays) > 0 {
            text.push_str(
                " What is not one of ours would only come back: --drop-unreadable deletes it.",
            );
        }
        match self.more {
            _ if self.is_all => {}
            Some(more) => text.extend([format!(" About {more} lie there now.")]),
            None => text.push_str(" More may lie there: run it again."),
        }
        text
    }
}

impl Outcome {
    fn report(self) -> &'static str {
        match self {
            Self::SentBack => "sent back",
            Self::WouldBeSentBack => "would be sent back",
            Self::Stays => "stays",
            Self::Deleted => "deleted",
        }
    }
}
