//! Texts of a disconnection.

use callsheet_api::disconnection::{CalendarDisconnection, Disconnected, Outcome, Removal};

use super::Plan;
use crate::delivery::sentence;
use crate::render::{Render, calendar_label, counted, in_one_line};
use crate::screen::Screen;
use crate::unreadable::decisions_paragraph;

impl Plan {
    /// What will happen, for the confirmation.
    pub(in crate::calendars) fn description(&self, screen: &Screen) -> String {
        description(&self.disconnection, screen)
    }
}

fn description(disconnection: &CalendarDisconnection, screen: &Screen) -> String {
    let removal = &disconnection.removal;
    let upcoming = counted(removal.meetings, "upcoming meeting", "upcoming meetings");
    let kept = match removal.shared_bots {
        0 => String::new(),
        shared => format!(
            " {} other calendars.",
            counted(
                shared,
                "bot stays, since it is shared with",
                "bots stay, since they are shared with"
            )
        ),
    };
    let unreadable = decisions_paragraph(&removal.unreadable);
    let unreadable = unreadable.map_or_else(String::new, |rows| {
        format!("\n{rows}\nThey may have further bots, which are removed too.")
    });
    let before = asked(disconnection, screen).map_or_else(String::new, |asked| {
        format!("\n{asked}, and it was not carried out yet.")
    });
    format!(
        "{} will be deleted at Recall. This cannot be undone: its owner has to connect it again.\n\
         It has {upcoming}. {} removed with it.{kept}{unreadable}{before}",
        name(removal),
        counted(removal.bots, "bot is", "bots are"),
    )
}

/// Who asked for it, and when.
fn asked(disconnection: &CalendarDisconnection, screen: &Screen) -> Option<String> {
    let requested = disconnection.requested.as_ref()?;
    let by = in_one_line(&requested.by);
    Some(format!(
        "{by} asked for it at {}",
        screen.instant(requested.at)
    ))
}

fn name(removal: &Removal) -> String {
    calendar_label(&removal.calendar, removal.owner.as_deref())
}

impl Render for Disconnected {
    fn text_on(&self, screen: &Screen) -> String {
        let removal = &self.disconnection.removal;
        let name = name(removal);
        let bots = counted(
            removal.bots,
            "bot of an upcoming meeting",
            "bots of upcoming meetings",
        );
        let mut lines = match self.outcome {
            Outcome::DryRun => vec![
                description(&self.disconnection, screen),
                "Nothing was changed: this is a dry run.".to_owned(),
            ],
            Outcome::Requested => vec![format!(
                "{name} is to be deleted at Recall, and {bots} with it."
            )],
            Outcome::AlreadyRequested => {
                let asked = asked(&self.disconnection, screen);
                let before = asked.map_or_else(String::new, |asked| format!(": {asked}"));
                vec![format!(
                    "{name} was to be deleted at Recall already{before}."
                )]
            }
            Outcome::Deleted => vec![
                format!("{name} was deleted at Recall, and {bots} with it."),
                "No sync can retire its decisions, which stay as they are. If a record of it is \
                 stored that cannot be read, docs/operating.md says what to do with it."
                    .to_owned(),
            ],
            Outcome::AlreadyDeleted => vec![format!("{name} was already deleted at Recall.")],
        };
        let is_open = matches!(self.outcome, Outcome::Requested | Outcome::AlreadyRequested);
        lines.extend(self.sync_request.as_ref().filter(|_| is_open).map(|sent| {
            let effect = "A sync was requested, which deletes it and retires its decisions. They \
                          stay readable, and `callsheet calendars list` shows the calendar as \
                          deleted soon.";
            sentence(sent, effect)
        }));
        if self.outcome != Outcome::DryRun
            && let Some(rows) = decisions_paragraph(&removal.unreadable)
        {
            lines.push(format!("\n{rows}"));
        }
        lines.join("\n")
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.disconnection.removal.unreadable.is_empty())
    }
}
