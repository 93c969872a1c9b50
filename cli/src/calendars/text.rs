//! Texts of a disconnection and of a connection.

use callsheet_api::calendars::CalendarConnected;
use callsheet_api::disconnection::{Disconnected, Outcome, Removal};
use callsheet_domain::CalendarStatus;

use crate::delivery::sentence;
use crate::render::{Render, calendar_label, counted};
use crate::screen::Screen;
use crate::unreadable::decisions_paragraph;

/// Description of what will happen, for the confirmation.
pub(super) fn description(removal: &Removal) -> String {
    let name = calendar_label(&removal.calendar, removal.owner.as_deref());
    if removal.status == CalendarStatus::Deleted.as_str() {
        return format!(
            "{name} is already deleted at Recall. The deletion is repeated there, and a sync is requested that \
                 retires its decisions."
        );
    }
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
    format!(
        "{name} will be deleted at Recall. This cannot be undone: its owner has to connect it again.\n\
             It has {upcoming}. {} removed with it.{kept}{unreadable}",
        counted(removal.bots, "bot is", "bots are"),
    )
}

impl Render for Disconnected {
    fn text_on(&self, _screen: &Screen) -> String {
        let Removal {
            calendar, owner, ..
        } = &self.removal;
        let name = calendar_label(calendar, owner.as_deref());
        let unreadable = decisions_paragraph(&self.removal.unreadable);
        let unreadable = unreadable.map_or_else(String::new, |rows| format!("\n\n{rows}"));
        let result = match self.outcome {
            Outcome::Deleted => {
                let bots = self.removal.bots;
                let bots = counted(
                    bots,
                    "bot of an upcoming meeting",
                    "bots of upcoming meetings",
                );
                format!("{name} was deleted at Recall, and {bots} with it.")
            }
            Outcome::AlreadyDeleted => format!("{name} was already deleted at Recall."),
        };
        format!(
            "{result}\nA sync was requested: it retires the calendar's decisions, which stay readable. \
             `callsheet calendars list` shows the calendar as deleted soon.{unreadable}"
        )
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.removal.unreadable.is_empty())
    }
}

impl Render for CalendarConnected {
    fn text_on(&self, _screen: &Screen) -> String {
        let Self { id, status, .. } = self;
        let effect = "A sync of it was requested: `callsheet calendars list` shows it, and \
                      `callsheet events` its meetings.";
        format!(
            "Calendar {id} was created at Recall: it is {status}.\n{}",
            sentence(&self.sync_request, effect)
        )
    }
}
