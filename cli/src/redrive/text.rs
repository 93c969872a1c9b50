//! Text of a redrive.

use callsheet_api::redrive::{Outcome, Redriven, RedrivenMessage};

use crate::render::{Field, Render, Text, ago, counted, table};
use crate::screen::Screen;

/// Number of messages that are listed. `--json` lists all.
const MAX_ROWS: usize = 50;

impl Render for Redriven {
    fn text_on(&self, screen: &Screen) -> String {
        if self.messages.is_empty() {
            return "The dead-letter queue is empty.".to_owned();
        }
        let mut parts = vec![Text(self, screen).table(), Text(self, screen).counts()];
        if self.messages.iter().any(|message| message.kind.is_some()) {
            parts.push(
                "Why each failed is in sync's log, in the line `becomes a dead letter` with its id."
                    .to_owned(),
            );
        }
        parts.join("\n\n")
    }
}

impl Text<'_, Redriven> {
    fn table(&self) -> String {
        let mut table = table(self.1, ["message", "job", "calendar", "sent", "outcome"]);
        for message in self.messages.iter().take(MAX_ROWS) {
            let sent = message
                .sent_at
                .map_or_else(String::new, |at| ago(at, self.now));
            let cells = [
                message.message_id.clone(),
                message.kind.unwrap_or("unreadable").replace('_', " "),
                message.calendar.clone().unwrap_or_default(),
                sent,
                outcome_text(message.outcome).to_owned(),
            ];
            table.add_row(cells.map(Field::text));
        }
        let mut text = table.text();
        let hidden = self.messages.len().checked_sub(MAX_ROWS);
        let hidden = hidden.filter(|more| *more > 0);
        text.extend(hidden.map(|more| format!("\n… and {more} more; --json lists all")));
        text
    }

    fn counts(&self) -> String {
        let count = |outcome| {
            let is = |message: &&RedrivenMessage| message.outcome == outcome;
            self.messages.iter().filter(is).count()
        };
        let outcomes = [
            Outcome::SentBack,
            Outcome::WouldBeSentBack,
            Outcome::Deleted,
            Outcome::Stays,
        ];
        let counts: Vec<_> = outcomes
            .into_iter()
            .map(|outcome| (count(outcome), outcome_text(outcome)))
            .filter(|(count, _)| *count > 0)
            .map(|(count, text)| format!("{count} {text}"))
            .collect();
        let all = counted(self.messages.len(), "message", "messages");
        let mut text = format!("{all}: {}.", counts.join(", "));
        if count(Outcome::Stays) > 0 {
            text.push_str(
                " Unreadable messages would only become dead letters again. --drop-unreadable deletes them, \
                 also those that a later version wrote.",
            );
        }
        match self.more {
            _ if self.is_all => {}
            Some(more) => text.extend([format!(
                " About {more} more are in the queue: run this again."
            )]),
            None => text.push_str(" More may be in the queue: run this again."),
        }
        text
    }
}

fn outcome_text(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::SentBack => "sent back",
        Outcome::WouldBeSentBack => "would be sent back",
        Outcome::Stays => "stays",
        Outcome::Deleted => "deleted",
    }
}
